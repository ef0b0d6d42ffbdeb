import PlainData

/// What a person tells a running desk: a record like any tick, so that a replay obeys it at the same place.
///
/// What it is about stands in `symbol`, `account`, `strategy`, `venue` or `order`, as the scope says.
public struct DeskCommand: Element {
    public enum Verb: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
        /// No new order in the scope any more, and what works there is canceled.
        case kill = 1
        /// Only what makes a position smaller passes in the scope.
        case reduce
        /// The scope's switch is taken back, and its strategies' repeats count from zero.
        case rearm
        /// A second person lets an order pass that waits for one, or refuses it.
        case approve, reject
        /// An order of this id comes next, from this person.
        case order
        /// A limit is another from a time on, until a time.
        case limit
        /// The feed `name` is not to be trusted, whatever it says; or it is again.
        case distrust, trust
        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "DeskCommand" }
    public var eventTime: Int64
    /// Tells it from all other commands of the run; what is answered names it.
    public var number: UInt64
    public var order: ClOrdID
    /// Of an approval: the terms of the order as the approver saw them (`OrderRequest.terms`).
    public var terms: UInt64
    public var who: TextID, why: TextID
    public var account: TextID, strategy: TextID, venue: TextID
    public var symbol: SymbolID
    /// Of an approval: the version of the limits that the approver saw the order under. Of a set of limits: its own version.
    public var limits: UInt32
    public var verb: Verb, scope: Scope
    /// Of a change of a limit: which one, and whether it is taken away.
    public var limit: LimitKey = .none, isNone: UInt8 = 0
    /// Its new amount: a quantity, money or a number as the limit has it. From when and until when it holds; `.max` for ever.
    public var amount = Notional.zero
    public var from: Int64 = 0, until: Int64 = .max
    /// Of a set of limits: what it is called, and all that it says, as YAML. Of a feed: its source.
    public var name: TextID = .none, text: TextID = .none
    private var reserved: UInt64 = 0

    public init(
        eventTime: Int64, number: UInt64 = 0, verb: Verb, scope: Scope = .order, who: TextID, why: TextID = .none,
        account: TextID = .none, strategy: TextID = .none, venue: TextID = .none, symbol: SymbolID = SymbolID(rawValue: 0),
        order: ClOrdID = .none, terms: UInt64 = 0, limits: UInt32 = 0
    ) {
        (self.eventTime, self.number, self.verb, self.scope) = (eventTime, number, verb, scope)
        (self.who, self.why, self.account, self.strategy) = (who, why, account, strategy)
        (self.venue, self.symbol, self.order, self.terms, self.limits) = (venue, symbol, order, terms, limits)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("verb", verb)
        visitor.field("scope", scope)
        visitor.field("symbol", symbol)
        visitor.field("account", account)
        visitor.field("strategy", strategy)
        visitor.field("venue", venue)
        visitor.field("cl_ord_id", order)
        visitor.field("who", who)
        visitor.field("why", why)
        visitor.field("terms", terms)
        visitor.field("limits", limits)
        visitor.field("number", number)
        visitor.field("limit", limit)
        visitor.field("amount", amount)
        visitor.field("none", isNone)
        visitor.time("from", from)
        visitor.time("until", until)
        visitor.field("name", name)
        visitor.field("text", text)
    }
}

extension OrderRequest {
    /// A number of all that the order asks for: two orders with the same are the same order.
    public var terms: UInt64 {
        var hash = FieldHash()
        fields(&hash)
        return hash.value ^ hash.value >> 32
    }
}
