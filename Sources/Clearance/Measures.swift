import TradingModel

/// What one check measured and allowed, whether or not it had something to say.
public struct Measure: Sendable, Equatable {
    public enum Unit: Sendable, Equatable { case yesOrNo, quantity, money, price, basisPoints, nanoseconds, orders }

    public let check: Check, outcome: Outcome
    /// In the check's unit; NaN where there is none.
    public let measured: Double, limit: Double
    public let unit: Unit
}

extension Rules {
    /// Every check that was made of an order, with its value and limit: `evaluate` keeps only what is not OK. Empty for a
    /// cancel and a status request, which pass unchecked.
    public func measures(of order: OrderRequest, in context: Context) -> [Measure] {
        guard order.action == .new || order.action == .replace else { return [] }
        let verdict = evaluate(order, in: context)
        var found: [Measure] = []
        func pass(_ check: Check, _ unit: Measure.Unit, _ measured: Double, _ limit: Double) {
            found.append(Measure(check: check, outcome: .ok, measured: measured, limit: limit, unit: unit))
        }
        /// What was found is said as it was found; what passed with the values given here.
        func add(_ check: Check, _ unit: Measure.Unit, _ measured: Double = .nan, _ limit: Double = .nan, place: Int = 0) {
            let findings = (0..<verdict.count).map { verdict[$0] }.filter { $0.check == check }
            guard let finding = findings.dropFirst(place).first else { return pass(check, unit, measured, limit) }
            found.append(
                Measure(check: check, outcome: finding.outcome, measured: finding.measured, limit: finding.limit, unit: unit))
        }
        let bounds = limits.bounds(of: order.symbol, at: context.now)
        let reference = context.reference.isNone ? Double.nan : context.reference.double
        let stated = order.price.isNone ? Double.nan : order.price.double
        let price = order.ordType == .limit ? stated : reference
        add(.instrumentKnown, .yesOrNo)
        add(.limitPresent, .yesOrNo)
        if order.ordType == .limit || !order.price.isNone { add(.priceTick, .price, stated, context.instrument.tickSize.double) }
        add(.quantityLot, .quantity, order.orderQty.double, context.instrument.lotSize.double)
        add(.restricted, .yesOrNo)
        let age = context.reference.isNone ? Double.nan : Double(context.referenceAge)
        let isFresh =
            context.reference > .zero && context.referenceAge >= 0 && context.referenceAge <= limits.maxReferenceAge
        let isWithout = limits.goesWithout(context.reference)
        if isWithout {
            // Nothing was measured by a reference price.
        } else if isFresh {
            if order.ordType == .limit, !order.price.isNone, let bounds {
                let apart = (Int128(order.price.rawValue) - Int128(context.reference.rawValue)) * 10_000
                let distance = Double(apart) / Double(context.reference.rawValue)
                add(.collar, .basisPoints, distance, Double(bounds.collarBasisPoints))
            }
            pass(.collar, .nanoseconds, age, Double(limits.maxReferenceAge))
        } else {
            add(.collar, .nanoseconds, age, Double(limits.maxReferenceAge))
        }
        if order.ordType == .market, !isWithout { add(.marketOrder, .nanoseconds, age, Double(limits.maxReferenceAge)) }
        if let bounds {
            let notional = abs(price * order.orderQty.double)
            add(.maxQuantity, .quantity, order.orderQty.double, bounds.maxQuantity.double)
            if !(isWithout && price.isNaN) { add(.maxNotional, .money, notional, bounds.maxNotional.double) }
            if let soft = bounds.softNotional, !price.isNaN { add(.softNotional, .money, notional, soft.double) }
            let more = Int128(order.orderQty.rawValue)
            let long = context.held + context.buying, short = context.selling - context.held
            let worst = (order.side.isBuy ? long : short) + more
            // Two checks share the code: the second finding is the sum's where the position is one too.
            let isOver = worst > Int128(bounds.maxPosition.rawValue)
            if isOver {
                add(.position, .quantity)
            } else {
                pass(.position, .quantity, Double(worst) * 1e-8, bounds.maxPosition.double)
            }
            if let maxGross = limits.maxGross {
                let here = max(long + (order.side.isBuy ? more : 0), short + (order.side.isBuy ? 0 : more))
                let gross = (context.otherGross?.double ?? .nan) + Double(here) * 1e-8 * reference
                add(.position, .money, gross, maxGross.double, place: isOver ? 1 : 0)
            }
        }
        add(.duplicate, .orders, Double(context.duplicates), 0)
        add(.messageRate, .orders, Double(context.recentOrders), Double(limits.throttleOrders))
        // Of the other controls, those that had something to say and whose figures these are not.
        for finding in (0..<verdict.count).map({ verdict[$0] })
        where !found.contains(where: {
            $0.check == finding.check && $0.outcome == finding.outcome
                && ($0.measured == finding.measured || ($0.measured.isNaN && finding.measured.isNaN))
        }) {
            found.append(
                Measure(
                    check: finding.check, outcome: finding.outcome, measured: finding.measured, limit: finding.limit,
                    unit: unit(finding.check)))
        }
        return found
    }

    private func unit(_ check: Check) -> Measure.Unit {
        switch check {
        case .credit, .dailyLoss, .position: .money
        case .softCollar: .basisPoints
        case .selfMatch: .price
        case .childOfParent: .quantity
        case .staleOverride: .nanoseconds
        case .repeatedExecution, .tradeRatio, .openOrders, .softVolume, .concentration: .orders
        default: .yesOrNo
        }
    }
}
