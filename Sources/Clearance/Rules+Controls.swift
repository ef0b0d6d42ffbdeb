import TradingModel

extension Rules {
    /// C10, C11, C17 to C20 and S4: who orders, and whether anybody may.
    func checkStanding(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        let controls = limits.controls, standing = context.standing
        if let locates = controls.locates, order.side == .sellShort, !locates.contains(order.symbol) {
            verdict.block(.restricted)
        }
        if let accounts = controls.accounts, !accounts.contains(order.account) { verdict.block(.unauthorised) }
        if let strategies = controls.strategies, !strategies.contains(order.strategy) { verdict.block(.unauthorised) }
        if standing.isStopped || controls.maxRepeats.map({ standing.repeats >= $0 }) ?? false {
            verdict.block(
                .repeatedExecution, Double(standing.repeats), controls.maxRepeats.map(Double.init) ?? .nan,
                window: controls.repeatsWindow ?? -1)
        }
        if standing.halt == .stopped || (standing.halt == .reduceOnly && !reduces(order, context)) {
            verdict.block(.halted, scope: standing.haltScope)
        }
        if controls.refusesSelfMatch, !standing.bestOpposite.isNone {
            let own = standing.bestOpposite
            let crosses = order.ordType == .market || (order.side.isBuy ? order.price >= own : order.price <= own)
            if crosses { verdict.block(.selfMatch, order.price.isNone ? .nan : order.price.double, own.double) }
        }
        if !order.parentID.isNone, standing.parentLeft.map({ order.orderQty > $0 }) ?? true {
            verdict.block(.childOfParent, order.orderQty.double, standing.parentLeft?.double ?? .nan)
        }
        if let most = controls.maxOrderTradeRatio, standing.ordersPassed >= controls.ratioAfter {
            let ratio = Double(standing.ordersPassed + 1) / Double(max(1, standing.trades))
            if ratio > most { verdict.block(.tradeRatio, ratio, most) }
        }
        if controls.reviewsFirstTrade, !standing.hasTraded { verdict.review(.firstTrade, .nan, .nan) }
        if let until = controls.overriddenUntil[order.symbol], context.now >= until {
            verdict.review(.staleOverride, Double(context.now - until), 0)
        }
    }

    /// Whether an order makes a position smaller and cannot turn it, even if all that works fills.
    func reduces(_ order: OrderRequest, _ context: Context) -> Bool {
        let more = Int128(order.orderQty.rawValue)
        return order.side.isBuy ? context.buying + more <= -context.held : context.selling + more <= context.held
    }

    /// C12 to C14 and S2, S3, S5, S6: what the desk would have if everything that works filled, in money.
    func checkExposure(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        let controls = limits.controls, more = Int128(order.orderQty.rawValue)
        let short = context.selling - context.held + (order.side.isBuy ? 0 : more)
        let long = context.held + context.buying + (order.side.isBuy ? more : 0)
        if controls.isLongOnly, !order.side.isBuy, short > 0 { verdict.block(.position, -Double(short) * 1e-8, 0) }
        if let percent = controls.softVolumePercent {
            let share = controls.dailyVolume[order.symbol].map { order.orderQty.double / $0.double * 100 } ?? .nan
            if !(share <= percent) { verdict.review(.softVolume, share, percent) }
        }
        checkOpen(order, context, &verdict)
        checkSums(order, context, long: long, short: short, &verdict)
        if let soft = controls.softCollarBasisPoints, order.ordType == .limit, !order.price.isNone, context.reference > .zero {
            let apart = (order.price.double / context.reference.double - 1) * 10_000
            if abs(apart) > Double(soft) { verdict.review(.softCollar, apart, Double(soft)) }
        }
        if let percent = controls.softConcentrationPercent {
            let capital = controls.capital?.double ?? .nan
            let share = Double(max(long, short)) * 1e-8 * reference(context) / capital * 100
            if !(share <= percent) { verdict.review(.concentration, share, percent) }
        }
    }

    /// C13 and C14.
    private func checkOpen(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        let controls = limits.controls, standing = context.standing
        if let most = controls.maxOpenOrders, order.action == .new, standing.openOrders >= most {
            verdict.block(.openOrders, Double(standing.openOrders + 1), Double(most))
        }
        guard controls.maxOpenNotional != nil || controls.asksCredit else { return }
        let price = order.ordType == .limit ? order.price : context.reference
        let added = price.isNone ? nil : Notional(price, order.orderQty).magnitude
        func check(_ check: Check, _ used: Notional, _ limit: Notional?) {
            guard let added, let limit else { return verdict.block(check, .nan, limit?.double ?? .nan) }
            let (sum, over) = (used.rawValue - standing.taken.rawValue).addingReportingOverflow(added.rawValue)
            if over || sum > limit.rawValue {
                verdict.block(check, used.double - standing.taken.double + added.double, limit.double)
            }
        }
        if let most = controls.maxOpenNotional { check(.openOrders, standing.openNotional, most) }
        if controls.asksCredit, order.side.isBuy || order.side == .sellShort {
            check(.credit, standing.creditUsed, controls.creditByAccount[order.account] ?? controls.credit)
        }
    }

    /// The sums of C12, and the day's result.
    private func checkSums(
        _ order: OrderRequest, _ context: Context, long: Int128, short: Int128, _ verdict: inout Verdict
    ) {
        let controls = limits.controls
        guard controls.needsSums else { return }
        let sums = context.standing.sums
        /// Exact, or nil where a price is missing or the sum fits nowhere.
        func sum(_ others: Notional?, _ quantity: Int128) -> Notional? {
            guard let others, context.reference > .zero else { return nil }
            let (own, over) = quantity.multipliedReportingOverflow(by: Int128(context.reference.rawValue))
            let (sum, past) = others.rawValue.addingReportingOverflow(own)
            return over || past ? nil : Notional(rawValue: sum)
        }
        func check(_ limit: Notional?, _ others: Notional?, _ own: Int128) {
            guard let limit else { return }
            let sum = sum(others, own)
            if sum.map({ $0 > limit }) ?? true { verdict.block(.position, sum?.double ?? .nan, limit.double) }
        }
        if order.side.isBuy {
            check(controls.maxNet, sums?.netLong, long)
            check(controls.maxLong, sums?.long, max(0, long))
        } else {
            check(controls.maxNet, sums?.netShort, short)
            check(controls.maxShort, sums?.short, max(0, short))
        }
        let loss = sums.map { -$0.profit }
        if let most = controls.maxLoss, loss.map({ $0 >= most }) ?? true, !reduces(order, context) {
            verdict.block(.halted, loss?.double ?? .nan, most.double)
        }
        if let soft = controls.softLoss, loss.map({ $0 >= soft }) ?? true {
            verdict.review(.dailyLoss, loss?.double ?? .nan, soft.double)
        }
    }
    private func reference(_ context: Context) -> Double {
        context.reference.isNone || context.reference <= .zero ? .nan : context.reference.double
    }
}
