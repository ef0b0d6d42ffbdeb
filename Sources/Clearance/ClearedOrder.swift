import PlainData
import TradingModel

/// An order that compliance has let pass, or a part of one. No router takes anything else, and only the rules of this
/// module can make one from a request: its initialiser is not public, so a way around them does not compile.
///
/// What may be done with it without asking again makes nothing larger: a child of at most its quantity and no worse
/// than its price, a cancel.
public struct ClearedOrder: Element {
    public static var elementName: String { "ClearedOrder" }
    public let request: OrderRequest

    init(_ request: OrderRequest) { self.request = request }

    public var eventTime: Int64 { request.eventTime }
    public var clOrdID: ClOrdID { request.clOrdID }
    public func fields<V: FieldVisitor>(_ visitor: inout V) { request.fields(&visitor) }

    /// A smaller order that works for this one. Nil where it would not be covered by it: no quantity or a larger one, a
    /// price on the wrong side of this order's limit, or this is not a new order. That all children together stay
    /// within the parent is the slicer's to keep.
    /// - Parameters:
    ///   - price: its limit; `.none` for a market order, which only a market order can have as a child.
    ///   - timeInForce: how long it works, where that is not as long as this order.
    public func child(
        clOrdID: ClOrdID, orderQty: Quantity, price: Price, eventTime: Int64, timeInForce: TimeInForce? = nil
    ) -> ClearedOrder? {
        guard request.action == .new, orderQty > .zero, orderQty <= request.orderQty else { return nil }
        if request.ordType == .limit {
            guard !price.isNone, request.side.isBuy ? price <= request.price : price >= request.price else { return nil }
        }
        var child = request
        (child.clOrdID, child.parentID, child.orderQty, child.eventTime) = (clOrdID, request.clOrdID, orderQty, eventTime)
        (child.price, child.ordType) = (price, price.isNone ? .market : .limit)
        child.timeInForce = timeInForce ?? request.timeInForce
        return ClearedOrder(child)
    }

    /// This order with the quantity and the limit of a replace of it that the rules let pass; it keeps its id. Nil where
    /// that is no replace, or one of another instrument or side.
    public func amended(by replace: ClearedOrder) -> ClearedOrder? {
        let change = replace.request
        guard request.action == .new, change.action == .replace, change.symbol == request.symbol, change.side == request.side,
            change.orderQty > .zero
        else { return nil }
        var amended = request
        (amended.orderQty, amended.price, amended.ordType) = (change.orderQty, change.price, change.ordType)
        return ClearedOrder(amended)
    }

    /// The request to cancel this order. Nil for what is no order: a cancel, a status request.
    public func cancel(clOrdID: ClOrdID, eventTime: Int64) -> ClearedOrder? {
        guard request.action == .new || request.action == .replace else { return nil }
        var cancel = request
        (cancel.action, cancel.clOrdID, cancel.origClOrdID, cancel.eventTime) = (.cancel, clOrdID, request.clOrdID, eventTime)
        return ClearedOrder(cancel)
    }

    /// A cancel or a status request with what it leaves open taken from the order that it names: the instrument, the side,
    /// the account and strategy, the quantity. Others are given back as they are.
    public func completed(from order: ClearedOrder, orderQty: Quantity) -> ClearedOrder {
        guard request.action == .cancel || request.action == .status else { return self }
        var whole = request
        if whole.symbol.rawValue == 0 { whole.symbol = order.request.symbol }
        if whole.side == .none { whole.side = order.request.side }
        if whole.account == .none { whole.account = order.request.account }
        if whole.strategy == .none { whole.strategy = order.request.strategy }
        if whole.orderQty == .zero { whole.orderQty = orderQty }
        return ClearedOrder(whole)
    }

    /// Saves one, or restores what a checkpoint holds: an order that was cleared before.
    public static func state(_ order: inout ClearedOrder?, _ coder: inout StateCoder) {
        var isThere = order != nil
        coder.field(&isThere)
        guard isThere else { return order = nil }
        var request =
            order?.request
            ?? OrderRequest(
                eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), side: .none, orderQty: .zero, ordType: .limit)
        coder.field(&request.eventTime)
        coder.field(&request.clOrdID.rawValue)
        coder.field(&request.origClOrdID.rawValue)
        coder.field(&request.parentID.rawValue)
        coder.field(&request.orderQty.rawValue)
        coder.field(&request.price.rawValue)
        coder.field(&request.symbol.rawValue)
        coder.field(&request.account.rawValue)
        coder.field(&request.strategy.rawValue)
        code(&request.action, &coder)
        code(&request.side, &coder)
        code(&request.ordType, &coder)
        code(&request.timeInForce, &coder)
        order = ClearedOrder(request)
    }
    private static func code<T: RawRepresentable>(_ value: inout T, _ coder: inout StateCoder) where T.RawValue == UInt8 {
        var byte = value.rawValue
        coder.field(&byte)
        value = T(rawValue: byte) ?? value
    }
}
