// Hand-written loops over files of market data: the practical limit that the floor's readers are measured against. Built and run by
// `floor bench marketdata`. They know these files alone: no headers but these, no other columns, no damage, no errors.
//
//   marketdata csv-from TRADES FILE    the trades of `limit generate` as trades-csv
//   marketdata dbn-from TRADES FILE N  the first N of them as a DBN file of version 2, schema trades
//   marketdata itch-make FILE N        N messages of ITCH 5.0: orders of 500 stocks that come, trade, shrink, go and are replaced
//   marketdata csv FILE                1-minute bars of a trades-csv        prints one JSON line
//   marketdata dbn FILE                sums over a DBN file's trades        prints one JSON line
//   marketdata itch FILE               sums over an ITCH file's messages    prints one JSON line
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace {
constexpr int symbols = 150;
constexpr int64_t minute = 60'000'000'000;
constexpr size_t blockBytes = 1 << 20;

struct Trade {
    int64_t time, price;
    uint32_t size;
    uint16_t symbol, zero;
    uint64_t number;
};

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

FILE *create(const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) { perror(path); exit(1); }
    setvbuf(file, nullptr, _IOFBF, 1 << 20);
    return file;
}

int csvFrom(const char *trades, const char *path) {
    FILE *in = fopen(trades, "rb"), *out = create(path);
    if (!in) return perror(trades), 1;
    fputs("time,symbol,price,size\n", out);
    for (Trade t; fread(&t, sizeof t, 1, in) == 1;)
        fprintf(out, "%lld,S%03d,%lld.%02lld,%u\n", (long long)t.time, t.symbol, (long long)(t.price / 10000), (long long)(t.price / 100 % 100), t.size);
    return fclose(out);
}

template <class T> void put(std::string &bytes, T value) { bytes.append(reinterpret_cast<const char *>(&value), sizeof value); }

int dbnFrom(const char *trades, const char *path, int64_t count) {
    FILE *in = fopen(trades, "rb"), *out = create(path);
    if (!in) return perror(trades), 1;
    std::string meta("XNAS.ITCH\0\0\0\0\0\0\0", 16);
    put(meta, uint16_t(4));  // schema trades
    put(meta, uint64_t(0)), put(meta, ~uint64_t(0)), put(meta, uint64_t(0));
    meta += std::string("\1\0\0", 3);  // symbols in raw, out numbers; no send time
    put(meta, uint16_t(71));
    meta += std::string(53 + 4 + 4 * 4, '\0');
    std::string head("DBN\2");
    put(head, uint32_t(meta.size()));
    fputs("", out);
    fwrite(head.data(), head.size(), 1, out);
    fwrite(meta.data(), meta.size(), 1, out);
    Trade t;
    for (int64_t i = 0; i < count && fread(&t, sizeof t, 1, in) == 1; i++) {
        std::string r;
        put(r, uint8_t(12)), put(r, uint8_t(0)), put(r, uint16_t(2)), put(r, uint32_t(t.symbol + 1)), put(r, uint64_t(t.time));
        put(r, int64_t(t.price * 100000)), put(r, t.size), r += std::string(t.number & 1 ? "TA\0\0" : "TB\0\0", 4);
        put(r, uint64_t(t.time + 900)), put(r, int32_t(900)), put(r, uint32_t(t.number));
        fwrite(r.data(), r.size(), 1, out);
    }
    return fclose(out);
}

// MARK: ITCH

struct Message {
    std::string bytes;
    Message(char letter, uint16_t locate, int64_t time) {
        bytes += letter;
        be(locate, 2), be(0, 2), be(time, 6);
    }
    void be(uint64_t value, int width) {
        for (int i = width - 1; i >= 0; i--) bytes += char(value >> (8 * i));
    }
    void write(FILE *out) const {
        fputc(int(bytes.size() >> 8), out), fputc(int(bytes.size() & 255), out);
        fwrite(bytes.data(), bytes.size(), 1, out);
    }
};

