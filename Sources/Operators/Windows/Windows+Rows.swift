import PlainData

/// What is kept of one instrument: its open rows, in order of time.
@usableFromInline struct WindowKey: State {
    @usableFromInline var newest: Int64 = 0, oldest: Int64 = 0
    /// The sum of its rows' loads.
    @usableFromInline var load: Int64 = 0
    /// The end of its last session that has closed: what lies before it comes too late.
    @usableFromInline var closed = Int64.min
    /// Which of its timers are in use, of sessions.
    @usableFromInline var slots: UInt64 = 0
    @inlinable init() {}

    @usableFromInline mutating func state(_ coder: inout StateCoder) {
        coder.field(&newest)
        coder.field(&oldest)
        coder.field(&load)
        coder.field(&closed)
        coder.field(&slots)
    }
}

/// A session, or a stretch of time that fixed windows share: a tumbling window is one such stretch.
@usableFromInline struct WindowRow<Contents: Aggregate>: State {
    @usableFromInline var start: Int64 = 0, end: Int64 = 0, load: Int64 = 0
    /// The instrument's rows before and after this one; of an unused row, `older` is the next unused one.
    @usableFromInline var older: Int64 = 0, newer: Int64 = 0
    @usableFromInline var slot: Int64 = 0
    @usableFromInline var contents = Contents()
    @inlinable init() {}

    @usableFromInline mutating func state(_ coder: inout StateCoder) {
        coder.field(&start)
        coder.field(&end)
        coder.field(&load)
        coder.field(&older)
        coder.field(&newer)
        coder.field(&slot)
        contents.state(&coder)
    }
}

extension Windows {
    /// - Returns: false, with nothing changed, when the element's load is refused.
    @inlinable @inline(__always) mutating func put(_ element: Contents.Input, _ row: Int, _ key: Int) -> Bool {
        let load = Contents.load(of: element), sum = keys[key].load &+ load
        guard (sum | load) >= 0 else { return false }
        keys[key].load = sum
        rows[row].load &+= load
        order &+= 1
        rows[row].contents.add(element, order: order)
        return true
    }

    /// Whether `put` would take the element: asked before a row is made for it.
    @inlinable func bears(_ element: Contents.Input, _ key: Int) -> Bool {
        let load = Contents.load(of: element)
        return (keys[key].load &+ load) | load >= 0
    }

    /// Makes an empty row after `older` and before `newer`, of which either may be 0.
    @inlinable mutating func open(_ key: Int, _ start: Int64, _ end: Int64, after older: Int, before newer: Int) -> Int {
        var row = Int(free)
        if row > 0 {
            free = rows[row].older
        } else {
            used += 1
            row = Int(used)
        }
        rows[row] = WindowRow()
        (rows[row].start, rows[row].end) = (start, end)
        (rows[row].older, rows[row].newer) = (Int64(older), Int64(newer))
        if older == 0 { keys[key].oldest = Int64(row) } else { rows[older].newer = Int64(row) }
        if newer == 0 { keys[key].newest = Int64(row) } else { rows[newer].older = Int64(row) }
        return row
    }

    @inlinable mutating func remove(_ row: Int, of key: Int) {
        let older = Int(rows[row].older), newer = Int(rows[row].newer)
        if older == 0 { keys[key].oldest = Int64(newer) } else { rows[older].newer = Int64(newer) }
        if newer == 0 { keys[key].newest = Int64(older) } else { rows[newer].older = Int64(older) }
        keys[key].load -= rows[row].load
        rows[row] = WindowRow()  // what was in it is state no longer
        rows[row].older = free
        free = Int64(row)
    }
}
