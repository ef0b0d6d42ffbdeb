import PlainData

/// How an auction stands: what would trade now, or what has.
public struct AuctionUpdate: Element {
    /// The letters of Nasdaq's cross types.
    public enum Kind: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
        case opening = 0x4F  // 'O'
        case closing = 0x43  // 'C'
        /// Within the day, as after a halt.
        case intraday = 0x48  // 'H'

        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public enum Phase: UInt8, BitwiseCopyable, Sendable, FieldValue {
        /// What it would come to if it were held now.
        case indicative = 0
        case done

        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "AuctionUpdate" }
    public var eventTime: Int64
    /// The single price; `.none` where nothing can trade.
    public var price: Price
    /// What trades at it, and what is then left of the side that wants more.
    public var pairedQty: Quantity, imbalanceQty: Quantity
    /// The last price before it, which decides between prices that are as good.
    public var referencePrice: Price
    public var symbol: SymbolID
    public var kind: Kind, phase: Phase
    /// The side that wants more; `.none` where neither does.
    public var imbalanceSide: Side
    private var reserved: UInt8 = 0

    public init(
        eventTime: Int64, symbol: SymbolID, kind: Kind, phase: Phase, price: Price, pairedQty: Quantity, surplus: Quantity,
        referencePrice: Price
    ) {
        (self.eventTime, self.symbol, self.kind, self.phase) = (eventTime, symbol, kind, phase)
        (self.price, self.pairedQty, self.referencePrice) = (price, pairedQty, referencePrice)
        imbalanceQty = surplus.magnitude
        imbalanceSide = surplus == .zero ? .none : surplus > .zero ? .buy : .sell
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("kind", kind)
        visitor.field("phase", phase)
        visitor.field("price", price)
        visitor.field("paired_qty", pairedQty)
        visitor.field("imbalance_qty", imbalanceQty)
        visitor.field("imbalance_side", imbalanceSide)
        visitor.field("reference_price", referencePrice)
    }
}
