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
        guard mayOpen(element, key) else { return false }
        var end = pane.firstEnd
        if out.hasReached(end + lateness) { end += ((out.watermark - lateness - end) / shape.every + 1) * shape.every }
        wait(key, end, into: &out)
        return put(element, open(key, pane.start, pane.end, after: at, before: newer), key)
    }

    /// Puts the window together that ends at `end`, and lets go of the panes that are in no later one.
    @inlinable mutating func takeFixed(_ key: Int, _ end: Int64) -> Closed {
        let start = end - shape.length
        var at = Int(keys[key].oldest), contents = rows[at].contents, isFirst = true
        while at != 0, rows[at].start < end {
            let next = Int(rows[at].newer)
            if !isFirst { contents.merge(rows[at].contents) }
            isFirst = false
            if rows[at].start < start + shape.every { remove(at, of: key) }
            at = next
        }
        return Closed(key, start, end, contents)
    }
}
