#pragma once
#include <stddef.h>
#include <stdint.h>
#include <x86intrin.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

/// Time-stamp counter ticks.
static inline uint64_t cp_ticks(void) { return __rdtsc(); }
static inline void cp_pause(void) { _mm_pause(); }

/// The state of a CRC-32C after `kilobytes` · 1,024 more bytes: four stretches at once, because each step of one waits for
/// the last.
uint32_t cp_crc32c_kilobytes(uint32_t state, const void *bytes, size_t kilobytes);

/// CRC-32C (Castagnoli) of `length` bytes with the processor's own instruction; `crc` chains calls, 0 to begin.
__attribute__((target("sse4.2"))) static inline uint32_t cp_crc32c(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *at = (const uint8_t *)bytes;
    uint64_t sum = (uint32_t)~crc;
    if (length >= 1024) {
        sum = cp_crc32c_kilobytes((uint32_t)sum, at, length / 1024);
        at += length & ~(size_t)1023;
        length &= 1023;
    }
    while (length >= 8) {
        uint64_t word;
        __builtin_memcpy(&word, at, 8);
        sum = _mm_crc32_u64(sum, word);
        at += 8;
        length -= 8;
    }
    uint32_t rest = (uint32_t)sum;
    while (length--) rest = _mm_crc32_u8(rest, *at++);
    return ~rest;
}

/// One checksum for each of `count` records of `stride` bytes, seeded with the record's sequence `first + i`,
/// so that a record in another's place is noticed.
void cp_record_checksums(const void *records, size_t stride, size_t count, uint64_t first, uint32_t *out);
/// The index of the first record whose checksum differs, or `count`.
size_t cp_first_bad_record(const void *records, size_t stride, size_t count, uint64_t first, const uint32_t *expected);

/// Parks while `*word == expected`, at most `nanoseconds`.
void cp_futex_wait(uint32_t *word, uint32_t expected, int64_t nanoseconds);
void cp_futex_wake(uint32_t *word);

/// The user at the other end of a connected local socket, as the kernel knows it; -1 where that is not known.
int64_t cp_peer_user(int socket);

/// Pins the calling thread; 0 on success.
int cp_pin(int cpu);
/// Names the calling thread for top, perf and gdb.
void cp_name_thread(const char *name);
/// Bytes of heap in use.
int64_t cp_heap_bytes(void);
/// Peak resident memory in KiB.
int64_t cp_peak_kib(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
