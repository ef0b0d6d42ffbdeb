/// Small numbers by 64-bit key: open addressing with a fixed hash, so that the same history gives the same table and
/// the same bytes. Key 0 means "empty"; nothing is ever removed.
public struct IDTable: Sendable {
    @usableFromInline struct Slot: State, Sendable {
        @usableFromInline var key: UInt64 = 0, value: Int64 = 0

        @inlinable init() {}
        @inlinable init(key: UInt64, value: Int64) { (self.key, self.value) = (key, value) }

        @usableFromInline mutating func state(_ coder: inout StateCoder) {
            coder.field(&key)
            coder.field(&value)
        }
    }
    @usableFromInline var slots: [Slot] = []
    @usableFromInline var count: UInt64 = 0

    @inlinable public init() {}

    /// Fibonacci hashing: the high bits of the product are the best mixed.
    @inlinable func start(_ key: UInt64) -> Int {
        let bits = UInt64(slots.count.trailingZeroBitCount)
        return Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits))
    }

    @inlinable public func find(_ key: UInt64) -> Int? {
        guard !slots.isEmpty, key != 0 else { return nil }
        var at = start(key)
        while slots[at].key != 0 {
            if slots[at].key == key { return Int(slots[at].value) }
            at = (at + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds the key or replaces its value.
    @inlinable public mutating func set(_ key: UInt64, _ value: Int) {
        precondition(key != 0, "the empty id is no key")
        if 4 * (Int(count) + 1) > 3 * slots.count { grow() }
        if put(Slot(key: key, value: Int64(value))) { count += 1 }
    }

    @inlinable mutating func put(_ slot: Slot) -> Bool {
        var at = start(slot.key)
        while slots[at].key != 0, slots[at].key != slot.key { at = (at + 1) & (slots.count - 1) }
        let isNew = slots[at].key == 0
        slots[at] = slot
        return isNew
    }

    @usableFromInline mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: max(8, 2 * old.count))
        for slot in old where slot.key != 0 { _ = put(slot) }
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&slots, filler: Slot())
        coder.field(&count)
    }
}
