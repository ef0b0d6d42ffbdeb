import PlainData

/// How much of the book's equity an instrument should be: +0.1 is ten percent long.
public struct Target: Element {
    public static var elementName: String { "Target" }
    public var eventTime: Int64
    public var weight: Double
    public var symbol: SymbolID
    private var reserved: UInt32 = 0

    public init(eventTime: Int64, symbol: SymbolID, weight: Double) {
        (self.eventTime, self.symbol, self.weight) = (eventTime, symbol, weight)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("weight", weight)
    }
}
