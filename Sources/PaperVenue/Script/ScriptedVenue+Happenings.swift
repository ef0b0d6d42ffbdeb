import PlainData
import TradingModel

/// What a script makes happen.
extension ScriptedVenue {
    mutating func trigger(_ moment: VenueScript.Trigger, client: Int32) {
        for i in script.steps.indices where script.steps[i].on == moment && counts(i) {
            follow(i, .none, .none, client, from: script.steps[i].at.map { next(timeOfDay: $0) } ?? now, generation: 1)
        }
    }

    /// When the day's clock shows a time next.
    private func next(timeOfDay time: Int64) -> Int64 {
        let into = (now % UTC.day + UTC.day) % UTC.day
        return now - into + time + (time < into ? UTC.day : 0)
    }

    /// A step's happenings come `after` so long; at once where that is nothing.
    mutating func follow(_ step: Int, _ order: ClOrdID, _ execution: TextID, _ client: Int32, from: Int64, generation: UInt8) {
        var item = Due(.step, at: from + script.steps[step].after, step: step, client)
        (item.report.clOrdID, item.report.execID, item.generation) = (order, execution, generation)
        item.isOfClock = script.steps[step].at != nil
        if item.time > now { schedule(item) } else { happen(item) }
    }

    mutating func perform(_ item: Due) {
        switch item.kind {
        case .request:
            if item.step < 0, keepsMail {
                receive(item.request, item.isPossResend, item.client)
            } else {
                decide(item.request, item.isPossResend, item.client, step: Int(item.step))
            }
        case .report: deliver(item.report, item.client, item.isReplace)
        case .arrival: arrive(item.request, item.isPossResend, item.client)
        case .response: arrived(Addressed(report: item.report, client: item.client, isReplace: item.isReplace))
        case .step: happen(item)
        case .admit:
            away[item.client] = nil
            append(.admit(client: item.client))
        }
    }

    private mutating func happen(_ item: Due) {
        let step = script.steps[Int(item.step)]
        for happening in step.happenings {
            if happening.isOfOrder {
                happenToOrders(happening, item)
                if case .say(let words) = happening, step.subject == nil, item.report.clOrdID.isNone { say(words, nil, item) }
            } else {
                happen(happening, item)
            }
            sayFresh(generation: item.generation)
        }
    }

    private mutating func happenToOrders(_ happening: VenueScript.Happening, _ item: Due) {
        let number = Int(item.step), found = targets(script.steps[number], item.report.clOrdID)
        var done = 0
        for id in found where happen(happening, item, to: id) { done += 1 }
        if done > 0 { return }
        if let id = found.first, found.count == 1 {
            let isThere = engine.place(of: id) != nil
            remark(number, isThere ? "order \(id.text(names)) is not in a state for it" : "there is no order \(id.text(names))")
        } else if let pattern = script.steps[number].subject {
            remark(number, "no order of \(pattern) is in a state for it")
        }
    }

    /// The orders that a step is about: those that its pattern names, in the order they came in, else the one that set it off.
    private mutating func targets(_ step: VenueScript.Step, _ own: ClOrdID) -> [ClOrdID] {
        guard let pattern = step.subject else { return own.isNone ? [] : [own] }
        if let one = step.subjectID { return [one] }
        return engine.currentIDs.filter { Glob.matches(pattern, $0.text(names)) }
    }

    /// - Returns: whether it could happen.
    private mutating func happen(_ happening: VenueScript.Happening, _ item: Due, to id: ClOrdID) -> Bool {
        let text = script.steps[Int(item.step)].text
        if case .say(let words) = happening {
            say(words, id, item)
            return true
        }
        guard let place = engine.place(of: id) else { return false }
        var isDone = true
        switch happening {
        case .fill(let quantity, let price): isDone = engine.fill(place, quantity, at: price, now, into: &fresh)
        case .end(let status): isDone = engine.end(place, as: status, now, text: text, into: &fresh)
        case .restate(let quantity, let price):
            isDone = engine.restate(place, quantity, price, now, text: text, into: &fresh)
        case .bust(let which):
            let found = executions(of: place, which, item.report.execID)
            isDone = !found.isEmpty
            for i in found.reversed() where engine.bust(executions[i], now, text: text, into: &fresh) { executions.remove(at: i) }
        case .correct(let which, let quantity, let price):
            let found = executions(of: place, which, item.report.execID)
            isDone = !found.isEmpty
            for i in found {
                isDone = engine.correct(&executions[i], quantity, price, now, text: text, into: &fresh) && isDone
            }
        default: break
        }
        return isDone
    }

