import PlainData

/// What a position has earned, would earn, and has cost in fees; in its own currency and in the desk's.
public struct ProfitAndLoss: Element {
    public static var elementName: String { "ProfitAndLoss" }
    public var eventTime: Int64
    /// Signed: negative is short.
    public var quantity: Quantity
    /// What is held cost, by the method of the books; `.none` when flat.
    public var avgPx: Price
    /// The last price seen; `.none` before the first.
    public var mark: Price
    /// Units of the desk's currency for one of the instrument's; `.none` where nobody has said.
    public var rate: Price
    /// Realised before fees; and what closing at the mark would add, absent without a mark.
    public var realised: Notional
    public var unrealised: MaybeNotional
    public var fees: Notional
    /// realised + unrealised − fees, and the same in the desk's currency.
    public var net: MaybeNotional, netBase: MaybeNotional
    public var symbol: SymbolID
    public var account: TextID, strategy: TextID, currency: TextID

    public init(
        eventTime: Int64, symbol: SymbolID, account: TextID, strategy: TextID, currency: TextID, quantity: Quantity, avgPx: Price,
        mark: Price, rate: Price, realised: Notional, unrealised: MaybeNotional, fees: Notional, net: MaybeNotional,
        netBase: MaybeNotional
    ) {
        (self.eventTime, self.symbol, self.account, self.strategy) = (eventTime, symbol, account, strategy)
        (self.currency, self.quantity, self.avgPx, self.mark, self.rate) = (currency, quantity, avgPx, mark, rate)
        (self.realised, self.unrealised, self.fees) = (realised, unrealised, fees)
        (self.net, self.netBase) = (net, netBase)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("currency", currency)
        visitor.field("quantity", quantity)
        visitor.field("avg_px", avgPx)
        visitor.field("mark", mark)
        visitor.field("realised", realised)
        visitor.field("unrealised", unrealised)
        visitor.field("fees", fees)
        visitor.field("net", net)
        visitor.field("rate", rate)
        visitor.field("net_base", netBase)
    }
}

/// An amount that may be unknown: then its text is empty.
public struct MaybeNotional: BitwiseCopyable, Sendable, Hashable, FieldValue {
    private var raw: Int128
    public static let none = MaybeNotional(raw: .min)
    private init(raw: Int128) { self.raw = raw }
    public init(_ value: Notional) { raw = value.rawValue }

    public var value: Notional? { raw == .min ? nil : Notional(rawValue: raw) }
    public var word: UInt64 { Notional(rawValue: raw).word }
    public func text(_ names: Names) -> String { value?.text(names) ?? "" }
}
