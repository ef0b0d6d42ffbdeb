import PlainData
import TradingModel

/// What clients ask for.
extension MatchingEngine {
    /// Takes a new order: acknowledged or rejected, then matched with what is displayed.
    public mutating func submit(_ request: OrderRequest, into reports: inout [ExecutionReport]) {
        if let place = places[request.clOrdID] {
            return rejectDuplicate(request, knownAs: place, into: &reports)
        }
        let flaw = flaw(of: request)
        let place = store(VenueOrder(request, orderID: nextOrderID()))
        if !request.clOrdID.isNone { places[request.clOrdID] = place }
        if let flaw {
            end(place, .rejected)
            return report(
                .rejected, place, request.eventTime, ordRejReason: flaw.ordRejReason, text: flaw.text, into: &reports)
        }
        _ = book(of: request.symbol)
        report(.new, place, request.eventTime, into: &reports)
        enter(place, request.eventTime, into: &reports)
    }

    /// Cancels what is left of the order `origClOrdID` names.
    public mutating func cancel(_ request: OrderRequest, into reports: inout [ExecutionReport]) {
        guard let place = target(of: request, into: &reports) else { return }
        places[request.clOrdID] = place
        withdraw(place)
        end(place, .canceled)
        report(.canceled, place, request.eventTime, requestedAs: request.clOrdID, into: &reports)
    }

    /// Gives the order `origClOrdID` names a new quantity and limit. A quantity below what has traded becomes what has
    /// traded (FIX Appendix D, D12).
    public mutating func replace(_ request: OrderRequest, into reports: inout [ExecutionReport]) {
        guard let place = target(of: request, into: &reports) else { return }
        let old = orders[Int(place)]
        if let text = flaw(of: request, replacing: old) {
            return refuse(request, place, cxlRejReason: 2, text, into: &reports)
        }
        let quantity = max(request.orderQty, old.cumQty)
        let price: Price = request.ordType == .market ? .none : request.price
        let keepsPlace = price == old.price && quantity <= old.orderQty
        if !keepsPlace || quantity == old.cumQty { withdraw(place) }
        places[request.clOrdID] = place
        orders[Int(place)].clOrdID = request.clOrdID
        orders[Int(place)].orderQty = quantity
        orders[Int(place)].price = price
        if quantity == old.cumQty { end(place, .filled) }
        report(.replaced, place, request.eventTime, requestedAs: request.clOrdID, previously: old.clOrdID, into: &reports)
        if keepsPlace || quantity == old.cumQty { return }
        orders[Int(place)].since = request.eventTime
        orders[Int(place)].queueAhead = VenueOrder.unknownQueue
        orders[Int(place)].hasRested = false
        enter(place, request.eventTime, into: &reports)
    }

    /// Says how the order stands (ExecType I); an unknown one is reported as rejected (D24).
    public mutating func status(_ request: OrderRequest, into reports: inout [ExecutionReport]) {
        if let place = places[request.clOrdID] ?? places[request.origClOrdID] {
            return report(.orderStatus, place, request.eventTime, into: &reports)
        }
        reports.append(
            ExecutionReport(
                eventTime: request.eventTime, clOrdID: request.clOrdID, orderID: texts.none(configuration), execID: nextExecID(),
                execType: .orderStatus, ordStatus: .rejected, symbol: request.symbol, side: request.side, ordRejReason: 5,
                account: request.account, text: text("no such order")))
    }

    /// Matches a new or re-entered order at once, then lets the rest stand or go.
    private mutating func enter(_ place: Int32, _ time: Int64, into reports: inout [ExecutionReport]) {
        let order = orders[Int(place)], book = order.symbol.index
        if isCollected(order) {
            stand(place)
            return indicate(book, order.timeInForce == .atTheOpening ? .opening : .closing, time)
        }
        if configuration.market == .ticks {
            let opposite = order.side.isBuy ? books[book].ask : books[book].bid
            let crosses = !opposite.price.isNone && order.allows(opposite.price) && !books[book].isStopped
            if crosses, order.timeInForce != .fillOrKill || opposite.remaining >= order.remainder {
                take(place, time, into: &reports)
            }
            if orders[Int(place)].ordStatus.isTerminal { return }
            if order.isImmediate {
                end(place, .canceled)
                let reason: StaticString =
                    books[book].isHalted
                    ? "trading is halted"
                    : books[book].phase.isCalling ? "orders are collected for an auction" : "nothing more is displayed"
                return report(.canceled, place, time, text: text(reason), into: &reports)
            }
            orders[Int(place)].hasRested = !crosses && order.ordType == .limit && !books[book].isStopped
        }
        stand(place)
    }

    /// The order that a cancel or replace is about, if it can still be changed; else the request is refused.
    private mutating func target(of request: OrderRequest, into reports: inout [ExecutionReport]) -> Int32? {
        guard let place = places[request.origClOrdID] else {
            refuse(request, nil, cxlRejReason: 1, "no such order", into: &reports)
            return nil
        }
        if places[request.clOrdID] != nil {
            refuse(request, place, cxlRejReason: 6, "ClOrdID was used before", into: &reports)
            return nil
        }
        if orders[Int(place)].ordStatus.isTerminal {
            let isUnknown = orders[Int(place)].ordStatus == .rejected
            let reason: Int16 = isUnknown ? 1 : 0
            refuse(request, place, cxlRejReason: reason, isUnknown ? "the order was rejected" : "too late", into: &reports)
            return nil
        }
        return place
    }

    private func flaw(of request: OrderRequest) -> (ordRejReason: Int16, text: StaticString)? {
        let instrument = instruments[request.symbol]
        if request.clOrdID.isNone { return (99, "no ClOrdID") }
        if !instrument.isDefined { return (1, "unknown symbol") }
        if isClosed { return (2, "the market is closed") }
        let phase = request.symbol.index < books.count ? books[request.symbol.index].phase : phase
        if request.timeInForce == .atTheOpening, phase.hasOpened { return (4, "too late for the opening auction") }
        if phase.hasClosed {
            if request.timeInForce == .atTheClose { return (4, "too late for the closing auction") }
            return (2, "the market is closed")
        }
        if request.side == .none { return (11, "no side") }
        if request.orderQty <= .zero { return (13, "the quantity is not positive") }
        if !instrument.isOnLot(request.orderQty) { return (13, "the quantity is no multiple of the lot") }
        if request.orderQty > configuration.maxOrderQty { return (3, "the quantity is above the venue's limit") }
        if request.ordType == .limit {
            if request.price.isNone { return (11, "a limit order without a price") }
            if !instrument.isOnTick(request.price) { return (99, "the price is no multiple of the tick") }
        }
        return nil
    }

    private func flaw(of request: OrderRequest, replacing order: VenueOrder) -> StaticString? {
        if request.symbol != order.symbol { return "a replace cannot change the symbol" }
        if request.side != order.side { return "a replace cannot change the side" }
        if request.ordType != order.ordType { return "a replace cannot change the order type" }
        return flaw(of: request)?.text
    }
}
