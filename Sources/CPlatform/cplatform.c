#define _GNU_SOURCE
#include "cplatform.h"
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((target("sse4.2"))) static inline uint32_t record_checksum(const uint8_t *at, size_t stride, uint64_t sequence) {
    uint64_t sum = _mm_crc32_u64(0xffffffffu, sequence);
    size_t left = stride;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        __builtin_memcpy(&word, at, 8);
        sum = _mm_crc32_u64(sum, word);
    }
    uint32_t rest = (uint32_t)sum;
    while (left--) rest = _mm_crc32_u8(rest, *at++);
    return ~rest;
}

// Goes on with four sums of stretches of `bytes`, a multiple of 8, that lie `apart` from each other. Each sum is a chain of
// instructions that take three cycles, and four chains overlap.
__attribute__((target("sse4.2"), always_inline)) static inline void add_to_four(uint64_t sums[4], const uint8_t *at, size_t apart,
                                                                               size_t bytes) {
    uint64_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t wa, wb, wc, wd;
        __builtin_memcpy(&wa, at + i, 8);
        __builtin_memcpy(&wb, at + apart + i, 8);
        __builtin_memcpy(&wc, at + 2 * apart + i, 8);
        __builtin_memcpy(&wd, at + 3 * apart + i, 8);
        a = _mm_crc32_u64(a, wa);
        b = _mm_crc32_u64(b, wb);
        c = _mm_crc32_u64(c, wc);
        d = _mm_crc32_u64(d, wd);
    }
    sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

// The state that `state` becomes when 256 bytes of zeros follow: its product with x^(256·8) modulo the polynomial. The
// constant is x^(256·8 − 33), reflected; the instruction supplies the other 33.
__attribute__((target("sse4.2,pclmul"))) static inline uint32_t after_256_zeros(uint32_t state) {
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)state), _mm_cvtsi32_si128((int)0xb9e02b86), 0);
    return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) uint32_t cp_crc32c_kilobytes(uint32_t state, const void *bytes, size_t kilobytes) {
    const uint8_t *at = bytes;
    for (; kilobytes > 0; kilobytes--, at += 1024) {
        uint64_t sums[4] = {state, 0, 0, 0};
        add_to_four(sums, at, 256, 256);
        // A sum is linear in its input: the later stretches' sums add to what the earlier ones' become by then.
        state = (uint32_t)sums[0];
        for (int i = 1; i < 4; i++) state = after_256_zeros(state) ^ (uint32_t)sums[i];
    }
    return state;
}

__attribute__((target("sse4.2"))) void cp_record_checksums(const void *records, size_t stride, size_t count,
                                                          uint64_t first, uint32_t *out) {
    const uint8_t *at = records;
    if (stride == 40) {  // a trade: a constant stride lets the loop unroll
        for (size_t i = 0; i < count; i++) out[i] = record_checksum(at + 40 * i, 40, first + i);
        return;
    }
    for (size_t i = 0; i < count; i++) out[i] = record_checksum(at + stride * i, stride, first + i);
}

__attribute__((target("sse4.2"))) size_t cp_first_bad_record(const void *records, size_t stride, size_t count,
                                                            uint64_t first, const uint32_t *expected) {
    const uint8_t *at = records;
    if (stride == 40) {
        size_t i = 0;
        for (; i + 4 <= count; i += 4, at += 160) {
            uint64_t sums[4];
            uint32_t differs = 0;
            for (size_t k = 0; k < 4; k++) sums[k] = _mm_crc32_u64(0xffffffffu, first + i + k);
            add_to_four(sums, at, 40, 40);
            for (size_t k = 0; k < 4; k++) differs |= ~(uint32_t)sums[k] ^ expected[i + k];
            if (differs) break;
        }
        for (; i < count; i++, at += 40)
            if (record_checksum(at, 40, first + i) != expected[i]) return i;
        return count;
    }
    for (size_t i = 0; i < count; i++)
        if (record_checksum(at + stride * i, stride, first + i) != expected[i]) return i;
    return count;
}

void cp_futex_wait(uint32_t *word, uint32_t expected, int64_t nanoseconds) {
    struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &limit, NULL, 0);
}
void cp_futex_wake(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

int cp_pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set);
}
void cp_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int64_t cp_heap_bytes(void) {
    struct mallinfo2 info = mallinfo2();
    return (int64_t)(info.uordblks + info.hblkhd);
}
int64_t cp_peak_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int64_t cp_peer_user(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? (int64_t)peer.uid : -1;
}
