import PlainData

/// One trade as a venue prints it. 40 bytes, no padding.
public struct Trade: Element {
    public static var elementName: String { "Trade" }
    public var eventTime: Int64
    public var price: Price
    public var size: Quantity
    /// The venue's own number for it; 0 where it gives none.
    public var tradeID: UInt64
    public var symbol: SymbolID
    @usableFromInline var aggressorWord: UInt32

    /// Who crossed the spread; `.none` where the venue does not say.
    @inlinable public var aggressor: Side { Side(rawValue: UInt8(truncatingIfNeeded: aggressorWord)) ?? .none }

    @inlinable public init(
        eventTime: Int64, symbol: SymbolID, price: Price, size: Quantity, aggressor: Side = .none, tradeID: UInt64 = 0
    ) {
        self.init(eventTime, symbol, price, size, UInt32(aggressor.rawValue), tradeID)
    }
    @usableFromInline init(
        _ eventTime: Int64, _ symbol: SymbolID, _ price: Price, _ size: Quantity, _ aggressor: UInt32, _ tradeID: UInt64
    ) {
        (self.eventTime, self.price, self.size, self.tradeID) = (eventTime, price, size, tradeID)
        (self.symbol, aggressorWord) = (symbol, aggressor)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("price", price)
        visitor.field("size", size)
        visitor.field("aggressor", aggressor)
        visitor.field("trade_id", tradeID)
    }
}

/// The best bid and ask. 48 bytes. A side where nobody stands has the price `.none`.
public struct Quote: Element {
    public static var elementName: String { "Quote" }
    public var eventTime: Int64
    public var bid: Price, ask: Price
    public var bidSize: Quantity, askSize: Quantity
    public var symbol: SymbolID
    private var reserved: UInt32 = 0

    public init(eventTime: Int64, symbol: SymbolID, bid: Price, bidSize: Quantity, ask: Price, askSize: Quantity) {
        (self.eventTime, self.symbol) = (eventTime, symbol)
        (self.bid, self.bidSize, self.ask, self.askSize) = (bid, bidSize, ask, askSize)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("bid", bid)
        visitor.field("bid_size", bidSize)
        visitor.field("ask", ask)
        visitor.field("ask_size", askSize)
    }
    /// The middle, when both sides stand and do not cross.
    public var mid: Price? {
        guard !bid.isNone, !ask.isNone, bid <= ask else { return nil }
        return Price(rawValue: bid.rawValue + (ask.rawValue - bid.rawValue) / 2)
    }
}

/// A bar over `[time, closeTime)`; known, and stamped, at its end.
public struct Bar: Element {
    public static var elementName: String { "Bar" }
    /// When the bar begins.
    public var time: Int64
    public var closeTime: Int64
    public var open: Price, high: Price, low: Price, close: Price
    public var volume: Quantity
    /// Σ price·size / Σ size, rounded half to even at 1e-9; `.none` where the source has none.
    public var vwap: Price
    public var symbol: SymbolID
    public var trades: UInt32

    @inlinable public var eventTime: Int64 { closeTime }

    public init(
        time: Int64, closeTime: Int64, symbol: SymbolID, open: Price, high: Price, low: Price, close: Price, volume: Quantity,
        vwap: Price = .none, trades: UInt32 = 0
    ) {
        (self.time, self.closeTime, self.symbol) = (time, closeTime, symbol)
        (self.open, self.high, self.low, self.close) = (open, high, low, close)
        (self.volume, self.vwap, self.trades) = (volume, vwap, trades)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", time)
        visitor.time("close_time", closeTime)
        visitor.field("symbol", symbol)
        visitor.field("open", open)
        visitor.field("high", high)
        visitor.field("low", low)
        visitor.field("close", close)
        visitor.field("volume", volume)
        visitor.field("vwap", vwap)
        visitor.field("trades", trades)
    }
}

/// What a feed says about itself. Gaps and staleness are events, not log lines.
public struct FeedStatus: Element {
    public enum Kind: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case connected = 0, disconnected, live, gap, duplicate, outOfOrder, stale, ended, rejected
        /// The venue's time has passed without a trade.
        case heartbeat
        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "FeedStatus" }
    public var eventTime: Int64
    /// The first and last venue sequence concerned; 0 where none is.
    public var from: UInt64, to: UInt64
    public var symbol: SymbolID
    public var reason: TextID
    @usableFromInline var kindWord: UInt64

    @inlinable public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: kindWord)) ?? .rejected }

    public init(eventTime: Int64, symbol: SymbolID, kind: Kind, from: UInt64 = 0, to: UInt64 = 0, reason: TextID = .none) {
        (self.eventTime, self.symbol, self.from, self.to, self.reason) = (eventTime, symbol, from, to, reason)
        kindWord = UInt64(kind.rawValue)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("kind", kind)
        visitor.field("from", from)
        visitor.field("to", to)
        visitor.field("reason", reason)
    }
}
