import PlainData
import TradingModel

/// All orders of the day by ClOrdID, and the one way to change them.
///
/// An event finds its order by ClOrdID, then by OrigClOrdID; the ids of replaces and cancels lead to the same order.
/// A report that finds none is an anomaly: it never invents an order, and it never throws.
///
/// - Cost: per event two probes of a table and no allocation but the growth of an order's lists.
public struct OrderBookOfRecord: Sendable {
    /// In the order in which they were entered.
    public private(set) var orders: [OrderState] = []
    private var byClOrdID = IDTable()
    /// The order that first traded under an ExecID.
    private var firstByExecID = ExecIDOwners()

    public init() {}

    public subscript(id: ClOrdID) -> OrderState? { slot(id).map { orders[$0] } }
    private func slot(_ id: ClOrdID) -> Int? { byClOrdID.find(id.rawValue) }

    public mutating func apply(_ request: OrderRequest) -> OrderEffects {
        var effects = OrderEffects()
        if request.action == .status {
            guard let slot = slot(request.clOrdID) ?? slot(request.origClOrdID) else {
                effects.note(.unknownOrder, request)
                return effects
            }
            return orders[slot].apply(request)
        }
        guard slot(request.clOrdID) == nil else {
            effects.note(.duplicateClOrdID, request)
            return effects
        }
        if request.action == .new, !request.clOrdID.isNone {
            byClOrdID.set(request.clOrdID.rawValue, orders.count)
            orders.append(OrderState(request))
            effects.update = orders[orders.count - 1].update(at: request.eventTime)
            return effects
        }
        guard !request.clOrdID.isNone, let slot = slot(request.origClOrdID) else {
            effects.note(.unknownOrder, request)
            return effects
        }
        byClOrdID.set(request.clOrdID.rawValue, slot)
        return orders[slot].apply(request)
    }

    public mutating func apply(_ report: ExecutionReport) -> OrderEffects {
        let known = slot(report.clOrdID)
        guard let slot = known ?? slot(report.origClOrdID) else {
            var effects = OrderEffects()
            effects.note(.unknownOrder, report, reported: report.lastQty)
            return effects
        }
        if known == nil, report.msgType == .executionReport, report.execType == .replaced, !report.clOrdID.isNone {
            byClOrdID.set(report.clOrdID.rawValue, slot)
        }
        var effects = orders[slot].apply(report)
        if report.execType == .trade, report.execID != .none, effects.update != nil {
            noteSharedExecID(report, slot, &effects)
        }
        return effects
    }

    /// Two orders under one ExecID: a mistake of the venue or a fill reported twice. Dropping it could lose a fill, so
    /// it is booked, and the reconciler sees it.
    private mutating func noteSharedExecID(_ report: ExecutionReport, _ slot: Int, _ effects: inout OrderEffects) {
        if !firstByExecID.claim(report.execID, for: slot) {
            effects.note(.duplicateExecID, report, reported: report.lastQty)
        }
    }

    /// Saves or restores; the same history gives the same bytes.
    public mutating func state(_ coder: inout StateCoder) {
        var count = UInt64(orders.count)
        coder.field(&count)
        if !coder.isSaving {
            let empty = OrderRequest(
                eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), side: .none, orderQty: .zero, ordType: .market)
            orders = []
            // Grown as it is read: a count that the bytes do not bear out ends with them.
            while UInt64(orders.count) < count, !coder.isTruncated {
                orders.append(OrderState(empty))
                orders[orders.count - 1].state(&coder)
            }
        } else {
            for slot in orders.indices { orders[slot].state(&coder) }
        }
        byClOrdID.state(&coder)
        firstByExecID.state(&coder)
    }
}

/// Which order traded first under each ExecID. Interned texts are numbered densely, so a plain array serves.
private struct ExecIDOwners: Sendable {
    private struct Owner: State {
        var slotPlusOne: UInt32 = 0
        mutating func state(_ coder: inout StateCoder) { coder.field(&slotPlusOne) }
    }
    private var owners: [Owner] = []
    /// Numbers from here on were never interned; they are not looked at.
    private static let limit = 1 << 28

    /// - Returns: false where another order has it already.
    mutating func claim(_ id: TextID, for slot: Int) -> Bool {
        let place = Int(id.rawValue)
        guard place < Self.limit else { return true }
        if place >= owners.count {
            owners.append(contentsOf: repeatElement(Owner(), count: max(place + 1, 2 * owners.count) - owners.count))
        }
        if owners[place].slotPlusOne == 0 { owners[place].slotPlusOne = UInt32(slot + 1) }
        return owners[place].slotPlusOne == UInt32(slot + 1)
    }

    mutating func state(_ coder: inout StateCoder) { coder.field(&owners, filler: Owner()) }
}
