import PlainData

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
