import PlainData
import TradingModel

/// One order as a pure reduction of what we asked for and what the venue said.
///
/// Three axes instead of one enumeration: what the venue last made of the order (`venueStatus`), which of our
/// requests await an answer (`requests`), and how sure we are (`certainty`). CumQty and AvgPx are never stored from a
/// report: they are the sum of the live fills. The OrdStatus that is reported is the one of the highest precedence of
/// those that hold, which is how Appendix D's matrices pass without special cases.
///
/// - Source: FIX Protocol, Appendix D, "Order State Change Matrices", with its table of precedence.
public struct OrderState: Sendable {
    /// The ClOrdID that the order was entered with: its identity here, through all replaces.
    public internal(set) var rootID: ClOrdID
    /// The ClOrdID of the last accepted replace, or the root.
    public internal(set) var clOrdID: ClOrdID
    public internal(set) var parentID: ClOrdID
    public internal(set) var symbol: SymbolID
    public internal(set) var account: TextID, strategy: TextID
    public internal(set) var side: Side, ordType: OrdType, timeInForce: TimeInForce
    public internal(set) var orderQty: Quantity
    public internal(set) var price: Price
    /// Σ quantity of the live fills, and Σ of their notionals.
    public internal(set) var cumQty: Quantity = .zero
    public internal(set) var cumNotional: Notional = .zero
    /// PendingNew, New, Stopped, Suspended, DoneForDay, Calculated, Canceled, Expired or Rejected: never a state that
    /// follows from the fills or from our requests.
    public internal(set) var venueStatus: OrdStatus = .pendingNew
    /// DoneForDay of an order that goes on tomorrow: LeavesQty stays.
    var resumes = false
    var isInDoubt = false, isReconciling = false
    /// In the order in which they were sent.
    public internal(set) var requests: [ModifyRequest] = []
    /// So many of the first requests have their answer; only the others are looked at again. Not saved: it follows.
    var settledCount = 0
    /// Where in `requests` the accepted replace lies whose terms hold; −1 for the order as entered.
    var termsIndex: Int64 = -1
    /// The replace whose quantity the venue has shown before it accepted it, and the quantity that was agreed on until then;
    /// −1 for none.
    var announcedIndex: Int64 = -1
    var agreedQty: Quantity = .zero
    var fills: [Fill] = []
    /// The ExecIDs seen: of fills, with their place in `fills`; of other reports, with their ExecType.
    var seen = IDTable()

    /// The order as we sent it; nothing is known of the venue yet.
    public init(_ request: OrderRequest) {
        (rootID, clOrdID, parentID) = (request.clOrdID, request.clOrdID, request.parentID)
        (symbol, account, strategy) = (request.symbol, request.account, request.strategy)
        (side, ordType, timeInForce) = (request.side, request.ordType, request.timeInForce)
        (orderQty, price) = (request.orderQty, request.price)
    }
}

extension OrderState {
    /// The venue works no more on it, whatever was filled.
    public var isEnded: Bool {
        switch venueStatus {
        case .rejected, .canceled, .expired, .calculated: true
        case .doneForDay: !resumes
        default: false
        }
    }

    /// The requests from the first one that still waits.
    private var open: ArraySlice<ModifyRequest> { requests[settledCount...] }

    /// Keeps the cost of an event independent of how often the order was replaced before.
    mutating func settle() {
        while settledCount < requests.count, !requests[settledCount].isPending { settledCount += 1 }
    }

    /// The status of the highest precedence of those that hold.
    public var ordStatus: OrdStatus {
        let isFilled = cumQty > .zero && cumQty >= orderQty
        switch venueStatus {
        case .calculated, .rejected: return venueStatus
        case .canceled, .expired: return isFilled ? .filled : venueStatus
        default: break
        }
        var pending: OrdStatus?
        for request in open where request.stage == .acknowledged {
            if request.kind == .cancel { return .pendingCancel }
            pending = .pendingReplace
        }
        if let pending { return pending }
        if venueStatus == .doneForDay { return .doneForDay }
        if isFilled { return .filled }
        if venueStatus == .stopped || venueStatus == .suspended { return venueStatus }
        return cumQty > .zero ? .partiallyFilled : venueStatus
    }

    /// What may still trade: nothing once the order has ended.
    public var leavesQty: Quantity { isEnded || cumQty >= orderQty ? .zero : orderQty - cumQty }

    /// Rounded half to even at 1e-9; `cumNotional` is exact. None without a fill.
    public var avgPx: Price { cumNotional.price(per: cumQty) ?? .none }

    public var certainty: Certainty {
        if isReconciling { return .reconciling }
        return isInDoubt || open.contains { $0.isInDoubt && $0.isPending } ? .inDoubt : .known
    }

    /// How many requests await their answer.
    public var pendingCount: Int { open.count { $0.isPending } }

    /// OrigClOrdID of the next cancel or replace: the last ClOrdID that was not rejected. A cancel does not count,
    /// since it makes no order.
    public var nextOrigClOrdID: ClOrdID {
        requests.last { $0.kind == .replace && $0.stage != .rejected }?.clOrdID ?? clOrdID
    }

    /// The row of this state after an event.
    func update(
        at eventTime: Int64, execType: ExecType = .none, lastQty: Quantity = .zero, lastPx: Price = .none,
        execID: TextID = .none, execRefID: TextID = .none
    ) -> OrderUpdate {
        OrderUpdate(
            eventTime: eventTime, clOrdID: clOrdID, parentID: parentID, symbol: symbol, account: account, strategy: strategy,
            side: side, ordStatus: ordStatus, execType: execType, orderQty: orderQty, cumQty: cumQty, leavesQty: leavesQty,
            lastQty: lastQty, lastPx: lastPx, avgPx: avgPx, cumNotional: cumNotional, execID: execID,
            pending: UInt8(clamping: pendingCount), certainty: certainty, rootID: rootID, execRefID: execRefID)
    }

    mutating func state(_ coder: inout StateCoder) {
        for keyPath in [\OrderState.rootID, \.clOrdID, \.parentID] { coder.field(&self[keyPath: keyPath].rawValue) }
        coder.field(&symbol.rawValue)
        coder.field(&account.rawValue)
        coder.field(&strategy.rawValue)
        coder.field(code: &side)
        coder.field(code: &ordType)
        coder.field(code: &timeInForce)
        coder.field(&orderQty.rawValue)
        coder.field(&price.rawValue)
        coder.field(&cumQty.rawValue)
        coder.field(&cumNotional.rawValue)
        coder.field(code: &venueStatus)
        coder.field(&resumes)
        coder.field(&isInDoubt)
        coder.field(&isReconciling)
        coder.field(&requests, filler: ModifyRequest())
        coder.field(&termsIndex)
        coder.field(&announcedIndex)
        coder.field(&agreedQty.rawValue)
        coder.field(&fills, filler: Fill())
        seen.state(&coder)
    }
}
