import PlainData
import TradingModel

/// The numbers of the symbols of one source, found by their bytes: no `String`, no lock and no allocation for a symbol
/// that was seen before.
final class SymbolReader {
    private struct Slot {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var count: UInt32 = 0  // 0: free
        var symbol: SymbolID = SymbolID(rawValue: 0)
    }

    private let names: Names
    private var slots: UnsafeMutablePointer<Slot>
    private var mask: Int
    private var used = 0

    init(_ names: Names) {
        self.names = names
        mask = 255
        slots = .allocate(capacity: 256)
        slots.initialize(repeating: Slot(), count: 256)
    }

    deinit { slots.deallocate() }

    /// - Parameter bytes: UTF-8, not empty.
    @inline(__always)
    func symbol(_ bytes: UnsafeRawBufferPointer) -> SymbolID {
        guard bytes.count <= 16 else { return intern(bytes) }
        let (low, high) = Self.words(bytes)
        let slots = self.slots
        var place = Self.hash(low, high, bytes.count) & mask
        while slots[place].count != 0 {
            if slots[place].low == low, slots[place].high == high, slots[place].count == UInt32(bytes.count) {
                return slots[place].symbol
            }
            place = (place + 1) & mask
        }
        return add(bytes, low, high)
    }

    @inline(__always)
    static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
        let count = bytes.count
        // Two loads that overlap cover any length from 8 to 16, and from 4 to 7.
        if count >= 8 {
            return (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        }
        if count >= 4 {
            let low = UInt64(bytes.loadUnaligned(as: UInt32.self))
            return (low, UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
        }
        var low: UInt64 = 0
        for place in 0..<count { low |= UInt64(bytes[place]) << UInt64(8 * place) }
        return (low, 0)
    }

    @inline(__always)
    private static func hash(_ low: UInt64, _ high: UInt64, _ count: Int) -> Int {
        let mixed = (low ^ high &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)) &* 0xFF51_AFD7_ED55_8CCD
        return Int(truncatingIfNeeded: mixed >> 32)
    }

    @inline(never)
    private func intern(_ bytes: UnsafeRawBufferPointer) -> SymbolID { names.symbol(String(decoding: bytes, as: UTF8.self)) }

    @inline(never)
    private func add(_ bytes: UnsafeRawBufferPointer, _ low: UInt64, _ high: UInt64) -> SymbolID {
        let symbol = intern(bytes)
        if used * 2 > mask { grow() }
        insert(Slot(low: low, high: high, count: UInt32(bytes.count), symbol: symbol))
        used += 1
        return symbol
    }

    private func insert(_ slot: Slot) {
        var place = Self.hash(slot.low, slot.high, Int(slot.count)) & mask
        while slots[place].count != 0 { place = (place + 1) & mask }
        slots[place] = slot
    }

    private func grow() {
        let (old, count) = (slots, mask + 1)
        slots = .allocate(capacity: count * 2)
        slots.initialize(repeating: Slot(), count: count * 2)
        mask = count * 2 - 1
        for place in 0..<count where old[place].count != 0 { insert(old[place]) }
        old.deallocate()
    }
}
