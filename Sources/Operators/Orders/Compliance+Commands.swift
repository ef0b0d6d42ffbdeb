import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// What compliance does for people: switches that stop orders and cancel what works, and orders that wait for a second person.
///
/// A switch holds from its record on. What passed before and works still is canceled with it: parents at their slicer, which
/// cancels its children and sends no more, other orders at the venue. The cancels of one switch are of one record, in runs of
/// `sweepRun`, so that 10,000 of them need no more room than a few.
extension Compliance {
    typealias Output = Emitter<ClearedOrder, Finding>
    /// Timers come in three kinds: multiples of four are orders that wait, one more the runs of a sweep, two the limits' next change.
    static var sweepRun: Int { 256 }
    /// A leap of time as long as this is history giving way to the clock, not a wait.
    private static var leap: Int64 { 86_400_000_000_000 }

    public mutating func process(fifth command: DeskCommand, into out: inout Emitter<ClearedOrder, Finding>) {
        let now = out.hasReached(endOfTime) ? command.eventTime : max(command.eventTime, out.watermark)
        switch command.verb {
        case .order: reviews.note(command.order, by: command.who)
        case .kill: stop(command, .stopped, now, into: &out)
        case .reduce: stop(command, .reduceOnly, now, into: &out)
        case .rearm: rearm(command, now, into: &out)
        case .approve: approve(command, now, into: &out)
        case .reject: reject(command, now, into: &out)
        case .limit: change(command, now, into: &out)
        case .distrust, .trust: break
        }
    }

    // MARK: Switches

    private mutating func stop(_ command: DeskCommand, _ halt: Standing.Halt, _ now: Int64, into out: inout Output) {
        let act = halt == .stopped ? Check.kill : .reduce
        guard serves(command) else { return say(command, act, .block, now, into: &out) }
        switches.turn(command, to: halt, at: now)
        board?.show(switches, repeats)
        guard halt == .stopped, !out.hasReached(endOfTime) else { return say(command, act, .ok, now, into: &out) }
        sweep = exposures.rows { account, strategy, symbol in
            switches.covers(
                command.scope, Switchboard.subject(of: command), account: account, strategy: strategy, symbol: symbol)
        }
        sweepTime = now
        for run in 0..<(sweep.count + Self.sweepRun - 1) / Self.sweepRun { out.setTimer(4 * run + 1, at: out.watermark) }
        say(command, .kill, .ok, now, measured: Double(sweep.count), into: &out)
    }
    private func serves(_ command: DeskCommand) -> Bool {
        command.scope != .order && (command.scope != .venue || switches.venue == .none || command.venue == switches.venue)
    }
    private mutating func cancelRun(_ run: Int, into out: inout Output) {
        let start = run * Self.sweepRun, end = min(sweep.count, start + Self.sweepRun)
        guard start < end else { return }
        for at in start..<end {
            guard var cancel = exposures.cancel(of: Int(sweep[at].row), symbol: sweep[at].symbol) else { continue }
            cancel.clOrdID = ids.next(out.sequence)
            cancel.eventTime = sweepTime
            let verdict = rules.evaluate(cancel, in: Context(instrument: instruments[cancel.symbol]))
            if let cleared = verdict.cleared { out.emit(cleared) }
        }
        if end == sweep.count { sweep = [] }
    }
    private mutating func rearm(_ command: DeskCommand, _ now: Int64, into out: inout Output) {
        var hadSwitch = serves(command) && switches.rearm(command)
        // C16: a strategy that has done the same too often is let go on by a person.
        if command.scope == .strategy {
            hadSwitch = repeats.arm(Int(command.strategy.rawValue), rules.limits.controls) || hadSwitch
        } else if command.scope == .firm {
            hadSwitch = repeats.armAll() || hadSwitch
        }
        board?.show(switches, repeats)
        say(command, .rearm, hadSwitch ? .ok : .block, now, into: &out)
    }

    /// The strictest switch that an order comes under.
    func halt(of order: OrderRequest, _ standing: inout Standing) {
        if !switches.thrown.isEmpty { (standing.halt, standing.haltScope) = switches.halt(of: order) }
    }

    // MARK: Orders that wait

