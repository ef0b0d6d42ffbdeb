#pragma once
#include <stdint.h>

/// How many blocks this thread has taken from the heap since it began. Counts malloc and its kin by standing in front
/// of them, at the price of one increment each; 0 for ever where a sanitizer stands there already.
int64_t ca_allocations(void);
