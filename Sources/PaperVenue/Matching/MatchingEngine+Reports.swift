import PlainData
import TradingModel

/// What the venue says.
extension MatchingEngine {
    /// Books one execution and reports it.
    mutating func execute(
        _ place: Int32, _ quantity: Quantity, at price: Price, _ liquidity: LastLiquidityInd, _ time: Int64,
        into reports: inout [ExecutionReport]
    ) {
        let i = Int(place), book = orders[i].symbol.index
        precondition(quantity > .zero && quantity <= orders[i].remainder && orders[i].allows(price), "a fill within its order")
        orders[i].cumQty += quantity
        orders[i].notional += Notional(price, quantity)
        if orders[i].cumQty == orders[i].orderQty { end(place, .filled) } else { orders[i].ordStatus = .partiallyFilled }
        let fee = configuration.fees.fee(price, quantity, liquidity)
        if orders[i].side.isBuy { books[book].position += quantity } else { books[book].position -= quantity }
        books[book].turnover += Notional(price, quantity)
        books[book].fees += fee
        report(.trade, place, time, lastQty: quantity, lastPx: price, into: &reports)
        charge(&reports[reports.count - 1], fee, liquidity)
        guard configuration.recordsFills else { return }
        let order = orders[i]
        fills.append(
            Fill(
                eventTime: time, clOrdID: order.clOrdID, lastQty: quantity, lastPx: price, fee: fee, symbol: order.symbol,
                execID: reports[reports.count - 1].execID, orderID: order.orderID, account: order.account, side: order.side,
                liquidity: liquidity))
    }

    /// Says on a report what its execution was and costs.
    func charge(_ report: inout ExecutionReport, _ fee: Notional, _ liquidity: LastLiquidityInd) {
        report.lastLiquidityInd = liquidity
        if configuration.fees.isAny { report.commission = fee.price(per: Quantity(units: 1)) ?? .none }
    }

    mutating func end(_ place: Int32, _ status: OrdStatus) {
        orders[Int(place)].ordStatus = status
        orders[Int(place)].endedOnDay = day
    }

    mutating func report(
        _ execType: ExecType, _ place: Int32, _ time: Int64, requestedAs request: ClOrdID = .none, previously: ClOrdID = .none,
        lastQty: Quantity = .zero, lastPx: Price = .none, ordRejReason: Int16 = -1, text: TextID = .none,
        into reports: inout [ExecutionReport]
    ) {
        let order = orders[Int(place)]
        let orig = request.isNone ? ClOrdID.none : previously.isNone ? order.clOrdID : previously
        reports.append(
            ExecutionReport(
                eventTime: time, clOrdID: request.isNone ? order.clOrdID : request, origClOrdID: orig, orderID: order.orderID,
                execID: nextExecID(), execType: execType, ordStatus: order.ordStatus, symbol: order.symbol, side: order.side,
                orderQty: order.orderQty, cumQty: order.cumQty, leavesQty: order.leavesQty, lastQty: lastQty, lastPx: lastPx,
                avgPx: order.avgPx, ordRejReason: ordRejReason, account: order.account, text: text))
    }

    mutating func report(
        _ execType: ExecType, _ place: Int32, _ time: Int64, ordRejReason: Int16, text: StaticString,
        into reports: inout [ExecutionReport]
    ) {
        let text = self.text(text)
        report(execType, place, time, ordRejReason: ordRejReason, text: text, into: &reports)
    }

    /// FIX Appendix D, D22: the rejection of a duplicate speaks of the order that has the id, whose state it does not
    /// change.
    mutating func rejectDuplicate(_ request: OrderRequest, knownAs place: Int32, into reports: inout [ExecutionReport]) {
        let text = text("ClOrdID was used before")
        if orders[Int(place)].clOrdID == request.clOrdID {
            return report(.rejected, place, request.eventTime, ordRejReason: 6, text: text, into: &reports)
        }
        reports.append(
            ExecutionReport(
                eventTime: request.eventTime, clOrdID: request.clOrdID, orderID: texts.none(configuration), execID: nextExecID(),
                execType: .rejected, ordStatus: .rejected, symbol: request.symbol, side: request.side,
                orderQty: request.orderQty, ordRejReason: 6, account: request.account, text: text))
    }

    /// An OrderCancelReject (35=9): the order, where there is one, is as it was.
    mutating func refuse(
        _ request: OrderRequest, _ place: Int32?, cxlRejReason: Int16, _ text: StaticString, into reports: inout [ExecutionReport]
    ) {
        let order = place.map { orders[Int($0)] }
        reports.append(
            ExecutionReport(
                eventTime: request.eventTime, msgType: .orderCancelReject, clOrdID: request.clOrdID,
                origClOrdID: request.origClOrdID, orderID: order?.orderID ?? texts.none(configuration), execType: .none,
                ordStatus: order?.ordStatus ?? .rejected, symbol: order?.symbol ?? request.symbol,
                side: order?.side ?? request.side, orderQty: order?.orderQty ?? .zero, cumQty: order?.cumQty ?? .zero,
                leavesQty: order?.leavesQty ?? .zero, cxlRejReason: cxlRejReason, account: request.account,
                text: self.text(text)))
    }

    mutating func nextOrderID() -> TextID {
        orderCount += 1
        return identifier("O", orderCount, space: 0)
    }
    mutating func nextExecID() -> TextID {
        execCount += 1
        return identifier("E", execCount, space: 1)
    }

    /// Numbered OrderIDs are even and ExecIDs odd, so that neither can be taken for the other.
    private func identifier(_ kind: String, _ count: UInt32, space: UInt32) -> TextID {
        switch configuration.identifiers {
        case .texts(let names, let prefix): names.text("\(prefix)-\(kind)\(count)")
        case .numbers(let base): TextID(rawValue: base &+ count &* 2 &+ space)
        }
    }

    /// The number of a fixed text.
    mutating func text(_ text: StaticString) -> TextID { texts.id(text, configuration) }
}

/// The fixed texts' numbers, looked up once.
struct TextCache {
    private var known: [(UnsafePointer<UInt8>, TextID)] = []

    mutating func id(_ text: StaticString, _ configuration: MatchingConfiguration) -> TextID {
        guard case .texts(let names, _) = configuration.identifiers else { return .none }
        if let found = known.first(where: { $0.0 == text.utf8Start }) { return found.1 }
        let id = names.text(text.description)
        known.append((text.utf8Start, id))
        return id
    }
    /// FIX's OrderID for an order that the venue does not know.
    mutating func none(_ configuration: MatchingConfiguration) -> TextID { id("NONE", configuration) }
}
