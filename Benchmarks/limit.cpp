// What a hand-written single-thread loop makes of the bench's data: the practical limit that the runtime is measured
// against. Built and run by `floor bench`; knows no stamps, timers, late data, digests or back-pressure.
//
//   limit generate FILE N       writes N trades: 32 bytes each, little-endian
//                               i64 ns | i64 price in 1e-4 | u32 size | u16 symbol | u16 0 | u64 number
//   limit bars FILE             1-minute bars                                       prints one JSON line
//   limit signals FILE          … and EMA 20/50, RSI 14, z-score 60, ATR 14 per bar  prints one JSON line
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace {
constexpr int symbols = 150;
constexpr int64_t minute = 60'000'000'000;

struct Trade {
    int64_t time, price;
    uint32_t size;
    uint16_t symbol, zero;
    uint64_t number;
};
static_assert(sizeof(Trade) == 32, "the record is 32 bytes");

struct Random {
    uint64_t state;
    uint64_t next() {
        uint64_t z = (state += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    uint64_t below(uint64_t n) { return uint64_t((unsigned __int128)next() * n >> 64); }
};

// One session of a market with a few busy and many quiet symbols; one trade in ten shares its predecessor's time.
int generate(const char *path, int64_t count) {
    constexpr int64_t open = 1710163800000000000, span = 23390ll * 1000000000;
    std::vector<uint64_t> cumulative;
    uint64_t total = 0;
    for (int s = 0; s < symbols; s++) cumulative.push_back(total += s < symbols - 5 ? 1000000 / (s + 10) : 20);
    Random random{20260311};
    std::vector<int64_t> middle(symbols);
    for (auto &m : middle) m = 1000 + random.below(49000);
    FILE *file = fopen(path, "wb");
    if (!file) return perror(path), 1;
    setvbuf(file, nullptr, _IOFBF, 1 << 20);
    int64_t time = open;
    const uint64_t gap = 2 * span / count;
    for (int64_t i = 0; i < count; i++) {
        const uint64_t a = random.next();
        if (a % 10) time += random.below(gap * 10 / 9);
        const int s = std::upper_bound(cumulative.begin(), cumulative.end(), random.below(total)) - cumulative.begin();
        const uint64_t b = random.next();
        int64_t &m = middle[s];
        switch (b % 16) {
        case 0: m++; break;
        case 1: m--; break;
        case 2: if ((b >> 8) % 64 == 0) m += int64_t((b >> 20) % 21) - 10; break;
        }
        m = std::max<int64_t>(m, 100);
        const int half = 1 + (b >> 40) % 2;
        const int64_t price = m + ((b >> 44) & 1 ? half : -half);
        const uint32_t size = (b >> 48) % 8 == 0 ? 1 + (b >> 52) % 99 : 100 * (1 + (b >> 52) % 10);
        const Trade trade{time, price * 100, size, uint16_t(s), 0, uint64_t(i)};
        fwrite(&trade, sizeof trade, 1, file);
    }
    return fclose(file);
}

struct Bar {
    int64_t minute = -1, open, high, low, close, volume, notional;
};

struct Signals {
    int count = 0, side = 0;
    double fast, slow, close, gain = 0, loss = 0, range = 0, sum = 0, squares = 0, base, window[60];
};

struct Sums {
    int64_t bars = 0, volume = 0, crosses = 0;
    uint64_t hash = 0;
    double fast = 0, slow = 0, rsi = 0, zscore = 0, range = 0;
};

Bar bars[symbols];
Signals signals[symbols];
Sums sums;
bool withSignals;

void follow(Signals &g, const Bar &bar) {
    const double close = bar.close * 1e-4, high = bar.high * 1e-4, low = bar.low * 1e-4;
    const int n = ++g.count;
    double trueRange = high - low;
    if (n == 1) {
        g.fast = g.slow = g.base = close;
    } else {
        g.fast += (close - g.fast) * (2.0 / 21);
        g.slow += (close - g.slow) * (2.0 / 51);
        trueRange = std::max({trueRange, std::fabs(high - g.close), std::fabs(low - g.close)});
        const double change = close - g.close, up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
        if (n <= 15) {
            g.gain += up / 14;
            g.loss += down / 14;
        } else {
            g.gain = (g.gain * 13 + up) / 14;
            g.loss = (g.loss * 13 + down) / 14;
        }
    }
    g.range = n <= 14 ? g.range + trueRange / 14 : (g.range * 13 + trueRange) / 14;
    const double x = close - g.base;
    const int k = (n - 1) % 60;
    if (n > 60) {
        g.sum -= g.window[k];
        g.squares -= g.window[k] * g.window[k];
    }
    g.window[k] = x;
    g.sum += x;
    g.squares += x * x;
    g.close = close;
    if (n >= 14) sums.range += g.range;
    if (n >= 15) sums.rsi += g.loss == 0 ? 100 : 100 * g.gain / (g.gain + g.loss);
    if (n >= 20) sums.fast += g.fast;
    if (n >= 60) {
        const double mean = g.sum / 60, variance = g.squares / 60 - mean * mean;
        sums.zscore += variance > 1e-12 ? (x - mean) / std::sqrt(variance) : 0;
    }
    if (n >= 50) {
        sums.slow += g.slow;
        const int side = g.fast >= g.slow ? 1 : -1;
        if (g.side && side != g.side) sums.crosses++;
        g.side = side;
    }
}

void close(int s, const Bar &bar) {
    uint64_t x = s;
    for (int64_t v : {bar.minute, bar.open, bar.high, bar.low, bar.close, bar.volume})
        x = x * 6364136223846793005 + uint64_t(v) + 1442695040888963407;
    sums.hash += x ^ (x >> 33);
    sums.bars++;
    sums.volume += bar.volume;
    if (withSignals) follow(signals[s], bar);
}

int run(const char *path) {
    const int file = open(path, O_RDONLY);
    if (file < 0) return perror(path), 1;
    constexpr size_t bytes = 1 << 20;
    auto *buffer = static_cast<Trade *>(aligned_alloc(4096, bytes));
    int64_t end = 0, current = 0, count = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (ssize_t n; (n = read(file, buffer, bytes)) > 0;) {
        const int64_t records = n / 32;
        for (int64_t i = 0; i < records; i++) {
            const Trade &t = buffer[i];
            if (t.time >= end) {
                current = t.time / minute;
                end = (current + 1) * minute;
            }
            Bar &bar = bars[t.symbol];
            if (bar.minute != current) {
                if (bar.minute >= 0) close(t.symbol, bar);
                bar = Bar{current, t.price, t.price, t.price, t.price, t.size, t.price * t.size};
                continue;
            }
            bar.high = std::max(bar.high, t.price);
            bar.low = std::min(bar.low, t.price);
            bar.close = t.price;
            bar.volume += t.size;
            bar.notional += t.price * t.size;
        }
        count += records;
    }
    for (int s = 0; s < symbols; s++)
        if (bars[s].minute >= 0) close(s, bars[s]);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"records\":%lld,\"seconds\":%.9f,\"rss_mb\":%.1f,\"bars\":%lld,\"volume\":%lld,\"hash\":\"%016llx\","
           "\"ema20\":%.6f,\"ema50\":%.6f,\"rsi\":%.6f,\"zscore\":%.6f,\"atr\":%.6f,\"crosses\":%lld}\n",
           (long long)count, seconds, usage.ru_maxrss / 1024.0, (long long)sums.bars, (long long)sums.volume,
           (unsigned long long)sums.hash, sums.fast, sums.slow, sums.rsi, sums.zscore, sums.range, (long long)sums.crosses);
    return 0;
}
}  // namespace

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[1], "generate")) return generate(argv[2], atoll(argv[3]));
    if (argc == 3 && (!strcmp(argv[1], "bars") || !strcmp(argv[1], "signals"))) {
        withSignals = argv[1][0] == 's';
        return run(argv[2]);
    }
    fprintf(stderr, "usage: limit generate FILE N | bars FILE | signals FILE\n");
    return 2;
}
