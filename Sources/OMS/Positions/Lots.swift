import PlainData

/// Which cost leaves a position when a part of it is closed.
public enum CostMethod: UInt8, BitwiseCopyable, Sendable {
    /// The share of all of it.
    case average = 0
    /// That of what was opened first.
    case fifo
}

/// What a position holds, a lot a fill, oldest first. Units and cost are signed as the position's are.
struct Lots: Sendable {
    struct Lot: State {
        var units: Int128 = 0, cost: Int128 = 0
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&units)
            coder.field(&cost)
        }
    }
    private(set) var lots: [Lot] = []
    /// Those before it are closed.
    private var first: Int64 = 0

    /// The lots that are open, oldest first.
    var open: ArraySlice<Lot> { lots[Int(first)...] }

    mutating func open(_ units: Int128, for cost: Int128) {
        if Int(first) == lots.count { (lots, first) = ([], 0) }
        lots.append(Lot(units: units, cost: cost))
    }

    /// Closes so many units, which there are.
    /// - Returns: what they cost.
    mutating func close(_ units: UInt128) -> Int128 {
        var left = units, released: Int128 = 0
        while left > 0, Int(first) < lots.count {
            let lot = lots[Int(first)], part = min(left, lot.units.magnitude)
            let cost = share(of: lot.cost, part: part, whole: lot.units.magnitude)
            released += cost
            left -= part
            if part == lot.units.magnitude {
                first += 1
            } else {
                lots[Int(first)].cost -= cost
                lots[Int(first)].units -= lot.units < 0 ? -Int128(part) : Int128(part)
            }
        }
        // Closed lots are let go once they are most of the list.
        if first > 64, Int(first) * 2 > lots.count {
            lots.removeFirst(Int(first))
            first = 0
        }
        return released
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&lots, filler: Lot())
        coder.field(&first)
        if !coder.isSaving, first < 0 || first > lots.count { coder.refuse() }
        if coder.isTruncated { (lots, first) = ([], 0) }
    }
}
