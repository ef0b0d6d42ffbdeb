import PlainData
import TradingModel

/// A number, or a few, that follows from the elements of one instrument, one at a time: what is written for each indicator is
/// this, and `Indicated` makes an operator of it.
///
///     struct Momentum: Indicator {
///         let period: Int
///         var memory: Ring { Ring() }
///         var room: Int { period }
///         func update(_ ring: inout Ring, _ numbers: Numbers, _ close: Double) -> Double? {
///             ring.push(close, numbers).map { close - $0 }
///         }
///     }
///
/// The indicator itself holds its parameters alone. An update costs constant time, or the logarithm of the period, and allocates
/// nothing.
public protocol Indicator: Sendable {
    /// A bar, a trade, a quote; or a `Double`, for one that looks at one number of each: `Of` then says where it comes from.
    associatedtype Input
    /// What is kept of an instrument.
    associatedtype Memory: State
    associatedtype Value: IndicatorValue
    /// The memory of an instrument that was never seen.
    var memory: Memory { get }
    /// How many numbers are kept of an instrument beside its memory, such as a window's; all zero at first.
    var room: Int { get }
    /// - Returns: nil while it warms up, and where there is no such number.
    func update(_ memory: inout Memory, _ numbers: Numbers, _ input: Input) -> Value?
}

extension Indicator {
    public var room: Int { 0 }
}

/// What an indicator says: one number, or a few with names.
public protocol IndicatorValue: Sendable {
    associatedtype Out: Element
    func element(time: Int64, eventTime: Int64, symbol: SymbolID) -> Out
}

extension Double: IndicatorValue {
    @inlinable public func element(time: Int64, eventTime: Int64, symbol: SymbolID) -> Signal {
        Signal(time: time, eventTime: eventTime, symbol: symbol, value: self)
    }
}

/// An element of which instrument, and since when what it tells of has been: signals made of it have its time.
public protocol Observation: Element {
    var symbol: SymbolID { get }
    /// A bar's start, a tick's own moment.
    var beginning: Int64 { get }
}

/// An observation with one number that stands for it: a bar's close, a trade's price, a signal's value.
public protocol Numbered: Observation {
    var number: Double { get }
}

extension Bar: Numbered {
    @inlinable public var number: Double { close.nearest }
}

extension Trade: Numbered {
    @inlinable public var number: Double { price.nearest }
}

extension Signal: Numbered {
    @inlinable public var beginning: Int64 { time }
    @inlinable public var number: Double { value }
}

extension Quote: Observation {
    @inlinable public var beginning: Int64 { eventTime }
}

extension Price {
    /// The double that the price's decimal text reads as, for prices of up to 15 digits.
    @inlinable public var nearest: Double { Double(rawValue) / 1e9 }
}

extension Quantity {
    @inlinable public var nearest: Double { Double(rawValue) / 1e8 }
}

/// An indicator of one number, over elements that have one. A number that is none is passed over.
public struct Of<Inner: Indicator, Input: Numbered>: Indicator where Inner.Input == Double {
    @usableFromInline let inner: Inner
    @inlinable public init(_ inner: Inner) { self.inner = inner }
    @inlinable public var memory: Inner.Memory { inner.memory }
    @inlinable public var room: Int { inner.room }

    @inlinable @inline(__always)
    public func update(_ memory: inout Inner.Memory, _ numbers: Numbers, _ input: Input) -> Inner.Value? {
        let number = input.number
        return number.isFinite ? inner.update(&memory, numbers, number) : nil
    }
}
