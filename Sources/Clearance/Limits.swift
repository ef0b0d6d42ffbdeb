import PlainData
import TradingModel

/// What an order may be at most. No limit set for an instrument means no order in it.
public struct Limits: Sendable {
    /// The limits of one instrument; all are needed, so that none can be forgotten.
    public struct Bounds: Sendable, Equatable {
        /// The largest quantity of one order (C05).
        public var maxQuantity: Quantity
        /// The largest price × quantity of one order (C06).
        public var maxNotional: Notional
        /// How far a limit may be from the reference price, up or down, in basis points of it (C07).
        public var collarBasisPoints: Int64
        /// The largest position, long or short, if everything that works or is reserved on that side fills (C12).
        public var maxPosition: Quantity
        /// The price × quantity from which a second person looks (S1); nil for never.
        public var softNotional: Notional?

        public init(
            maxQuantity: Quantity, maxNotional: Notional, collarBasisPoints: Int64, maxPosition: Quantity,
            softNotional: Notional? = nil
        ) {
            (self.maxQuantity, self.maxNotional, self.softNotional) = (maxQuantity, maxNotional, softNotional)
            (self.collarBasisPoints, self.maxPosition) = (collarBasisPoints, maxPosition)
        }
    }

    /// Of an instrument that has none of its own; nil to refuse those.
    public var common: Bounds?
    public var bySymbol: [SymbolID: Bounds]
    /// Instruments in which nothing may be ordered (C10).
    public var restricted: Set<SymbolID>
    /// False at a desk that has no prices to measure against, because somebody has said so: then a collar and the age of a
    /// price are not checked (C07, C08), and the money of a market order is not known and not limited (C06). Where there is a
    /// reference it is used all the same.
    public var needsReference = true
    /// How old the reference price may be, in nanoseconds of event time (C07).
    public var maxReferenceAge: Int64
    /// The largest Σ |position| × reference price over all instruments, in the worst case of each (C12); nil for none.
    public var maxGross: Notional?
    /// At most `orders` orders pass in any `throttleWindow` nanoseconds of event time (C15). Cancels do not count.
    public var throttleOrders: Int
    public var throttleWindow: Int64
    /// An order equal to one that passed within so many nanoseconds is a duplicate (C09); 0 to allow it.
    public var duplicateWindow: Int64

    public var controls = Controls()
    /// How long an order under REVIEW waits for a second person, in nanoseconds of event time; then it is BLOCK.
    public var reviewTime: Int64 = 900_000_000_000
    /// Goes up with each change, so that an approval can say which limits it was given under.
    public var version: UInt32 = 1
    /// What the set is called that they began with, and its own version; none and 0 where nobody has said so.
    public var name: TextID = .none, setVersion: UInt32 = 0

    public init(
        common: Bounds? = nil, bySymbol: [SymbolID: Bounds] = [:], restricted: Set<SymbolID> = [], maxReferenceAge: Int64,
        needsReference: Bool = true, maxGross: Notional? = nil, throttleOrders: Int, throttleWindow: Int64, duplicateWindow: Int64
    ) {
        precondition(throttleOrders >= 0 && throttleWindow >= 0 && duplicateWindow >= 0 && maxReferenceAge >= 0)
        (self.common, self.bySymbol, self.restricted) = (common, bySymbol, restricted)
        (self.maxReferenceAge, self.maxGross, self.needsReference) = (maxReferenceAge, maxGross, needsReference)
        (self.throttleOrders, self.throttleWindow) = (throttleOrders, throttleWindow)
        self.duplicateWindow = duplicateWindow
    }

    /// Whether nothing is measured by a reference price: none is there, and none is asked for.
    func goesWithout(_ reference: Price) -> Bool { !needsReference && reference.isNone }

    public func bounds(of symbol: SymbolID) -> Bounds? { bySymbol[symbol] ?? common }
    /// Those that hold at a moment: an instrument's own may be for a time only.
    func bounds(of symbol: SymbolID, at now: Int64) -> Bounds? {
        if !controls.overriddenUntil.isEmpty, let until = controls.overriddenUntil[symbol], now >= until { return common }
        return bounds(of: symbol)
    }
}
