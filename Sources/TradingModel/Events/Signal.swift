import PlainData

/// One number of one instrument: an indicator's output.
public struct Signal: Element {
    public static var elementName: String { "Signal" }
    /// The beginning of the bar (or the tick) that it belongs to, so that it joins with its input by `time,symbol`.
    public var time: Int64
    /// When it was known.
    public var eventTime: Int64
    public var value: Double
    public var symbol: SymbolID
    private var reserved: UInt32 = 0

    @inlinable public init(time: Int64, eventTime: Int64, symbol: SymbolID, value: Double) {
        self.init(time, eventTime, symbol, value)
    }
    @usableFromInline init(_ time: Int64, _ eventTime: Int64, _ symbol: SymbolID, _ value: Double) {
        (self.time, self.eventTime, self.symbol, self.value) = (time, eventTime, symbol, value)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", time)
        visitor.field("symbol", symbol)
        visitor.field("value", value)
    }
}
