import PlainData
import TradingModel

/// What a book does where its sides meet.
public enum CrossPolicy: String, BitwiseCopyable, Sendable, CaseIterable {
    /// Nothing: some venues' books lock or cross rightly (auctions, several makers).
    case allow
    /// The book is marked, and cannot be read unawares, until it is right again.
    case mark
}

public struct BookPolicy: Sendable {
    public var crossed = CrossPolicy.mark
    public var locked = CrossPolicy.allow
    /// How many levels a side are kept; the venue's own depth where it says to cut there. Nil: all.
    public var depth: Int?
    public init(crossed: CrossPolicy = .mark, locked: CrossPolicy = .allow, depth: Int? = nil) {
        (self.crossed, self.locked, self.depth) = (crossed, locked, depth)
    }
}

/// What a book has met since it began.
public struct BookCounters: Hashable, Sendable, BitwiseCopyable {
    public var updates: UInt64 = 0, transactions: UInt64 = 0, snapshots: UInt64 = 0
    /// Messages left out since their sequence was there before, or is older.
    public var duplicates: UInt64 = 0, outOfOrder: UInt64 = 0
    /// Transactions after which the sides crossed or met.
    public var crossed: UInt64 = 0, locked: UInt64 = 0
    /// Changes of an order or level that is not there, or of a number that cannot be.
    public var inconsistent: UInt64 = 0
    public init() {}
}

/// Reading of a book was refused: it is not good, and the reader did not say that this is accepted.
public struct UnreadableBook: Error, Hashable, Sendable, CustomStringConvertible {
    public let quality: BookQuality
    public var description: String { "the book is not good (\(quality)); say what is accepted to read it nevertheless" }
}

public struct BookLevel: Hashable, Sendable, BitwiseCopyable {
    public var price: Price, size: Quantity
    /// 0 where the venue does not count them.
    public var orders: UInt32
    public init(price: Price, size: Quantity, orders: UInt32 = 0) { (self.price, self.size, self.orders) = (price, size, orders) }
}

/// Both sides of a book and what is known of it: what L2 and L3 have in common.
struct BookState: ~Copyable {
    var bids = Ladder(isBid: true), asks = Ladder(isBid: false)
    let policy: BookPolicy
    var counters = BookCounters()
    /// All flaws but `open`.
    var flaws: BookQuality = .building
    var isOpen = false
    /// Of the last message applied.
    var sequence: UInt64 = 0
    var eventTime: Int64 = 0

    init(_ policy: BookPolicy) { self.policy = policy }

    var quality: BookQuality { isOpen ? flaws.union(.open) : flaws }

    /// Whether the message of this change is to be applied: its first change decides for all.
    @inline(__always)
    mutating func admits(_ delta: BookDelta) -> Bool {
        if !isOpen, delta.sequence != 0, delta.sequence < sequence, !flaws.contains(.building), delta.action != .snapshotBegin {
            counters.outOfOrder += 1
            return false
        }
        counters.updates += 1
        isOpen = true
        return true
    }

    /// Actions that mean the same for levels and orders; false: the action is another.
    @inline(never)
    mutating func applyCommon(_ delta: BookDelta) -> Bool {
        switch delta.action {
        case .snapshotBegin:
            bids.removeAll()
            asks.removeAll()
            flaws = .building
            sequence = delta.sequence
        case .snapshotEnd:
            flaws.remove(.building)
            flaws.remove(.inconsistent)
            counters.snapshots += 1
        case .status:
            // What the feed can know; whether the sides meet is told by the sides.
            let own: BookQuality = [.crossed, .locked, .inconsistent]
            flaws = flaws.intersection(own).union(delta.quality.subtracting(own.union(.open)))
        case .clear:
            if delta.side != .sell { bids.removeAll() }
            if delta.side != .buy { asks.removeAll() }
        case .trade, .fill, .none: break
        case .add, .modify, .cancel: return false
        }
        return true
    }

    @inline(__always)
    mutating func close(_ delta: BookDelta) {
        eventTime = delta.eventTime
        guard delta.isEndOfTransaction else { return }
        isOpen = false
        if delta.sequence != 0 { sequence = delta.sequence }
        counters.transactions += 1
        if let depth = policy.depth {
            bids.truncate(to: depth)
            asks.truncate(to: depth)
        }
        if bids.count > 0, asks.count > 0, bids.best >= asks.best {
            meet()
        } else if !flaws.isOK {
            flaws.subtract([.crossed, .locked])
        }
    }

    @inline(never)
    private mutating func meet() {
        let isCrossed = bids.best > asks.best
        flaws.subtract([.crossed, .locked])
        if isCrossed {
            counters.crossed += 1
            if policy.crossed == .mark { flaws.insert(.crossed) }
        } else {
            counters.locked += 1
            if policy.locked == .mark { flaws.insert(.locked) }
        }
    }

    @inline(never)
    mutating func refuse() {
        counters.inconsistent += 1
        flaws.insert(.inconsistent)
    }

    /// - Throws: where something is wrong that is not accepted.
    @inline(__always)
    func check(_ accepted: BookQuality) throws(UnreadableBook) {
        let left = quality.subtracting(accepted)
        if !left.isOK { throw UnreadableBook(quality: left) }
    }

    func quote(_ symbol: SymbolID, _ accepted: BookQuality) throws(UnreadableBook) -> Quote {
        try check(accepted)
        return Quote(
            eventTime: eventTime, symbol: symbol, bid: bids.best, bidSize: bids.bestSize, ask: asks.best, askSize: asks.bestSize)
    }

    func levels(_ side: Side, _ most: Int, _ accepted: BookQuality) throws(UnreadableBook) -> [BookLevel] {
        try check(accepted)
        return side == .buy ? Self.levels(bids, most) : Self.levels(asks, most)
    }

    private static func levels(_ ladder: borrowing Ladder, _ most: Int) -> [BookLevel] {
        let count = min(most, ladder.count)
        var levels: [BookLevel] = []
        levels.reserveCapacity(count)
        for nth in 0..<count {
            let at = ladder.count - 1 - nth
            levels.append(
                BookLevel(
                    price: ladder.price(ladder.keys[at]), size: Quantity(rawValue: ladder.cells[at].size),
                    orders: ladder.cells[at].orders))
        }
        return levels
    }
}
