import PlainData
import StreamRuntime

/// Sessions. A row is one: from its first element to a gap after its last.
extension Windows {
    @inlinable mutating func placeInSession<Out: Element, Side: Element>(
        _ element: Contents.Input, _ key: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        let time = element.eventTime, end = time + shape.length
        guard time >= keys[key].closed else { return false }
        var newer = 0, at = Int(keys[key].newest)
        while at != 0, rows[at].start >= end { (newer, at) = (at, Int(rows[at].older)) }
        guard at != 0, rows[at].end > time else {
            guard !out.hasReached(end + lateness), mayOpen(element, key) else { return false }
            wait(key, end, into: &out)
            return put(element, open(key, time, end, after: at, before: newer), key)
        }
        // Within a gap of this session; perhaps of the one before it too, and then they are one.
        guard put(element, at, key) else { return false }
        rows[at].start = min(rows[at].start, time)
        rows[at].end = max(rows[at].end, end)
        let before = Int(rows[at].older)
        if before != 0, rows[before].end > time { join(before, at, key) }
        return true
    }

    /// Two sessions become one, in the place of the earlier.
    @inlinable mutating func join(_ earlier: Int, _ later: Int, _ key: Int) {
        let end = rows[later].end, load = rows[later].load
        rows[earlier].contents.merge(rows[later].contents)
        remove(later, of: key)
        rows[earlier].end = end
        rows[earlier].load += load
        keys[key].load += load
    }

    @inlinable mutating func takeSession(_ key: Int, _ end: Int64) -> Closed {
        let row = Int(keys[key].oldest)
        let closed = Closed(key, rows[row].start, end, rows[row].contents)
        keys[key].closed = end
        remove(row, of: key)
        return closed
    }
}
