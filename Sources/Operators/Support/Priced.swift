import PlainData
import TradingModel

/// What tells an instrument's price: a trade or a quote on a live desk, a bar over a panel. Operators that need a price to measure by
/// are written once for all.
public protocol Priced: Observation {
    /// `.none` where there is none.
    var lastPrice: Price { get }
    /// Whether none means that there is none any more; else the one before holds, and grows old.
    static var tellsAbsence: Bool { get }
}

extension Priced {
    @inlinable public static var tellsAbsence: Bool { false }
}

extension Trade: Priced {
    @inlinable public var lastPrice: Price { price }
    @inlinable public var beginning: Int64 { eventTime }
}

extension Bar: Priced {
    @inlinable public var lastPrice: Price { close }
    @inlinable public var beginning: Int64 { time }
}

/// The middle of both sides; a book of one side, or one that crosses, has none, whatever it had a moment ago.
extension Quote: Priced {
    @inlinable public var lastPrice: Price { mid ?? .none }
    @inlinable public static var tellsAbsence: Bool { true }
}

/// The last price of an instrument and when it was.
public struct LastPrice: State {
    @usableFromInline var price = Price.none, time = Int64.min
    @usableFromInline init() {}

    /// Zero and negative prices are passed over, and missing ones where they do not say that there is none: the one before grows old
    /// instead.
    @inlinable @inline(__always) mutating func take<Reference: Priced>(_ element: Reference) {
        let last = element.lastPrice
        if last > .zero {
            (price, time) = (last, element.eventTime)
        } else if Reference.tellsAbsence {
            price = .none
        }
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&price.rawValue)
        coder.field(&time)
    }
}
