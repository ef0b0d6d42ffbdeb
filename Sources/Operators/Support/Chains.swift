import PlainData

/// Lists of plain rows by a small integer key, for what a key has few of but without a bound: windows that wait, the
/// parents of an instrument. Rows of removed entries are used again; nothing is allocated in a steady state.
///
/// A row's number is stable while it lives, so it can be a timer's key. 0 is no row.
struct Chains<Row: State>: ~Copyable {
    struct Link: State {
        var row: Row, next: Int64
        init(row: Row, next: Int64) { (self.row, self.next) = (row, next) }
        mutating func state(_ coder: inout StateCoder) {
            row.state(&coder)
            coder.field(&next)
        }
    }
    private var heads = Dense<Int64>(repeating: 0)
    var links: Dense<Link>
    /// The first of the unused rows, and how many rows have ever been used.
    private var free: Int64 = 0, used: Int64 = 0

    init(repeating filler: Row) { links = Dense(repeating: Link(row: filler, next: 0)) }

    /// Every row that was ever used lies below.
    var rows: Int { links.count }
    /// The key's row that was added last, or 0.
    func first(_ key: Int) -> Int { Int(heads.value(key)) }
    func next(_ row: Int) -> Int { Int(links[row].next) }

    subscript(row: Int) -> Row {
        @inline(__always) get { links[row].row }
        @inline(__always) _modify { yield &links[row].row }
    }

    @discardableResult mutating func add(_ row: Row, to key: Int) -> Int {
        var at = free
        if at > 0 {
            free = links[Int(at)].next
        } else {
            used += 1
            at = used
        }
        links[Int(at)] = Link(row: row, next: heads.value(key))
        heads[key] = at
        return Int(at)
    }

    mutating func remove(_ row: Int, from key: Int) {
        var before = 0, at = first(key)
        while at != row {
            precondition(at != 0, "row \(row) is not one of key \(key)'s")
            (before, at) = (at, next(at))
        }
        if before == 0 { heads[key] = links[row].next } else { links[before].next = links[row].next }
        links[row].next = free
        free = Int64(row)
    }

    /// Every key that has rows lies below.
    var keys: Int { heads.count }

    /// One key's rows, the one that was added last first. Which numbers they had is not kept.
    mutating func state(of key: Int, filler: Row, _ coder: inout StateCoder) {
        var rows: [Row] = [], row = first(key)
        while row != 0 {
            rows.append(links[row].row)
            row = next(row)
        }
        coder.field(&rows, filler: filler)
        guard !coder.isSaving else { return }
        for row in rows.reversed() { add(row, to: key) }
    }
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&heads)
        coder.field(&links)
        coder.field(&free)
        coder.field(&used)
    }
}
