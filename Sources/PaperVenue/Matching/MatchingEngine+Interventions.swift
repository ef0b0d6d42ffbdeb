import PlainData
import TradingModel

/// What a venue does to an order without being asked: trades, busts, corrections, ends, restatements and halts.
extension MatchingEngine {
    /// The order that an id, also of a cancel or replace, leads to.
    func place(of id: ClOrdID) -> Int32? { places[id] }

    /// Refuses a request before it is looked at.
    mutating func reject(_ request: OrderRequest, reason: Int16, text: TextID, into reports: inout [ExecutionReport]) {
        guard request.action == .new else {
            refuse(request, places[request.origClOrdID], cxlRejReason: reason, "", into: &reports)
            reports[reports.count - 1].text = text
            return
        }
        if let place = places[request.clOrdID] { return rejectDuplicate(request, knownAs: place, into: &reports) }
        let place = store(VenueOrder(request, orderID: nextOrderID()))
        if !request.clOrdID.isNone { places[request.clOrdID] = place }
        end(place, .rejected)
        report(.rejected, place, request.eventTime, ordRejReason: reason, text: text, into: &reports)
    }

    /// Says that a request has come and is not decided: PendingNew, PendingCancel or PendingReplace. Nothing for a request
    /// about an order that nobody knows, which can only be refused.
    mutating func acknowledge(_ request: OrderRequest, into reports: inout [ExecutionReport]) {
        switch request.action {
        case .status, .suspend, .release: return
        case .new:
            guard places[request.clOrdID] == nil else { return }
            reports.append(
                ExecutionReport(
                    eventTime: request.eventTime, clOrdID: request.clOrdID, orderID: texts.none(configuration),
                    execID: nextExecID(), execType: .pendingNew, ordStatus: .pendingNew, symbol: request.symbol,
                    side: request.side, orderQty: request.orderQty, leavesQty: request.orderQty, account: request.account))
        case .cancel, .replace:
            guard let place = places[request.origClOrdID], !orders[Int(place)].ordStatus.isTerminal else { return }
            let isCancel = request.action == .cancel
            report(
                isCancel ? .pendingCancel : .pendingReplace, place, request.eventTime, requestedAs: request.clOrdID,
                into: &reports)
            reports[reports.count - 1].ordStatus = isCancel ? .pendingCancel : .pendingReplace
        }
    }

    /// Trades an open order.
    /// - Parameters:
    ///   - quantity: at most what is left; nil for all of it.
    ///   - price: within the order's limit; nil for the limit, or for a market order what is displayed.
    /// - Returns: false where the order cannot trade so.
    mutating func fill(
        _ place: Int32, _ quantity: Quantity?, at price: Price?, _ time: Int64, into reports: inout [ExecutionReport]
    ) -> Bool {
        let order = orders[Int(place)], book = book(of: order.symbol)
        let opposite = order.side.isBuy ? books[book].ask.price : books[book].bid.price
        let price = price ?? (order.price.isNone ? opposite : order.price)
        let quantity = min(quantity ?? order.remainder, order.remainder)
        guard !order.ordStatus.isTerminal, !price.isNone, order.allows(price), quantity > .zero else { return false }
        execute(place, quantity, at: price, order.hasRested ? .maker : .taker, time, into: &reports)
        guard orders[Int(place)].ordStatus.isTerminal else { return true }
        if isCollected(order) { withdraw(place) } else { compact(book, buys: order.side.isBuy) }
        return true
    }

    /// Ends an open order.
    mutating func end(
        _ place: Int32, as status: OrdStatus, _ time: Int64, text: TextID, into reports: inout [ExecutionReport]
    ) -> Bool {
        guard !orders[Int(place)].ordStatus.isTerminal else { return false }
        withdraw(place)
        end(place, status)
        let execType: ExecType =
            switch status {
            case .expired: .expired
            case .doneForDay: .doneForDay
            case .rejected: .rejected
            default: .canceled
            }
        report(execType, place, time, ordRejReason: status == .rejected ? 99 : -1, text: text, into: &reports)
        return true
    }

