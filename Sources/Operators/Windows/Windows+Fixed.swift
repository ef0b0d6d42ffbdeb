import PlainData
import StreamRuntime

/// Tumbling and sliding windows. A row is a pane: what all windows that overlap it share; a window is put together from its
/// panes when it closes.
extension Windows {
    @inlinable mutating func placeInPane<Out: Element, Side: Element>(
        _ element: Contents.Input, _ key: Int, into out: inout Emitter<Out, Side>
    ) -> Bool {
        let pane = shape.pane(of: element.eventTime)
        if out.hasReached(pane.lastEnd + lateness) { return false }
        var newer = 0, at = Int(keys[key].newest)
        while at != 0, rows[at].start > pane.start { (newer, at) = (at, Int(rows[at].older)) }
        if at != 0, rows[at].start == pane.start { return put(element, at, key) }
        guard bears(element, key), hasSlots(key, pane) else { return false }
        setTimers(key, pane, after: at, before: newer, into: &out)
        return put(element, open(key, pane.start, pane.end, after: at, before: newer), key)
    }

    /// Whether all windows of the instrument that would then be open have a timer each.
    @inlinable func hasSlots(_ key: Int, _ pane: WindowShape.Pane) -> Bool {
        guard keys[key].newest != 0 else { return true }
        let first = min(pane.firstEnd, shape.pane(of: rows[Int(keys[key].oldest)].start).firstEnd)
        let last = max(pane.lastEnd, shape.pane(of: rows[Int(keys[key].newest)].start).lastEnd)
        return (last - first) / shape.every < 1 << Int64(bits)
    }

    /// Sets the timers of those of a new pane's windows that are open and have none yet: windows that a neighbouring pane is
    /// in too have theirs.
    @inlinable mutating func setTimers<Out: Element, Side: Element>(
        _ key: Int, _ pane: WindowShape.Pane, after older: Int, before newer: Int, into out: inout Emitter<Out, Side>
    ) {
        let every = shape.every
        var first = pane.firstEnd, last = pane.lastEnd
        if out.hasReached(first + lateness) { first += ((out.watermark - lateness - first) / every + 1) * every }
        if older != 0 { first = max(first, shape.pane(of: rows[older].start).lastEnd + every) }
        if newer != 0 { last = min(last, shape.pane(of: rows[newer].start).firstEnd - every) }
        while first <= last {
            let number = (first - shape.length) / every
            out.setTimer(key << bits | Int(number) & (1 << bits - 1), at: first + lateness)
            first += every
        }
    }

    @inlinable mutating func closeFixed(_ key: Int, _ end: Int64) -> Closed {
        let start = end - shape.length
        var at = Int(keys[key].oldest)
        precondition(at != 0 && rows[at].start < end, "a window that ends at \(end) has closed before")
        var contents = rows[at].contents, isFirst = true
        while at != 0, rows[at].start < end {
            let next = Int(rows[at].newer)
            if !isFirst { contents.merge(rows[at].contents) }
            isFirst = false
            if rows[at].start < start + shape.every { remove(at, of: key) }  // this was its last window
            at = next
        }
        return Closed(key, start, end, contents)
    }
}
