import TradingModel

/// One side of a book: its levels in one dense array, the best one last, so that what happens near the touch moves few of
/// them. Nothing is allocated but when the ladder grows beyond what it ever held.
///
/// A level's key grows towards the touch: a bid's price, an ask's price with its bits turned. So one code serves both sides.
struct Ladder: ~Copyable {
    struct Cell: BitwiseCopyable {
        /// 1e-8 units.
        var size: Int64
        var orders: UInt32
        /// The oldest and the newest order of the level, where orders are told; `none` where not.
        var first: UInt32 = Ladder.none
        var last: UInt32 = Ladder.none
    }
    static var none: UInt32 { .max }

    private(set) var keys: UnsafeMutablePointer<Int64>
    private(set) var cells: UnsafeMutablePointer<Cell>
    private(set) var count = 0
    private var capacity: Int
    private let mask: Int64

    init(isBid: Bool, capacity: Int = 64) {
        mask = isBid ? 0 : -1
        self.capacity = capacity
        (keys, cells) = (.allocate(capacity: capacity), .allocate(capacity: capacity))
    }

    deinit {
        keys.deallocate()
        cells.deallocate()
    }

    @inline(__always) func key(_ price: Price) -> Int64 { price.rawValue ^ mask }
    @inline(__always) func price(_ key: Int64) -> Price { Price(rawValue: key ^ mask) }
    /// `.none` where nobody stands.
    @inline(__always) var best: Price { count == 0 ? .none : price(keys[count - 1]) }
    @inline(__always) var bestSize: Quantity { Quantity(rawValue: count == 0 ? 0 : cells[count - 1].size) }

    /// The place of the level with the largest key that is not above this one; −1 where there is none.
    @inline(__always)
    func place(_ key: Int64) -> Int {
        var at = count - 1
        let near = max(-1, count - 9)
        while at > near {
            if keys[at] <= key { return at }
            at -= 1
        }
        return at < 0 ? -1 : far(key, below: at + 1)
    }

    @inline(never)
    private func far(_ key: Int64, below end: Int) -> Int {
        var (low, high) = (0, end)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] <= key { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    /// The place of the level of this key, nil where there is none.
    @inline(__always)
    func find(_ key: Int64) -> Int? {
        let at = place(key)
        return at >= 0 && keys[at] == key ? at : nil
    }

    /// The place of the level of this key, a new and empty one where there was none.
    @inline(__always)
    mutating func findOrInsert(_ key: Int64) -> Int {
        let at = place(key)
        if at >= 0, keys[at] == key { return at }
        insert(key, at: at + 1)
        return at + 1
    }

    @inline(__always)
    private mutating func insert(_ key: Int64, at place: Int) {
        if count == capacity { grow() }
        var to = count
        while to > place {
            keys[to] = keys[to - 1]
            cells[to] = cells[to - 1]
            to -= 1
        }
        keys[place] = key
        cells[place] = Cell(size: 0, orders: 0)
        count += 1
    }

    @inline(__always)
    mutating func remove(at place: Int) {
        count -= 1
        var at = place
        while at < count {
            keys[at] = keys[at + 1]
            cells[at] = cells[at + 1]
            at += 1
        }
    }

    mutating func removeAll() { count = 0 }

    /// Keeps the best `depth` levels.
    @inline(__always)
    mutating func truncate(to depth: Int) {
        if count > depth { drop(count - depth) }
    }

    private mutating func drop(_ surplus: Int) {
        keys.update(from: keys + surplus, count: count - surplus)
        cells.update(from: cells + surplus, count: count - surplus)
        count -= surplus
    }

    @inline(never)
    private mutating func grow() {
        let (newKeys, newCells) = (
            UnsafeMutablePointer<Int64>.allocate(capacity: capacity * 2),
            UnsafeMutablePointer<Cell>.allocate(capacity: capacity * 2)
        )
        newKeys.update(from: keys, count: count)
        newCells.update(from: cells, count: count)
        keys.deallocate()
        cells.deallocate()
        (keys, cells, capacity) = (newKeys, newCells, capacity * 2)
    }
}