    /// Takes what is about an order that waits here: the venue has never heard of it.
    /// - Returns: whether it was such a request.
    mutating func intercept(_ order: OrderRequest, _ now: Int64, into out: inout Output) -> Bool {
        guard reviews.count > 0, order.action != .new else { return false }
        let row = reviews.find(order.origClOrdID.isNone ? order.clOrdID : order.origClOrdID)
        guard row != 0 else { return false }
        switch order.action {
        case .cancel:
            out.emitSide(decision(of: order, .ok, now))
            end(row, .withdrawal, .ok, now, into: &out)
        case .replace, .status, .new, .suspend, .release:
            // What waits is not changed: cancel it and enter another.
            out.emitSide(finding(of: order, .pending, .block, now))
            out.emitSide(decision(of: order, .block, now))
        }
        return true
    }

    /// A pause, or the end of one, of an order that does not work here: nobody would hear of it.
    func refuseHold(_ order: OrderRequest, _ now: Int64, into out: inout Output) {
        out.emitSide(finding(of: order, .childOfParent, .block, now))
        out.emitSide(decision(of: order, .block, now))
    }

    mutating func park(_ order: OrderRequest, _ verdict: Verdict, _ now: Int64, into out: inout Output) {
        guard !order.clOrdID.isNone, !reviews.isFull else {
            out.emitSide(
                finding(of: order, .pending, .block, now, Double(reviews.count), Double(ReviewDesk.most)))
            return out.emitSide(decision(of: order, .block, now))
        }
        let row = reviews.park(
            ReviewDesk.Parked(
                request: order, requester: reviews.requester(of: order.clOrdID), limits: rules.limits.version,
                softChecks: verdict.softChecks, expires: now + rules.limits.reviewTime))
        out.setTimer(4 * row, at: reviews[row].expires)
        board?.show(reviews, limits: rules.limits.version)
    }

    public mutating func timerFired(_ timer: Timer, into out: inout Emitter<ClearedOrder, Finding>) {
        if timer.key % 4 == 1 { return cancelRun(timer.key / 4, into: &out) }
        let row = timer.key / 4, reached = out.watermark
        if timer.key % 4 == 2 { return passLimits(max(timer.time, reached), into: &out) }
        if reached != endOfTime, reached - timer.time > Self.leap, !reviews[row].isRenewed {
            reviews[row].isRenewed = true
            reviews[row].expires = reached + rules.limits.reviewTime
            board?.show(reviews, limits: rules.limits.version)
            return out.setTimer(timer.key, at: reviews[row].expires)
        }
        end(row, .expiry, .block, timer.time, into: &out, isFiring: true)
    }

    private mutating func approve(_ command: DeskCommand, _ now: Int64, into out: inout Output) {
        let row = reviews.find(command.order)
        guard row != 0 else {
            say(command, .pending, .block, now, into: &out)
            return say(command, .approval, .block, now, into: &out)
        }
        let parked = reviews[row], order = parked.request
        let approval = Approval(
            terms: command.terms, limits: command.limits, requester: TextID(rawValue: parked.requester), approver: command.who,
            softChecks: parked.softChecks)
        var obstacles: [Check] = []
        if !approval.isBySomebodyElse { obstacles.append(.otherPerson) }
        if command.terms != order.terms { obstacles.append(.sameTerms) }
        if command.limits != rules.limits.version { obstacles.append(.sameLimits) }
        guard obstacles.isEmpty else {
            for check in obstacles { out.emitSide(finding(of: order, check, .block, now)) }
            return say(command, .approval, .block, now, of: order, into: &out)
        }
        // What has happened since it was parked counts: the rules look again.
        let context = context(of: order, now, isParked: true), verdict = rules.evaluate(order, in: context)
        if let cleared = verdict.cleared(by: approval, limits: rules.limits.version, at: now) {
            unpark(row, into: &out)
            reserve(cleared.request, context, now)
            out.emit(cleared)
            out.emitSide(decision(of: order, .ok, now))
            return say(command, .approval, .ok, now, of: order, into: &out)
        }
        for i in 0..<verdict.count { out.emitSide(verdict[i]) }
        if verdict.isHard {
            unpark(row, into: &out)
            out.emitSide(decision(of: order, .block, now))
        } else {
            // More is soft by now than the approver was shown: it waits on, with all of it on the board.
            reviews[row].softChecks |= verdict.softChecks
            board?.show(reviews, limits: rules.limits.version)
            out.emitSide(finding(of: order, .sameFindings, .block, now))
        }
        say(command, .approval, .block, now, of: order, into: &out)
    }
    private mutating func reject(_ command: DeskCommand, _ now: Int64, into out: inout Output) {
        let row = reviews.find(command.order)
        guard row != 0, command.who != .none else {
            say(command, row == 0 ? .pending : .otherPerson, .block, now, into: &out)
            return say(command, .rejection, .block, now, into: &out)
        }
        end(row, .rejection, .ok, now, into: &out)
    }

