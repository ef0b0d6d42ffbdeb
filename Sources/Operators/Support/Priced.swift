import PlainData
import TradingModel

/// What tells an instrument's price: a trade on a live desk, a bar over a panel. Operators that need a last price are
/// written once for both.
public protocol Priced: Observation {
    /// `.none` where there is none.
    var lastPrice: Price { get }
}

extension Trade: Priced {
    @inlinable public var lastPrice: Price { price }
    @inlinable public var beginning: Int64 { eventTime }
}

extension Bar: Priced {
    @inlinable public var lastPrice: Price { close }
    @inlinable public var beginning: Int64 { time }
}

/// The last price of an instrument and when it was.
public struct LastPrice: State {
    @usableFromInline var price = Price.none, time = Int64.min
    @usableFromInline init() {}

    /// Zero, negative and missing prices are passed over: the one before grows old instead.
    @inlinable @inline(__always) mutating func take(_ element: some Priced) {
        if element.lastPrice > .zero { (price, time) = (element.lastPrice, element.eventTime) }
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&price.rawValue)
        coder.field(&time)
    }
}
