import TradingModel

/// One element that a feed puts out.
enum FeedItem: BitwiseCopyable {
    case trade(Trade)
    case quote(Quote)
    case bar(Bar)
    case correction(TradeCorrection)
    case delta(BookDelta)
    /// The best bid and ask of a book that is good.
    case top(Quote)
    case status(FeedStatus)
}

/// What a feed's core asks of whoever runs it.
protocol FeedHost: AnyObject {
    func emit(_ item: FeedItem)
    /// Queues a message to the venue, on every connection.
    func send(_ text: String)
    /// Wants a snapshot of a book by HTTP; `FeedCore.snapshot` or `snapshotFailed` is to follow.
    func requestSnapshot(_ symbol: SymbolID)
    /// Wants the connection to be made anew.
    func restart(_ line: Int, _ reason: String)
    var wantsBooks: Bool { get }
}