    private mutating func unpark(_ row: Int, into out: inout Output) {
        out.cancelTimer(4 * row)
        _ = reviews.remove(row)
        board?.show(reviews, limits: rules.limits.version)
    }
    /// An order that waited is blocked: its decision, and why.
    private mutating func end(
        _ row: Int, _ act: Check, _ outcome: Outcome, _ now: Int64, into out: inout Output, isFiring: Bool = false
    ) {
        if !isFiring { out.cancelTimer(4 * row) }
        let order = reviews.remove(row).request
        board?.show(reviews, limits: rules.limits.version)
        out.emitSide(decision(of: order, .block, now))
        out.emitSide(finding(of: order, act, outcome, now))
    }

    // MARK: Limits

    private mutating func change(_ command: DeskCommand, _ now: Int64, into out: inout Output) {
        let change = LimitChange(command, at: now)
        guard command.who != .none, command.limit != .none, change.until > change.from, !limitBook.isFull || change.isNone,
            limitBook.takes(change)
        else {
            return say(command, .limit, .block, now, into: &out)
        }
        limitBook.add(change, at: now)
        rules = limitBook.rules
        showLimits()
        if let next = limitBook.next(after: now) { out.setTimer(2, at: next) }
        say(command, .limit, .ok, now, measured: change.measured, into: &out)
    }
    /// Whoever looks at an order that waits sees it under these limits from now on.
    private func showLimits() {
        board?.show(limitBook)
        board?.show(reviews, limits: rules.limits.version)
    }
    /// What was made for a time begins and ends at it.
    private mutating func passLimits(_ now: Int64, into out: inout Output) {
        guard now != endOfTime else { return }
        let (begun, ended) = limitBook.pass(to: now)
        rules = limitBook.rules
        showLimits()
        for (changes, act) in [(begun, Check.limitBegan), (ended, .limitEnded)] {
            for change in changes {
                out.emitSide(
                    Finding(
                        eventTime: now, clOrdID: .none, symbol: SymbolID(rawValue: change.symbol), account: .none,
                        strategy: .none,
                        check: act, outcome: .ok, measured: change.measured,
                        scope: change.symbol == 0 ? .firm : .symbol))
            }
        }
        if let next = limitBook.next(after: now) { out.setTimer(2, at: next) }
    }

    // MARK: What is said of it

    private func finding(
        of order: OrderRequest, _ check: Check, _ outcome: Outcome, _ now: Int64, _ measured: Double = .nan,
        _ limit: Double = .nan
    ) -> Finding {
        Finding(
            eventTime: now, clOrdID: order.clOrdID, symbol: order.symbol, account: order.account, strategy: order.strategy,
            check: check, outcome: outcome, measured: measured, limit: limit)
    }
    private func decision(of order: OrderRequest, _ outcome: Outcome, _ now: Int64) -> Finding {
        finding(of: order, .decision, outcome, now)
    }
    private func say(
        _ command: DeskCommand, _ check: Check, _ outcome: Outcome, _ now: Int64, measured: Double = .nan,
        of order: OrderRequest? = nil, into out: inout Output
    ) {
        out.emitSide(
            Finding(
                eventTime: now, clOrdID: command.order, symbol: order?.symbol ?? command.symbol,
                account: order?.account ?? command.account, strategy: order?.strategy ?? command.strategy, check: check,
                outcome: outcome, measured: measured, scope: command.scope))
    }
}
