/// The orders of an L3 book by their numbers: a pool of slots with a free list, and an open hash table of places in it.
/// Nothing is allocated but to grow.
struct OrderTable: ~Copyable {
    struct Order: BitwiseCopyable {
        var id: UInt64
        /// Of its level, in its ladder.
        var key: Int64
        /// 1e-8 units that still stand.
        var size: Int64
        /// Its neighbours in the level's queue; `Ladder.none` at the ends. In a free slot `next` is the next free one.
        var previous: UInt32
        var next: UInt32
        var isBid: Bool
    }

    private(set) var orders: UnsafeMutablePointer<Order>
    private var places: UnsafeMutablePointer<UInt32>  // `Ladder.none`: free
    private var mask: Int
    private var capacity: Int
    private var fresh = 0
    private var free = Ladder.none
    private(set) var count = 0

    init(capacity wanted: Int = 1_024) {
        capacity = wanted
        mask = wanted * 2 - 1
        orders = .allocate(capacity: wanted)
        places = .allocate(capacity: wanted * 2)
        places.initialize(repeating: Ladder.none, count: wanted * 2)
    }

    deinit {
        orders.deallocate()
        places.deallocate()
    }

    @inline(__always)
    private func home(_ id: UInt64) -> Int { Int(truncatingIfNeeded: (id &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask }

    /// The order's slot, nil where there is none.
    @inline(__always)
    func find(_ id: UInt64) -> Int? {
        var at = home(id)
        while places[at] != Ladder.none {
            if orders[Int(places[at])].id == id { return Int(places[at]) }
            at = (at + 1) & mask
        }
        return nil
    }

    /// The slot of a new order. Its id must not be there yet.
    mutating func insert(_ order: Order) -> Int {
        if count == capacity { grow() }
        let slot: Int
        if free != Ladder.none {
            slot = Int(free)
            free = orders[slot].next
        } else {
            slot = fresh
            fresh += 1
        }
        orders[slot] = order
        place(slot)
        count += 1
        return slot
    }

    private func place(_ slot: Int) {
        var at = home(orders[slot].id)
        while places[at] != Ladder.none { at = (at + 1) & mask }
        places[at] = UInt32(slot)
    }

    mutating func remove(_ slot: Int) {
        var hole = home(orders[slot].id)
        while places[hole] != UInt32(slot) { hole = (hole + 1) & mask }
        // Those behind that had to give way move up, so that no search ends early.
        var at = (hole + 1) & mask
        while places[at] != Ladder.none {
            let distance = (at - home(orders[Int(places[at])].id)) & mask
            if distance >= (at - hole) & mask {
                places[hole] = places[at]
                hole = at
            }
            at = (at + 1) & mask
        }
        places[hole] = Ladder.none
        orders[slot].next = free
        free = UInt32(slot)
        count -= 1
    }

    /// Every order, in no order that means anything.
    func forEach(_ body: (_ slot: Int, _ order: Order) -> Void) {
        for at in 0...mask where places[at] != Ladder.none { body(Int(places[at]), orders[Int(places[at])]) }
    }

    mutating func removeAll() {
        places.update(repeating: Ladder.none, count: mask + 1)
        (fresh, free, count) = (0, Ladder.none, 0)
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Order>.allocate(capacity: capacity * 2)
        larger.update(from: orders, count: capacity)  // Full, so every slot is in use.
        orders.deallocate()
        places.deallocate()
        (orders, capacity) = (larger, capacity * 2)
        mask = capacity * 2 - 1
        places = .allocate(capacity: capacity * 2)
        places.initialize(repeating: Ladder.none, count: capacity * 2)
        for slot in 0..<count { place(slot) }
    }
}
