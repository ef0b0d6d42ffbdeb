// What a hand-written ring between two threads hands over: the practical limit that the runtime's ring is measured
// against. Built and run by `floor bench`. A record of 32 bytes is copied in and read out; the sum of its prices is checked.
//
//   ring COUNT     prints one JSON line: millions of records a second one at a time, in batches of 64, and over three
//                  stages, which are three threads; and the nanoseconds of one way between two cores
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sched.h>
#include <thread>

namespace {
struct Record {
    int64_t time, price;
    uint32_t size;
    uint16_t symbol, zero;
    uint64_t number;
};

// Single producer, single consumer; each side remembers where it saw the other last.
template <size_t capacity> struct Ring {
    alignas(128) std::atomic<uint64_t> head{0};
    uint64_t tailSeen = 0;
    alignas(128) std::atomic<uint64_t> tail{0};
    uint64_t headSeen = 0;
    alignas(128) Record records[capacity];

    bool push(const Record &record) {
        const uint64_t at = head.load(std::memory_order_relaxed);
        if (at - tailSeen == capacity && at - (tailSeen = tail.load(std::memory_order_acquire)) == capacity) return false;
        records[at & (capacity - 1)] = record;
        head.store(at + 1, std::memory_order_release);
        return true;
    }
    bool pop(Record &record) {
        const uint64_t at = tail.load(std::memory_order_relaxed);
        if (at == headSeen && at == (headSeen = head.load(std::memory_order_acquire))) return false;
        record = records[at & (capacity - 1)];
        tail.store(at + 1, std::memory_order_release);
        return true;
    }
    size_t push(const Record *from, size_t n) {
        const uint64_t at = head.load(std::memory_order_relaxed);
        if (capacity - (at - tailSeen) < n) tailSeen = tail.load(std::memory_order_acquire);
        n = std::min(n, size_t(capacity - (at - tailSeen)));
        for (size_t i = 0; i < n; i++) records[(at + i) & (capacity - 1)] = from[i];
        if (n) head.store(at + n, std::memory_order_release);
        return n;
    }
    template <class Take> size_t drain(Take take) {
        const uint64_t from = tail.load(std::memory_order_relaxed), to = head.load(std::memory_order_acquire);
        for (uint64_t i = from; i < to; i++) take(records[i & (capacity - 1)]);
        if (to != from) tail.store(to, std::memory_order_release);
        return to - from;
    }
};

// Spins, and now and then lets another thread run: soon where there are more threads than cores.
struct Wait {
    const int spins;
    int n = 0;
    void operator()() {
        if (++n > spins) {
            n = 0;
            std::this_thread::yield();
        } else {
            __builtin_ia32_pause();
        }
    }
};

void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core % std::thread::hardware_concurrency(), &set);
    sched_setaffinity(0, sizeof set, &set);
}
Record made(int64_t i) { return {i, i & 1023, 1, 0, 0, uint64_t(i)}; }

template <class Consumer, class Producer> double timed(Consumer consume, Producer produce) {
    const auto begin = std::chrono::steady_clock::now();
    std::thread consumer([&] { pin(1), consume(); }), producer([&] { pin(0), produce(); });
    producer.join();
    consumer.join();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void check(int64_t sum, int64_t count, int64_t added) {
    int64_t expected = added * count;
    for (int64_t i = 0; i < count; i++) expected += i & 1023;
    if (sum != expected) {
        fprintf(stderr, "the sum is %lld instead of %lld\n", (long long)sum, (long long)expected);
        exit(1);
    }
}

double single(int64_t count) {
    static Ring<4096> ring;
    int64_t sum = 0;
    const double seconds = timed(
        [&] {
            Record record;
            Wait wait{1000};
            for (int64_t i = 0; i < count;)
                if (ring.pop(record)) sum += record.price, i++;
                else wait();
        },
        [&] {
            Wait wait{1000};
            for (int64_t i = 0; i < count;)
                if (ring.push(made(i))) i++;
                else wait();
        });
    check(sum, count, 0);
    return seconds;
}

double batches(int64_t count) {
    static Ring<4096> ring;
    int64_t sum = 0;
    const double seconds = timed(
        [&] {
            Wait wait{1000};
            for (int64_t i = 0; i < count;)
                if (const size_t n = ring.drain([&](const Record &record) { sum += record.price; })) i += n;
                else wait();
        },
        [&] {
            Wait wait{1000};
            Record batch[64];
            for (int64_t i = 0; i < count;) {
                const size_t n = std::min<int64_t>(64, count - i);
                for (size_t k = 0; k < n; k++) batch[k] = made(i + k);
                for (size_t done = 0; done < n;)
                    if (const size_t k = ring.push(batch + done, n - done)) done += k;
                    else wait();
                i += n;
            }
        });
    check(sum, count, 0);
    return seconds;
}

double threeStages(int64_t count) {
    static Ring<4096> first, second;
    int64_t sum = 0;
    const auto begin = std::chrono::steady_clock::now();
    std::thread consumer([&] {
        Record record;
        Wait wait{50};
        for (int64_t i = 0; i < count;)
            if (second.pop(record)) sum += record.price, i++;
            else wait();
    });
    std::thread middle([&] {
        Record record;
        Wait wait{50};
        for (int64_t i = 0; i < count;)
            if (first.pop(record)) {
                record.price++;
                while (!second.push(record)) wait();
                i++;
            } else wait();
    });
    std::thread producer([&] {
        Wait wait{50};
        for (int64_t i = 0; i < count;)
            if (first.push(made(i))) i++;
            else wait();
    });
    producer.join();
    middle.join();
    consumer.join();
    check(sum, count, 1);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// One way: half of the mean round trip.
double oneWay(int64_t count) {
    static Ring<1024> there, back;
    Record record;
    return timed(
               [&] {
                   Record echo;
                   for (int64_t i = 0; i < count;)
                       if (there.pop(echo)) {
                           while (!back.push(echo)) {}
                           i++;
                       }
               },
               [&] {
                   for (int64_t i = 0; i < count; i++) {
                       there.push(made(i));
                       while (!back.pop(record)) {}
                   }
               })
        / count / 2 * 1e9;
}
}  // namespace

int main(int argc, char **argv) {
    if (argc != 2 || atoll(argv[1]) < 1000) {
        fprintf(stderr, "usage: ring COUNT\n");
        return 2;
    }
    const int64_t count = atoll(argv[1]);
    const double one = single(count), many = batches(count), three = threeStages(count / 2);
    printf("{\"single\":%.3f,\"batches\":%.3f,\"three\":%.3f,\"one_way_ns\":%.1f}\n", count / one / 1e6, count / many / 1e6,
           count / 2 / three / 1e6, oneWay(count / 50));
}
