import PlainData

/// Small numbers by 64-bit key: open addressing with a fixed hash, so that the same history gives the same table and
/// the same bytes. Key 0 means "empty"; nothing is ever removed.
struct IDTable {
    private struct Slot: State {
        var key: UInt64 = 0, value: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&key)
            coder.field(&value)
        }
    }
    private var slots: [Slot] = []
    private var count: UInt64 = 0

    /// Fibonacci hashing: the high bits of the product are the best mixed.
    private func start(_ key: UInt64) -> Int {
        let bits = UInt64(slots.count.trailingZeroBitCount)
        return Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits))
    }

    func find(_ key: UInt64) -> Int? {
        guard !slots.isEmpty, key != 0 else { return nil }
        var at = start(key)
        while slots[at].key != 0 {
            if slots[at].key == key { return Int(slots[at].value) }
            at = (at + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds the key or replaces its value.
    mutating func set(_ key: UInt64, _ value: Int) {
        precondition(key != 0, "the empty id is no key")
        if 4 * (Int(count) + 1) > 3 * slots.count { grow() }
        if put(Slot(key: key, value: Int64(value))) { count += 1 }
    }

    private mutating func put(_ slot: Slot) -> Bool {
        var at = start(slot.key)
        while slots[at].key != 0, slots[at].key != slot.key { at = (at + 1) & (slots.count - 1) }
        let isNew = slots[at].key == 0
        slots[at] = slot
        return isNew
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: max(8, 2 * old.count))
        for slot in old where slot.key != 0 { _ = put(slot) }
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&slots, filler: Slot())
        coder.field(&count)
    }
}
