import PlainData

/// What is kept of one instrument: its open rows, in order of time.
@usableFromInline struct WindowKey: BitwiseCopyable {
    @usableFromInline var newest: Int64 = 0, oldest: Int64 = 0, rows: Int64 = 0
    /// The sum of its rows' loads.
    @usableFromInline var load: Int64 = 0
    /// The number of its element that was taken last.
    @usableFromInline var order: UInt64 = 0
    /// The end of its last session that has closed: what lies before it comes too late.
    @usableFromInline var closed = Int64.min
    /// The end of the window that its timer waits for, or of one that has moved on since; `Int64.max` when none is set.
    @usableFromInline var due = Int64.max
    @inlinable init() {}
}

/// A session, or a stretch of time that fixed windows share: a tumbling window is one such stretch.
@usableFromInline struct WindowRow<Contents: Aggregate>: BitwiseCopyable {
    @usableFromInline var start: Int64 = 0, end: Int64 = 0, load: Int64 = 0
    /// The instrument's rows before and after this one; of an unused row, `older` is the next unused one.
    @usableFromInline var older: Int64 = 0, newer: Int64 = 0
    @usableFromInline var contents = Contents()
    @inlinable init() {}
}

extension Windows {
    /// - Returns: false, with nothing changed, when the element's load is refused.
    @inlinable @inline(__always) mutating func put(_ element: Contents.Input, _ row: Int, _ key: Int) -> Bool {
        let load = Contents.load(of: element), sum = keys[key].load &+ load
        guard (sum | load) >= 0 else { return false }
        keys[key].load = sum
        rows[row].load &+= load
        keys[key].order &+= 1
        rows[row].contents.add(element, order: keys[key].order)
        return true
    }

    /// Whether a row for the element may be made: there are not too many, and `put` will take the element.
    @inlinable func mayOpen(_ element: Contents.Input, _ key: Int) -> Bool {
        let load = Contents.load(of: element)
        return keys[key].rows < most && (keys[key].load &+ load) | load >= 0
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
        keys[key].rows += 1
        return row
    }

    @inlinable mutating func remove(_ row: Int, of key: Int) {
        let older = Int(rows[row].older), newer = Int(rows[row].newer)
        if older == 0 { keys[key].oldest = Int64(newer) } else { rows[older].newer = Int64(newer) }
        if newer == 0 { keys[key].newest = Int64(older) } else { rows[newer].older = Int64(older) }
        keys[key].rows -= 1
        keys[key].load -= rows[row].load
        if keys[key].rows == 0 { keys[key].order = 0 }
        rows[row].older = free
        free = Int64(row)
    }

    // MARK: State, by instrument: where a row lies is not part of it

    /// Every instrument that has state lies below.
    public var count: Int { keys.count }
    public func holds(_ key: Int) -> Bool { keys[key].newest != 0 || keys[key].closed != .min }

    /// Saves or restores one instrument's windows.
    public mutating func state(of key: Int, _ coder: inout StateCoder) {
        coder.field(&keys[key].order)
        coder.field(&keys[key].closed)
        coder.field(&keys[key].due)
        var count = UInt32(keys[key].rows), row = Int(keys[key].oldest)
        coder.field(&count)
        for _ in 0..<count where !coder.isTruncated {
            if !coder.isSaving { row = open(key, 0, 0, after: Int(keys[key].newest), before: 0) }
            coder.field(&rows[row].start)
            coder.field(&rows[row].end)
            coder.field(&rows[row].load)
            rows[row].contents.state(&coder)
            if !coder.isSaving { keys[key].load &+= rows[row].load }
            row = Int(rows[row].newer)
        }
    }
}