    /// Gives an open order another quantity or limit without a request (Appendix D, D20 and D21).
    mutating func restate(
        _ place: Int32, _ quantity: Quantity?, _ price: Price?, _ time: Int64, text: TextID, into reports: inout [ExecutionReport]
    ) -> Bool {
        let order = orders[Int(place)]
        guard !order.ordStatus.isTerminal else { return false }
        let quantity = max(quantity ?? order.orderQty, order.cumQty)
        let limit = order.price.isNone ? order.price : price ?? order.price
        withdraw(place)
        (orders[Int(place)].orderQty, orders[Int(place)].price) = (quantity, limit)
        if quantity == order.cumQty { end(place, .filled) }
        report(.restated, place, time, text: text, into: &reports)
        if quantity > order.cumQty { stand(place) }
        return true
    }

    /// Takes an execution back (ExecType H). A filled order works again with what was taken back; one that had ended
    /// otherwise stays ended (Appendix D, D34 and D35).
    mutating func bust(_ fill: Fill, _ time: Int64, text: TextID, into reports: inout [ExecutionReport]) -> Bool {
        guard let place = places[fill.clOrdID] else { return false }
        rebook(place, fill, quantity: .zero, price: fill.lastPx, fee: .zero)
        report(.tradeCancel, place, time, lastQty: fill.lastQty, lastPx: fill.lastPx, text: text, into: &reports)
        reports[reports.count - 1].execRefID = fill.execID
        return true
    }

    /// Gives an execution another quantity or price (ExecType G), under a new ExecID that `fill` then has.
    /// - Returns: false where the order would be filled past its quantity, or is forgotten.
    mutating func correct(
        _ fill: inout Fill, _ quantity: Quantity?, _ price: Price?, _ time: Int64, text: TextID,
        into reports: inout [ExecutionReport]
    ) -> Bool {
        guard let place = places[fill.clOrdID] else { return false }
        let (quantity, price) = (quantity ?? fill.lastQty, price ?? fill.lastPx)
        let order = orders[Int(place)]
        guard order.cumQty - fill.lastQty + quantity <= order.orderQty else { return false }
        let fee = configuration.fees.fee(price, quantity, fill.liquidity)
        rebook(place, fill, quantity: quantity, price: price, fee: fee)
        report(.tradeCorrect, place, time, lastQty: quantity, lastPx: price, text: text, into: &reports)
        reports[reports.count - 1].execRefID = fill.execID
        charge(&reports[reports.count - 1], fee, fill.liquidity)
        (fill.execID, fill.lastQty, fill.lastPx, fill.fee) = (reports[reports.count - 1].execID, quantity, price, fee)
        return true
    }

    private mutating func rebook(_ place: Int32, _ fill: Fill, quantity: Quantity, price: Price, fee: Notional) {
        let i = Int(place), book = book(of: fill.symbol), wasFilled = orders[i].ordStatus == .filled
        let change = quantity - fill.lastQty
        let money = Notional(price, quantity) - Notional(fill.lastPx, fill.lastQty)
        orders[i].cumQty += change
        orders[i].notional += money
        if fill.side.isBuy { books[book].position += change } else { books[book].position -= change }
        books[book].turnover += money
        books[book].fees += fee - fill.fee
        if orders[i].cumQty == orders[i].orderQty, !orders[i].ordStatus.isTerminal {
            withdraw(place)
            return end(place, .filled)
        }
        guard wasFilled || !orders[i].ordStatus.isTerminal, orders[i].cumQty < orders[i].orderQty else { return }
        orders[i].ordStatus = orders[i].cumQty > .zero ? .partiallyFilled : .new
        guard wasFilled else { return }
        if orders[i].isImmediate || orders[i].isForAuction { return end(place, .canceled) }  // it cannot wait
        orders[i].endedOnDay = 0
        orders[i].queueAhead = VenueOrder.unknownQueue
        stand(place)
    }

    // MARK: Halts

    /// Stops all matching in a symbol. Orders are taken and wait, except those that cannot.
    mutating func halt(_ symbol: SymbolID) { books[book(of: symbol)].isHalted = true }

    /// Ends a halt: what is displayed now meets the orders that waited.
    mutating func resume(_ symbol: SymbolID, _ time: Int64, into reports: inout [ExecutionReport]) {
        let book = book(of: symbol)
        guard books[book].isHalted else { return }
        books[book].isHalted = false
        if books[book].isStopped { return }
        for buys in [true, false] { meetAgain(book, buys: buys, time, into: &reports) }
    }
}