int itchMake(const char *path, int64_t count) {
    FILE *out = create(path);
    Random random{20190130};
    struct Order { uint64_t number; uint32_t shares; uint16_t locate; };
    std::vector<Order> live;
    uint64_t number = 1000, match = 1;
    int64_t time = 34'200'000'000'000;
    auto stock = [](Message &m, uint16_t locate) {
        char text[9];
        snprintf(text, sizeof text, "T%-7d", locate);
        m.bytes += std::string(text, 8);
    };
    for (int64_t i = 0; i < count; i++) {
        time += random.below(20'000);
        const uint64_t which = live.size() < 50'000 ? 0 : random.below(100);
        // Most orders that change are young.
        const size_t at = live.empty() ? 0 : live.size() - 1 - random.below(random.below(live.size()) + 1);
        auto drop = [&] { live[at] = live.back(), live.pop_back(); };
        if (which < 44) {
            Order order{number += 1 + random.below(4), uint32_t(100 * (1 + random.below(9))), uint16_t(1 + random.below(500))};
            const bool isBid = random.below(2);
            Message m(which % 12 ? 'A' : 'F', order.locate, time);
            m.be(order.number, 8), m.bytes += isBid ? 'B' : 'S', m.be(order.shares, 4), stock(m, order.locate);
            m.be(1'000'000 + (isBid ? -100 : 100) * int64_t(1 + random.below(40)), 4);
            if (which % 12 == 0) m.bytes += "NITE";
            m.write(out), live.push_back(order);
        } else if (which < 84) {
            Message m('D', live[at].locate, time);
            m.be(live[at].number, 8), m.write(out), drop();
        } else if (which < 90) {
            const uint32_t shares = random.below(2) ? live[at].shares : (live[at].shares + 1) / 2;
            Message m('E', live[at].locate, time);
            m.be(live[at].number, 8), m.be(shares, 4), m.be(match++, 8), m.write(out);
            if ((live[at].shares -= shares) == 0) drop();
        } else if (which < 98) {
            Message m('U', live[at].locate, time);
            m.be(live[at].number, 8), m.be(live[at].number = ++number, 8), m.be(live[at].shares, 4);
            m.be(1'000'000 + int64_t(random.below(9) * 100) - 400, 4), m.write(out);
        } else {
            Message m('P', live[at].locate, time);
            m.be(0, 8), m.bytes += 'B', m.be(100, 4), stock(m, live[at].locate), m.be(1'000'050, 4), m.be(match++, 8), m.write(out);
        }
    }
    return fclose(out);
}

template <int width> uint64_t be(const uint8_t *at) {
    uint64_t value = 0;
    memcpy(reinterpret_cast<char *>(&value) + 8 - width, at, width);
    return __builtin_bswap64(value);
}

/// Reads a file block by block; `take` says how many of the bytes it used.
template <class Take> double blocks(const char *path, Take take) {
    const int file = open(path, O_RDONLY);
    if (file < 0) { perror(path); exit(1); }
    auto *buffer = static_cast<uint8_t *>(aligned_alloc(4096, blockBytes + 4096));
    size_t have = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (ssize_t n; (n = read(file, buffer + have, blockBytes - have)) > 0;) {
        have += n;
        const size_t used = take(buffer, buffer + have);
        memmove(buffer, buffer + used, have -= used);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int itch(const char *path) {
    uint64_t messages = 0, sum = 0;
    const double seconds = blocks(path, [&](const uint8_t *at, const uint8_t *end) {
        const uint8_t *start = at;
        while (end - at >= 2) {
            const size_t length = be<2>(at);
            if (size_t(end - at) < 2 + length) break;
            const uint8_t *m = at + 2;
            sum += be<6>(m + 5) + be<2>(m + 1);
            switch (m[0]) {
            case 'A': case 'F': sum += be<8>(m + 11) + m[19] + be<4>(m + 20) * be<4>(m + 32); break;
            case 'E': sum += be<8>(m + 11) + be<4>(m + 19) + be<8>(m + 23); break;
            case 'C': sum += be<8>(m + 11) + be<4>(m + 19) + be<8>(m + 23) + m[31] + be<4>(m + 32); break;
            case 'X': sum += be<8>(m + 11) + be<4>(m + 19); break;
            case 'D': sum += be<8>(m + 11); break;
            case 'U': sum += be<8>(m + 11) + be<8>(m + 19) + be<4>(m + 27) * be<4>(m + 31); break;
            case 'P': sum += m[19] + be<4>(m + 20) * be<4>(m + 32) + be<8>(m + 36); break;
            case 'Q': sum += be<8>(m + 11) + be<4>(m + 27) + be<8>(m + 31); break;
            }
            messages++;
            at += 2 + length;
        }
        return size_t(at - start);
    });
    printf("{\"records\":%llu,\"seconds\":%.9f,\"sum\":\"%016llx\"}\n", (unsigned long long)messages, seconds, (unsigned long long)sum);
    return 0;
}

int dbn(const char *path) {
    uint64_t records = 0, sum = 0;
    bool isFirst = true;
    const double seconds = blocks(path, [&](const uint8_t *at, const uint8_t *end) {
        const uint8_t *start = at;
        if (isFirst) {
            uint32_t length;
            memcpy(&length, at + 4, 4);
            at += 8 + length;
            isFirst = false;
        }
        while (end - at >= 16) {
            const size_t length = size_t(at[0]) * 4;
            if (size_t(end - at) < length) break;
            if (at[1] == 0 && at[28] == 'T') {
                uint64_t time, price;
                uint32_t size, sequence;
                memcpy(&time, at + 8, 8), memcpy(&price, at + 16, 8), memcpy(&size, at + 24, 4), memcpy(&sequence, at + 44, 4);
                sum += time + price * 3 + uint64_t(size) * 5 + uint64_t(sequence) * 7 + (at[29] == 'B' ? 11 : at[29] == 'A' ? 13 : 0);
                records++;
            }
            at += length;
        }
        return size_t(at - start);
    });
    printf("{\"records\":%llu,\"seconds\":%.9f,\"sum\":\"%016llx\"}\n", (unsigned long long)records, seconds, (unsigned long long)sum);
    return 0;
}

// MARK: CSV to bars

struct Bar {
    int64_t minute = -1, open, high, low, close, volume, notional;
};
Bar bars[symbols];
int64_t barCount, volume;
uint64_t barHash;

void close(int s, const Bar &bar) {
    uint64_t x = s;
    for (int64_t v : {bar.minute, bar.open, bar.high, bar.low, bar.close, bar.volume})
        x = x * 6364136223846793005 + uint64_t(v) + 1442695040888963407;
    barHash += x ^ (x >> 33);
    barCount++;
    volume += bar.volume;
}

int csv(const char *path) {
    int64_t end = 0, current = 0, count = 0;
    bool isFirst = true;
    const double seconds = blocks(path, [&](const uint8_t *at, const uint8_t *last) {
        const uint8_t *start = at;
        if (isFirst) {
            at = static_cast<const uint8_t *>(memchr(at, '\n', last - at)) + 1;
            isFirst = false;
        }
        // No row is longer than 64 bytes; what is nearer to the end waits for the next block, but at the file's end.
        while (at < last) {
            if (last - at < 64 && !memchr(at, '\n', last - at)) break;
            int64_t time = 0;
            for (int i = 0; i < 19; i++) time = time * 10 + (at[i] - '0');
            const int s = (at[21] - '0') * 100 + (at[22] - '0') * 10 + (at[23] - '0');
            at += 25;
            int64_t price = 0;
            while (*at != '.') price = price * 10 + (*at++ - '0');
            price = price * 10000 + (at[1] - '0') * 1000 + (at[2] - '0') * 100;
            at += 4;
            int64_t size = 0;
            while (*at != '\n') size = size * 10 + (*at++ - '0');
            at++;
            count++;
            if (time >= end) {
                current = time / minute;
                end = (current + 1) * minute;
            }
            Bar &bar = bars[s];
            if (bar.minute != current) {
                if (bar.minute >= 0) close(s, bar);
                bar = Bar{current, price, price, price, price, size, price * size};
                continue;
            }
            bar.high = std::max(bar.high, price);
            bar.low = std::min(bar.low, price);
            bar.close = price;
            bar.volume += size;
            bar.notional += price * size;
        }
        return size_t(at - start);
    });
    for (int s = 0; s < symbols; s++)
        if (bars[s].minute >= 0) close(s, bars[s]);
    printf("{\"records\":%lld,\"seconds\":%.9f,\"bars\":%lld,\"volume\":%lld,\"sum\":\"%016llx\"}\n", (long long)count, seconds,
           (long long)barCount, (long long)volume, (unsigned long long)barHash);
    return 0;
}
}  // namespace

int main(int argc, char **argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (argc == 4 && what == "csv-from") return csvFrom(argv[2], argv[3]);
    if (argc == 5 && what == "dbn-from") return dbnFrom(argv[2], argv[3], atoll(argv[4]));
    if (argc == 4 && what == "itch-make") return itchMake(argv[2], atoll(argv[3]));
    if (argc == 3 && what == "csv") return csv(argv[2]);
    if (argc == 3 && what == "dbn") return dbn(argv[2]);
    if (argc == 3 && what == "itch") return itch(argv[2]);
    fprintf(stderr, "usage: marketdata csv-from TRADES FILE | dbn-from TRADES FILE N | itch-make FILE N | csv FILE | dbn FILE | itch FILE\n");
    return 2;
}
