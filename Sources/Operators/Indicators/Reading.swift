import PlainData
import TradingModel

/// Several numbers of one moment, each with a name.
///
///     public struct Channel: Columns {
///         public static let elementName = "Channel"
///         public var upper = Double.nan, lower = Double.nan
///         public init() {}
///         public func columns<V: FieldVisitor>(_ visitor: inout V) {
///             visitor.field("upper", upper)
///             visitor.field("lower", lower)
///         }
///     }
public protocol Columns: IndicatorValue, BitwiseCopyable where Out == Reading<Self> {
    /// What the element is called that carries them.
    static var elementName: String { get }
    /// None is there yet: all are NaN.
    init()
    /// Shows every number, by the name of its column.
    func columns<V: FieldVisitor>(_ visitor: inout V)
}

extension Columns {
    @inlinable public func element(time: Int64, eventTime: Int64, symbol: SymbolID) -> Reading<Self> {
        Reading(time: time, eventTime: eventTime, symbol: symbol, values: self)
    }
    /// The columns' names, in their order.
    public static var names: [String] {
        var list = ColumnNames()
        Self().columns(&list)
        return list.names
    }
}

/// What an indicator of several numbers says of one instrument; a number that is not there yet is NaN, an empty field.
public struct Reading<Values: Columns>: Element {
    public static var elementName: String { Values.elementName }
    /// The beginning of the bar that it belongs to, and when it was known: as a `Signal`'s.
    public var time: Int64
    public var eventTime: Int64
    public var symbol: SymbolID
    @usableFromInline var reserved: UInt32 = 0
    public var values: Values

    @inlinable public init(time: Int64, eventTime: Int64, symbol: SymbolID, values: Values) {
        (self.time, self.eventTime, self.symbol, self.values) = (time, eventTime, symbol, values)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", time)
        visitor.field("symbol", symbol)
        values.columns(&visitor)
    }
}

struct ColumnNames: FieldVisitor {
    var names: [String] = []
    mutating func time(_ name: StaticString, _ nanoseconds: Int64) {}
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) { names.append(name.description) }
}
