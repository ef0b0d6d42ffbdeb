import PlainData
import TradingModel

/// A book of price levels (L2) of one instrument.
///
/// - Input: `BookDelta` whose sizes are those of whole levels. A message is a transaction: between its first change and the
///   one with `.endOfTransaction` the book is `open`.
/// - Reading: throws unless the book is good, or the reader names the flaws that it accepts. A new book is `building` until a
///   snapshot has ended.
/// - Sequences: a message older than the last one is left out and counted; gaps are the feed's to see, before it applies
///   anything. Equal ones are taken: some venues number packets.
/// - Cost: linear in the distance from the touch; no allocation unless the book grows beyond its largest size so far.
public struct LevelBook: ~Copyable {
    var state: BookState

    public init(_ policy: BookPolicy = BookPolicy()) { state = BookState(policy) }

    public var quality: BookQuality { state.quality }
    public var counters: BookCounters { state.counters }
    /// Of the last message applied; 0 where the venue has none.
    public var sequence: UInt64 { state.sequence }
    public var bidLevels: Int { state.bids.count }
    public var askLevels: Int { state.asks.count }

    /// - Returns: whether a message is at its end: the book may be read.
    @discardableResult @inline(__always)
    public mutating func apply(_ delta: BookDelta) -> Bool {
        guard state.admits(delta) else { return false }
        switch delta.action {
        case .add, .modify: set(delta, delta.size.rawValue)
        case .cancel: set(delta, 0)
        default: _ = state.applyCommon(delta)
        }
        state.close(delta)
        return delta.isEndOfTransaction
    }

    @inline(__always)
    private mutating func set(_ delta: BookDelta, _ size: Int64) {
        if delta.price.isNone || size < 0 { return state.refuse() }
        switch delta.side {
        case .buy: Self.set(&state.bids, delta, size)
        case .sell: Self.set(&state.asks, delta, size)
        default: state.refuse()
        }
    }

    @inline(__always)
    private static func set(_ ladder: inout Ladder, _ delta: BookDelta, _ size: Int64) {
        let key = ladder.key(delta.price)
        if size == 0 {
            if let at = ladder.find(key) { ladder.remove(at: at) }
        } else {
            let at = ladder.findOrInsert(key)
            ladder.cells[at].size = size
            ladder.cells[at].orders = delta.orders
        }
    }

    /// The best bid and ask. A side where nobody stands has the price `.none`.
    public func quote(_ symbol: SymbolID, accepting: BookQuality = .ok) throws(UnreadableBook) -> Quote {
        try state.quote(symbol, accepting)
    }
    /// The best `most` levels of a side, the best one first.
    public func levels(_ side: Side, most: Int = .max, accepting: BookQuality = .ok) throws(UnreadableBook) -> [BookLevel] {
        try state.levels(side, most, accepting)
    }
    /// What stands at a price; zero where nobody does.
    public func size(_ side: Side, at price: Price, accepting: BookQuality = .ok) throws(UnreadableBook) -> Quantity {
        try state.check(accepting)
        return Quantity(rawValue: side == .buy ? Self.size(state.bids, price) : Self.size(state.asks, price))
    }
    private static func size(_ ladder: borrowing Ladder, _ price: Price) -> Int64 {
        ladder.find(ladder.key(price)).map { ladder.cells[$0].size } ?? 0
    }

    /// The feed's word on the book, where no message carries it.
    public mutating func mark(_ flaws: BookQuality) { state.flaws.formUnion(flaws) }
    public mutating func unmark(_ flaws: BookQuality) { state.flaws.subtract(flaws) }
}
