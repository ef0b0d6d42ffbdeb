import PlainData
import TradingModel

/// The symbols of a file's instruments: by the metadata's mappings and the day, or by the mapping records of a live file. An
/// instrument that nothing names goes by its number.
final class DBNSymbols {
    /// The symbol of one instrument over `[from, until)`, ns since 1970 UTC.
    private struct Slot {
        var instrument: UInt32 = 0
        var isUsed = false
        var symbol = SymbolID(rawValue: 0)
        var from: Int64 = 0, until: Int64 = 0
    }

    private let names: Names
    private var known: [UInt32: [DBNMetadata.Interval]]
    private var slots: UnsafeMutablePointer<Slot>
    private var mask = 255
    private var used = 0

    init(_ metadata: DBNMetadata, names: Names, file: String) throws(MarketDataError) {
        self.names = names
        known = try metadata.symbolsByInstrument(file: file)
        slots = .allocate(capacity: 256)
        slots.initialize(repeating: Slot(), count: 256)
    }

    deinit { slots.deallocate() }

    @inline(__always)
    private static func hash(_ instrument: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(instrument) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    /// - Parameter time: by which the file is in order, ns since 1970 UTC: its day decides.
    @inline(__always)
    func symbol(_ instrument: UInt32, at time: Int64) -> SymbolID {
        let slots = self.slots, mask = self.mask
        var place = Self.hash(instrument) & mask
        while slots[place].isUsed {
            if slots[place].instrument == instrument {
                if time >= slots[place].from, time < slots[place].until { return slots[place].symbol }
                return look(instrument, time)
            }
            place = (place &+ 1) & mask
        }
        return look(instrument, time)
    }

    /// Looks a symbol up, and remembers it for as long as it holds.
    @inline(never)
    private func look(_ instrument: UInt32, _ time: Int64) -> SymbolID {
        let intervals = known[instrument] ?? []
        var slot = Slot(instrument: instrument, isUsed: true)
        if let found = intervals.lastIndex(where: { $0.start <= time && time < $0.end }) {
            slot.symbol = names.symbol(intervals[found].symbol)
            (slot.from, slot.until) = (intervals[found].start, intervals[found].end)
            // A later interval that begins in this one wins from there on.
            for later in intervals[(found + 1)...] where later.start > time { slot.until = min(slot.until, later.start) }
            for later in intervals[(found + 1)...] where later.end <= time { slot.from = max(slot.from, later.end) }
        } else {
            slot.symbol = names.symbol(String(instrument))
            slot.from = intervals.filter { $0.end <= time }.map(\.end).max() ?? .min
            slot.until = intervals.filter { $0.start > time }.map(\.start).min() ?? .max
        }
        insert(slot)
        return slot.symbol
    }

    /// A live file says from here on: this instrument is called so.
    func define(_ instrument: UInt32, _ text: String) {
        known[instrument] = [DBNMetadata.Interval(start: .min, end: .max, symbol: text)]
        insert(Slot(instrument: instrument, isUsed: true, symbol: names.symbol(text), from: .min, until: .max))
    }

    private func insert(_ slot: Slot) {
        if used * 2 > mask { grow() }
        var place = Self.hash(slot.instrument) & mask
        while slots[place].isUsed, slots[place].instrument != slot.instrument { place = (place + 1) & mask }
        if !slots[place].isUsed { used += 1 }
        slots[place] = slot
    }

    private func grow() {
        let (old, count) = (slots, mask + 1)
        slots = .allocate(capacity: count * 2)
        slots.initialize(repeating: Slot(), count: count * 2)
        (mask, used) = (count * 2 - 1, 0)
        for place in 0..<count where old[place].isUsed { insert(old[place]) }
        old.deallocate()
    }
}
