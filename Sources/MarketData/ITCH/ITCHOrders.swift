/// The orders that stand, by their numbers, which are unique over all stocks of a day. An open hash table: nothing is allocated
/// but to grow.
struct ITCHOrders: ~Copyable {
    struct Order: BitwiseCopyable {
        /// Plus one; 0 where the place is free.
        fileprivate var key: UInt64 = 0
        /// With four decimals.
        var price: UInt32 = 0
        var shares: UInt32 = 0
        var locate: UInt16 = 0
        var isBid = false
    }

    private var places: UnsafeMutablePointer<Order>
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 1 << 12) {
        mask = capacity - 1
        places = .allocate(capacity: capacity)
        places.initialize(repeating: Order(), count: capacity)
    }
    deinit { places.deallocate() }

    @inline(__always)
    private func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 24) & mask }

    @inline(__always)
    subscript(place: Int) -> Order {
        unsafeAddress { UnsafePointer(places + place) }
        unsafeMutableAddress { places + place }
    }

    /// The order's place until the next change of the table; −1 where it does not stand.
    @inline(__always)
    func find(_ number: UInt64) -> Int {
        let key = number &+ 1
        var at = home(key)
        while places[at].key != 0 {
            if places[at].key == key { return at }
            at = (at &+ 1) & mask
        }
        return -1
    }

    /// - Returns: false where an order of this number stands already; it is left as it is.
    @inline(__always)
    mutating func insert(_ number: UInt64, price: UInt32, shares: UInt32, locate: UInt16, isBid: Bool) -> Bool {
        if count &* 2 > mask { grow() }
        let key = number &+ 1
        var at = home(key)
        while places[at].key != 0 {
            if places[at].key == key { return false }
            at = (at &+ 1) & mask
        }
        places[at] = Order(key: key, price: price, shares: shares, locate: locate, isBid: isBid)
        count &+= 1
        return true
    }

    @inline(__always)
    mutating func remove(at place: Int) {
        var hole = place
        var at = (hole &+ 1) & mask
        // Those behind that had to give way move up, so that no search ends early.
        while places[at].key != 0 {
            if (at &- home(places[at].key)) & mask >= (at &- hole) & mask {
                places[hole] = places[at]
                hole = at
            }
            at = (at &+ 1) & mask
        }
        places[hole].key = 0
        count &-= 1
    }

    @inline(never)
    private mutating func grow() {
        let (old, capacity) = (places, mask + 1)
        mask = capacity * 2 - 1
        places = .allocate(capacity: capacity * 2)
        places.initialize(repeating: Order(), count: capacity * 2)
        for place in 0..<capacity where old[place].key != 0 {
            var at = home(old[place].key)
            while places[at].key != 0 { at = (at + 1) & mask }
            places[at] = old[place]
        }
        old.deallocate()
    }
}
