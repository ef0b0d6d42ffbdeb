// Whether bytes are UTF-8 (RFC 3629): eight at a time where they are ASCII, as market data is.
#include <string.h>

#include "cws_internal.h"

// The length of the sequence that begins here, 0 where it is none: no overlong forms, no surrogates, nothing past U+10FFFF.
static size_t sequence(const uint8_t *at, size_t left) {
    uint8_t lead = at[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < length) return 0;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high) return 0;
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    return length;
}

bool cws_is_utf8(const uint8_t *bytes, size_t count) {
    size_t at = 0;
    while (at < count) {
        uint64_t word;
        if (count - at >= 8 && (memcpy(&word, bytes + at, 8), (word & 0x8080808080808080u) == 0)) {
            at += 8;
            continue;
        }
        size_t length = sequence(bytes + at, count - at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}
