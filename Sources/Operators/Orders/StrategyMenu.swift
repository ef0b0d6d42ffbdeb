import PlainData
import TradingModel

/// The strategies that a slicer offers for parents that name one, and what stands in for what a parent leaves open.
public struct StrategyMenu: Sendable {
    /// Of parents that name no strategy. Its duration is that of all that have no end; its slices those that have no number.
    public var usual: SlicePlan
    /// The strategy of those; `.usual` where it is the plan itself.
    public var usualStrategy = ParentTerms.Strategy.usual
    /// What each strategy needs besides; nil where it is not offered.
    public var curve: VolumeCurve?
    public var rates: SlicePlan.Rates?
    /// With how long a day of trading is.
    public var shortfall: (model: AlmgrenChriss, day: Int64)?
    /// What an iceberg shows where the order does not say it; 0 for nothing, so that it has to.
    public var display: Int64 = 0

    public init(usual: SlicePlan) { self.usual = usual }

    /// How a parent that may begin at `start` is worked; nil where it cannot be: a strategy that is not offered, a time that is
    /// over, a rate that no share is.
    public func plan(_ terms: ParentTerms, from start: Int64) -> SlicePlan? {
        let strategy = terms.strategy == .usual ? usualStrategy : terms.strategy
        if strategy == .usual, terms.end == 0, terms.slices == 0 { return varied(usual, terms) }
        let end = terms.end > 0 ? terms.end : start + usual.duration, duration = end - start
        guard duration > 0, duration < 1 << 60 else { return nil }
        var slices = terms.slices > 0 ? Int(terms.slices) : usual.slices
        let tactic: SlicePlan.Tactic
        switch strategy {
        case .usual: tactic = usual.tactic
        case .even: tactic = .even
        case .direct: (tactic, slices) = (.even, 1)
        case .volume:
            guard let curve else { return nil }
            tactic = .volume(curve)
        case .participation:
            guard let rates = rates(terms) else { return nil }
            let look = max(1, usual.duration / Int64(usual.slices))
            if terms.slices == 0 { slices = Int(min(1_000_000, max(1, duration / look))) }
            tactic = .participation(rates)
        case .shortfall:
            guard let shortfall else { return nil }
            let interval = Double(duration) / Double(slices) / Double(shortfall.day)
            guard shortfall.model.effectiveImpact(interval: interval) > 0 else { return nil }
            tactic = .shortfall(shortfall.model, interval: interval)
        case .iceberg:
            let shown = terms.display > .zero ? terms.display.rawValue : display
            guard shown > 0 else { return nil }
            tactic = .iceberg(display: shown)
        }
        var plan = SlicePlan(
            tactic, duration: duration, slices: slices,
            completion: strategy == .direct ? .completeByEnd : usual.completion, passiveTicks: usual.passiveTicks)
        (plan.leastChild, plan.variation, plan.seed) = (usual.leastChild, usual.variation, usual.seed)
        plan.close = usual.close
        if strategy == .participation { plan.completion = .cancelRemainder }
        return varied(plan, terms)
    }

    private func varied(_ plan: SlicePlan, _ terms: ParentTerms) -> SlicePlan {
        var plan = plan
        if terms.leastChild > .zero { plan.leastChild = terms.leastChild.rawValue }
        if terms.variation >= 0 { plan.variation = Int64(terms.variation) }
        if terms.passiveTicks >= 0 { plan.passiveTicks = Int64(terms.passiveTicks) }
        return plan
    }

    /// The rates asked for, the desk's where not said; nil where they do not fit each other, or nothing of the market is seen.
    private func rates(_ terms: ParentTerms) -> SlicePlan.Rates? {
        guard let rates else { return nil }
        let aim = terms.rate >= 0 ? terms.rate : rates.aim
        let least = terms.leastRate >= 0 ? terms.leastRate : min(rates.least, aim)
        let most = terms.mostRate >= 0 ? terms.mostRate : min(1_000_000, max(rates.most, 2 * aim))
        guard aim > 0, least <= aim, aim <= most, most <= 1_000_000 else { return nil }
        return SlicePlan.Rates(aim: aim, least: least, most: most)
    }
}

/// Terms that came ahead of their order.
struct AwaitedTerms: State {
    var terms = ParentTerms()
    mutating func state(_ coder: inout StateCoder) { coder.element(&terms) }
}
