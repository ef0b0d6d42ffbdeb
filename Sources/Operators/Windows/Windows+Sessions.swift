import PlainData
import StreamRuntime

/// Sessions. A row is one: from its first element to a gap after its last.
extension Windows {
    @inlinable mutating func placeInSession<Out: Element, Side: Element>(
        _ element: Contents.Input, _ key: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        let time = element.eventTime, end = time + shape.length
        guard time >= keys[key].closed, bears(element, key) else { return false }
        var newer = 0, at = Int(keys[key].newest)
        while at != 0, rows[at].start >= end { (newer, at) = (at, Int(rows[at].older)) }
        guard at != 0, rows[at].end > time else {
            return begin(element, key, after: at, before: newer, into: &out)
        }
        // Within a gap of this session; perhaps of the one before it too.
        let before = Int(rows[at].older)
        if before != 0, rows[before].end > time {
            join(before, at, key, into: &out)
            at = before
        }
        if time < rows[at].start { rows[at].start = time }
        stretch(at, key, to: end, into: &out)
        return put(element, at, key)
    }

    @inlinable mutating func begin<Out: Element, Side: Element>(
        _ element: Contents.Input, _ key: Int, after older: Int, before newer: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        let time = element.eventTime, end = time + shape.length
        let slot = (~keys[key].slots).trailingZeroBitCount  // the first that is free; 64 when none is
        if out.hasReached(end + lateness) || slot == UInt64.bitWidth { return false }
        keys[key].slots |= 1 << UInt64(slot)
        let row = open(key, time, end, after: older, before: newer)
        rows[row].slot = Int64(slot)
        out.setTimer(key << bits | slot, at: end + lateness)
        return put(element, row, key)
    }

    /// Puts a session's end, and with it its timer, off.
    @inlinable @inline(__always) mutating func stretch<Out: Element, Side: Element>(
        _ row: Int, _ key: Int, to end: Int64, into out: inout Emitter<Out, Side>
    ) {
        guard end > rows[row].end else { return }
        rows[row].end = end
        out.setTimer(key << bits | Int(rows[row].slot), at: end + lateness)
    }

    /// Two sessions become one, in the place of the earlier.
    @inlinable mutating func join<Out: Element, Side: Element>(
        _ earlier: Int, _ later: Int, _ key: Int, into out: inout Emitter<Out, Side>
    ) {
        let end = rows[later].end, load = rows[later].load, slot = Int(rows[later].slot)
        rows[earlier].contents.merge(rows[later].contents)
        remove(later, of: key)
        rows[earlier].load += load
        keys[key].load += load
        keys[key].slots &= ~(1 << UInt64(slot))
        out.cancelTimer(key << bits | slot)
        stretch(earlier, key, to: end, into: &out)
    }

    @inlinable mutating func closeSession(_ key: Int, _ end: Int64) -> Closed {
        let row = Int(keys[key].oldest)
        precondition(row != 0 && rows[row].end == end, "a session that ends at \(end) has closed before")
        let closed = Closed(key, rows[row].start, end, rows[row].contents)
        keys[key].slots &= ~(1 << UInt64(rows[row].slot))
        keys[key].closed = end
        remove(row, of: key)
        return closed
    }
}
