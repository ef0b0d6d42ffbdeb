import PlainData
import TradingModel

/// The pre-trade checks: a pure function of an order and its context.
///
/// Every check is made, whatever the others say, so that each one's triggers can be counted. The worst finding decides,
/// OK < REVIEW < BLOCK, and what cannot be checked for want of a limit, an instrument or a fresh price is BLOCK. A cancel
/// and a question for an order's status always pass: neither adds risk.
///
/// - Source: the controls' list, after SEC rule 15c3-5, RTS 6 articles 12 to 17 and FIA's best practices of July 2024.
public struct Rules: Sendable {
    public let limits: Limits
    public init(_ limits: Limits) { self.limits = limits }

    /// - Parameter order: a new order, a replace (checked like a new order of its full quantity), a cancel or a status
    ///   request.
    public func evaluate(_ order: OrderRequest, in context: Context) -> Verdict {
        precondition(context.instrument.symbol == order.symbol, "the context is another instrument's")
        var verdict = Verdict(order, referenceAge: context.reference.isNone ? -1 : context.referenceAge)
        if order.action == .new || order.action == .replace {
            checkTerms(order, context, &verdict)
            checkPrice(order, context, &verdict)
            checkSize(order, context, &verdict)
            checkPosition(order, context, &verdict)
            checkFlow(context, &verdict)
            checkRates(context.standing, &verdict)
            checkStanding(order, context, &verdict)
            checkExposure(order, context, &verdict)
        }
        return verdict
    }

    /// C01, C02, C04, C10: whether it is an order at all, and one that this desk trades.
    private func checkTerms(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        if !context.instrument.isDefined || !context.isOpen { verdict.block(.instrumentKnown) }
        if limits.bounds(of: order.symbol, at: context.now) == nil { verdict.block(.limitPresent) }
        let isWhole = order.orderQty > .zero && context.instrument.isOnLot(order.orderQty) && order.side != .none
        if !isWhole { verdict.block(.quantityLot, order.orderQty.double, context.instrument.lotSize.double) }
        if limits.restricted.contains(order.symbol) { verdict.block(.restricted) }
    }

    /// C03, C07, C08: the price, its grid and its distance from a fresh reference.
    private func checkPrice(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        switch order.ordType {
        case .limit where order.price <= .zero || !context.instrument.isOnTick(order.price):
            verdict.block(.priceTick, order.price.isNone ? .nan : order.price.double, context.instrument.tickSize.double)
        case .market where !order.price.isNone: verdict.block(.priceTick, order.price.double)
        default: break
        }
        if limits.goesWithout(context.reference) { return }
        guard isFresh(context) else {
            let age = context.reference.isNone ? Double.nan : Double(context.referenceAge)
            verdict.block(.collar, age, Double(limits.maxReferenceAge))
            if order.ordType == .market { verdict.block(.marketOrder, age, Double(limits.maxReferenceAge)) }
            return
        }
        guard order.ordType == .limit, !order.price.isNone, let bounds = limits.bounds(of: order.symbol, at: context.now) else {
            return
        }
        let apart = (Int128(order.price.rawValue) - Int128(context.reference.rawValue)) * 10_000
        if apart.magnitude > (Int128(context.reference.rawValue) * Int128(bounds.collarBasisPoints)).magnitude {
            let distance = Double(apart) / Double(context.reference.rawValue)
            verdict.block(.collar, distance, Double(bounds.collarBasisPoints))
        }
    }

    /// A reference that is there, positive, and not too old.
    private func isFresh(_ context: Context) -> Bool {
        !context.reference.isNone && context.reference > .zero && context.referenceAge >= 0
            && context.referenceAge <= limits.maxReferenceAge
    }

    /// C05, C06, S1: the size of this one order.
    private func checkSize(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        guard let bounds = limits.bounds(of: order.symbol, at: context.now) else { return }
        if order.orderQty > bounds.maxQuantity {
            verdict.block(.maxQuantity, order.orderQty.double, bounds.maxQuantity.double)
        }
        let price = order.ordType == .limit ? order.price : context.reference
        if price.isNone, limits.goesWithout(context.reference) { return }
        guard !price.isNone else { return verdict.block(.maxNotional, .nan, bounds.maxNotional.double) }
        let notional = Notional(price, order.orderQty).magnitude
        if notional > bounds.maxNotional { verdict.block(.maxNotional, notional.double, bounds.maxNotional.double) }
        if let soft = bounds.softNotional, notional > soft { verdict.review(.softNotional, notional.double, soft.double) }
    }

    /// C12: the position if everything on the order's side fills, and nothing on the other.
    private func checkPosition(_ order: OrderRequest, _ context: Context, _ verdict: inout Verdict) {
        guard let bounds = limits.bounds(of: order.symbol, at: context.now) else { return }
        let more = Int128(order.orderQty.rawValue)
        let worst = order.side.isBuy ? context.held + context.buying + more : context.selling + more - context.held
        if worst > Int128(bounds.maxPosition.rawValue) {
            verdict.block(.position, Double(worst) * 1e-8, bounds.maxPosition.double)
        }
        guard let maxGross = limits.maxGross else { return }
        let long = context.held + context.buying + (order.side.isBuy ? more : 0)
        let short = context.selling - context.held + (order.side.isBuy ? 0 : more)
        let (here, over) = max(long, short).multipliedReportingOverflow(by: Int128(context.reference.rawValue))
        guard let other = context.otherGross, !context.reference.isNone, !over else {
            return verdict.block(.position, .nan, maxGross.double)
        }
        let (gross, past) = other.rawValue.addingReportingOverflow(here)
        if past || gross > maxGross.rawValue {
            verdict.block(.position, other.double + Notional(rawValue: here).double, maxGross.double)
        }
    }

    /// C09, C15: what came shortly before.
    private func checkFlow(_ context: Context, _ verdict: inout Verdict) {
        if context.duplicates > 0 { verdict.block(.duplicate, Double(context.duplicates), 0, window: limits.duplicateWindow) }
        if context.recentOrders >= limits.throttleOrders {
            verdict.block(
                .messageRate, Double(context.recentOrders), Double(limits.throttleOrders), window: limits.throttleWindow)
        }
    }

    /// C15 of one strategy and of one account.
    private func checkRates(_ standing: Standing, _ verdict: inout Verdict) {
        func check(_ recent: Int, _ most: Int?, _ scope: Scope) {
            guard let most, recent >= most else { return }
            verdict.block(.messageRate, Double(recent), Double(most), window: limits.throttleWindow, scope: scope)
        }
        check(standing.recentOfStrategy, limits.controls.strategyThrottle, .strategy)
        check(standing.recentOfAccount, limits.controls.accountThrottle, .account)
    }
}