    /// Where in `executions` those of an order are, oldest first.
    private mutating func executions(of place: Int32, _ which: VenueScript.Which, _ this: TextID) -> [Int] {
        executions += engine.takeFills()
        let own = executions.indices.filter { engine.place(of: executions[$0].clOrdID) == place }
        switch which {
        case .all: return own
        case .first: return Array(own.prefix(1))
        case .last: return Array(own.suffix(1))
        case .this: return own.filter { executions[$0].execID == this }
        }
    }

    private mutating func happen(_ happening: VenueScript.Happening, _ item: Due) {
        switch happening {
        case .halt(let symbol):
            for symbol in symbol.map({ [$0] }) ?? engine.symbols { engine.halt(symbol) }
        case .resume(let symbol):
            for symbol in symbol.map({ [$0] }) ?? engine.symbols { engine.resume(symbol, now, into: &fresh) }
        case .call(let symbol): engine.call(symbol)
        case .auction(let kind, let symbol, isOfTape: true): engine.awaitAuction(kind, symbol)
        case .auction(let kind, let symbol, isOfTape: false): engine.auction(kind, symbol, now, into: &fresh)
        case .interest(let symbol, let side, let quantity, let price):
            let interest = AuctionInterest(price: price ?? .none, quantity: quantity, isBuy: side.isBuy)
            engine.join(interest, symbol, now)
        case .quote(var quote):
            quote.eventTime = now
            engine.quote(quote, into: &fresh)
        case .trade(var trade):
            trade.eventTime = now
            engine.trade(trade, into: &fresh)
        case .disconnect(let time, let saysGoodbye):
            away[item.client] = now + time
            append(.disconnect(client: item.client, saysGoodbye: saysGoodbye))
            schedule(Due(.admit, at: now + time, step: Int(item.step), item.client))
        case .close: close(at: now)
        default: break
        }
    }

    /// A report in the script's own words.
    private mutating func say(_ words: SpokenReport, _ id: ClOrdID?, _ item: Due) {
        let order = id.flatMap { engine.order(of: $0) }
        var report = ExecutionReport(
            eventTime: now, msgType: words.isCancelReject ? .orderCancelReject : .executionReport,
            clOrdID: words.clOrdID ?? order?.clOrdID ?? id ?? .none, origClOrdID: words.origClOrdID ?? .none,
            orderID: words.orderID ?? order?.orderID ?? script.none, execType: words.execType ?? .orderStatus,
            ordStatus: words.ordStatus ?? order?.ordStatus ?? .new,
            symbol: words.symbol ?? order?.symbol ?? SymbolID(rawValue: 0),
            side: words.side ?? order?.side ?? .none)
        if words.isCancelReject { report.execType = .none } else { report.execID = words.execID ?? engine.nextExecID() }
        report.execRefID = words.execRefID ?? .none
        (report.orderQty, report.cumQty) = (words.orderQty ?? order?.orderQty ?? .zero, words.cumQty ?? order?.cumQty ?? .zero)
        (report.leavesQty, report.lastQty) = (words.leavesQty ?? order?.leavesQty ?? .zero, words.lastQty ?? .zero)
        (report.lastPx, report.avgPx) = (words.lastPx ?? .none, words.avgPx ?? order?.avgPx ?? .none)
        (report.account, report.text) = (order?.account ?? .none, script.steps[Int(item.step)].text)
        let owner = order.flatMap { owners[$0.orderID] } ?? max(0, item.client)
        send(report, to: owner, isReplace: false, item.generation)
    }

    mutating func remark(_ step: Int, _ text: String) { remarks.append("\(script.steps[step].place): \(text)") }

    /// Into its place by time; of one time, behind those before it.
    mutating func schedule(_ item: Due) {
        var item = item
        dueCount += 1
        item.order = dueCount
        var (low, high) = (0, due.count)
        while low < high {
            let middle = (low + high) / 2
            if due[middle].time <= item.time { low = middle + 1 } else { high = middle }
        }
        due.insert(item, at: low)
    }
}

extension MatchingEngine {
    /// The symbols that have a book.
    var symbols: [SymbolID] { books.indices.map { SymbolID(rawValue: UInt32($0)) } }
    /// The orders of today and yesterday by the ids they go by now, in the order in which they came.
    var currentIDs: [ClOrdID] { orders.filter { $0.endedOnDay >= 0 && !$0.clOrdID.isNone }.map(\.clOrdID) }
}
