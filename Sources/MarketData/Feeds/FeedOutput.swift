import StreamRuntime
import TradingModel

/// Where a feed puts what it has decoded: the entrance of the graph, or a test.
///
/// Each call answers whether the element was taken. False means "no room": the feed then keeps it, stops reading its
/// socket, and offers it again; it drops nothing.
public protocol FeedOutput: Sendable {
    func take(_ trade: Trade) -> Bool
    func take(_ quote: Quote) -> Bool
    func take(_ status: FeedStatus) -> Bool
    func take(_ bar: Bar) -> Bool
    func take(_ delta: BookDelta) -> Bool
    func take(_ correction: TradeCorrection) -> Bool
    /// The best bid and ask of a book.
    func take(top quote: Quote) -> Bool
    /// Several that came one after the other: how many were taken, the first ones.
    func take(trades: UnsafeBufferPointer<Trade>) -> Int
    func take(quotes: UnsafeBufferPointer<Quote>) -> Int
    func take(deltas: UnsafeBufferPointer<BookDelta>) -> Int
    /// Whether anybody wants books: they are not kept for nobody.
    var wantsBooks: Bool { get }
    /// How many elements will be taken for certain, whatever they are. A feed stops reading before it has none left.
    var credit: Int { get }
    /// Nothing more comes from this feed.
    func finish()
}

extension FeedOutput {
    /// For an output that says no room by refusing.
    public var credit: Int { .max }
    public func take(_ bar: Bar) -> Bool { true }
    public func take(_ delta: BookDelta) -> Bool { true }
    public func take(_ correction: TradeCorrection) -> Bool { true }
    public func take(top quote: Quote) -> Bool { true }
    public var wantsBooks: Bool { false }

    public func take(trades: UnsafeBufferPointer<Trade>) -> Int { trades.firstIndex { !take($0) } ?? trades.count }
    public func take(quotes: UnsafeBufferPointer<Quote>) -> Int { quotes.firstIndex { !take($0) } ?? quotes.count }
    public func take(deltas: UnsafeBufferPointer<BookDelta>) -> Int { deltas.firstIndex { !take($0) } ?? deltas.count }
}

/// The ingresses of an engine as a feed's output. A kind of element that no source of the graph reads is left out.
public struct IngressOutput: FeedOutput {
    private let trades: Ingress<Trade>?
    private let quotes: Ingress<Quote>?
    private let statuses: Ingress<FeedStatus>?
    private let bars: Ingress<Bar>?
    private let deltas: Ingress<BookDelta>?
    private let tops: Ingress<Quote>?
    private let corrections: Ingress<TradeCorrection>?

    public init(
        trades: Ingress<Trade>?, quotes: Ingress<Quote>?, statuses: Ingress<FeedStatus>? = nil, bars: Ingress<Bar>? = nil,
        deltas: Ingress<BookDelta>? = nil, tops: Ingress<Quote>? = nil, corrections: Ingress<TradeCorrection>? = nil
    ) {
        (self.trades, self.quotes, self.statuses) = (trades, quotes, statuses)
        (self.bars, self.deltas, self.tops, self.corrections) = (bars, deltas, tops, corrections)
    }
    public var wantsBooks: Bool { deltas != nil || tops != nil }

    public func take(_ trade: Trade) -> Bool { trades?.offer(trade) ?? true }
    public func take(_ quote: Quote) -> Bool { quotes?.offer(quote) ?? true }
    public func take(_ status: FeedStatus) -> Bool { statuses?.offer(status) ?? true }
    public func take(_ bar: Bar) -> Bool { bars?.offer(bar) ?? true }
    public func take(_ delta: BookDelta) -> Bool { deltas?.offer(delta) ?? true }
    public func take(_ correction: TradeCorrection) -> Bool { corrections?.offer(correction) ?? true }
    public func take(top quote: Quote) -> Bool { tops?.offer(quote) ?? true }
    public func take(trades elements: UnsafeBufferPointer<Trade>) -> Int { trades?.offer(contentsOf: elements) ?? elements.count }
    public func take(quotes elements: UnsafeBufferPointer<Quote>) -> Int { quotes?.offer(contentsOf: elements) ?? elements.count }
    public func take(deltas elements: UnsafeBufferPointer<BookDelta>) -> Int {
        deltas?.offer(contentsOf: elements) ?? elements.count
    }

    public var credit: Int {
        min(
            min(trades?.credit ?? .max, quotes?.credit ?? .max, statuses?.credit ?? .max),
            min(min(bars?.credit ?? .max, corrections?.credit ?? .max), deltas?.credit ?? .max, tops?.credit ?? .max))
    }

    public func finish() {
        trades?.finish()
        quotes?.finish()
        statuses?.finish()
        bars?.finish()
        deltas?.finish()
        tops?.finish()
        corrections?.finish()
    }
}
