import Clearance
import Operators
import PlainData
import Topology
import TradingModel

extension Lineage {
    /// Which slice of a schedule a child is, from when its parent was accepted. Nil of a slicer that has no slices.
    func slice(of child: OrderRequest, vertex: String) -> (number: Int, of: Int)? {
        guard let settings = topology.vertex(vertex)?.settings, settings.has("slices"), let parent = request(child.parentID)
        else { return nil }
        let slices = settings.integer("slices"), duration = settings.duration("duration")
        let (each, rest) = duration.quotientAndRemainder(dividingBy: slices)
        let begun = (0..<slices).prefix { index in
            parent.eventTime + each * index + Int64(Int128(rest) * Int128(index) / Int128(slices)) <= child.eventTime
        }
        return (max(1, begun.count), Int(slices))
    }

    /// An order of the chain as it was first asked for.
    func request(_ id: ClOrdID) -> OrderRequest? {
        for step in steps {
            if let request = step.element as? OrderRequest, request.clOrdID == id { return request }
            if let order = step.element as? ClearedOrder, order.request.clOrdID == id { return order.request }
        }
        return nil
    }

    /// What is worked out anew from the chain's own values. Nil where the result is not what the vertex made: then
    /// something else played a part.
    struct DriftSum {
        var weight: Double, equity: Notional, price: Price, wanted: Quantity, held: Quantity, off: Quantity, worth: Notional,
            band: Notional
        /// Where the position was said; nil when nothing was ever held.
        var position: LineageStep?
    }
    func drift(_ request: OrderRequest, _ step: LineageStep) -> DriftSum? {
        guard step.kind == "drift", let settings = topology.vertex(step.vertex)?.settings, request.action == .new,
            let target = step.input("targets")?.element as? Target, let price = step.input("prices")?.element.lastKnownPrice,
            let equity = try? Notional(settings.decimal("equity")), price > .zero
        else { return nil }
        let position = step.input("positions"), held = (position?.element as? PositionUpdate)?.quantity ?? .zero
        // As the drift does it: the weight in 1e-9, whole lots, toward zero.
        let (money, over) = Int128((target.weight * 1e9).rounded()).multipliedReportingOverflow(by: equity.rawValue)
        guard !over, let exact = Int64(exactly: money / (Int128(price.rawValue) * 1_000_000_000)) else { return nil }
        let wanted = Quantity(rawValue: exact).rounded(downTo: instruments[request.symbol].lotSize), off = wanted - held
        guard off.magnitude == request.orderQty, (off > .zero) == request.side.isBuy else { return nil }
        let band = Notional(rawValue: equity.rawValue / 10_000 * Int128(settings.integer("band")))
        return DriftSum(
            weight: target.weight, equity: equity, price: price, wanted: wanted, held: held, off: off,
            worth: Notional(price, off).magnitude, band: band, position: position)
    }

    /// The decision of compliance about an order at a record.
    func decision(_ id: ClOrdID, _ sequence: UInt64) -> ComplianceWitness.Decision? {
        decisions.first { $0.order.clOrdID == id && $0.sequence == sequence }
    }
}

extension LineageStep {
    /// What the vertex had from an input: the element that it was handling, or the newest before.
    func input(_ port: String) -> LineageStep? {
        if case .element(let step, let name) = cause, name == port { return step }
        return known.first { $0.port == port }?.step
    }
}

extension Element {
    fileprivate var lastKnownPrice: Price? { (self as? any Priced)?.lastPrice }
}

extension LineageWords {
    /// How a step was worked out, a line each; empty where its own line says all.
    public func details(_ step: LineageStep) -> [String] {
        var lines: [String] = []
        if case .timer(let time) = step.cause { lines.append("its time had come: \(clock(time))") }
        switch step.element {
        case let bar as Bar: lines += details(bar, step)
        case let signal as Signal: lines += details(signal, step)
        case let target as Target: lines += details(target, step)
        case let request as OrderRequest: lines += details(request, step)
        case let order as ClearedOrder where step.kind == "compliance":
            lines += measures(order.clOrdID, step)
        case let finding as Finding where finding.check == .decision: lines += measures(finding.clOrdID, step)
        default: lines += others(step)
        }
        return lines
    }

    /// Of a vertex without words of its own: what it knew that has no place in the chain.
    private func others(_ step: LineageStep) -> [String] {
        guard !["oms", "positions", "compliance"].contains(step.kind), !OperatorKinds.slicers.contains(step.kind) else {
            return []
        }
        return step.known.filter(\.step.isValueOnly).map { "\($0.port): \(line($0.step)) (record \($0.step.sequence))" }
    }

    private func details(_ bar: Bar, _ step: LineageStep) -> [String] {
        guard let last = step.input("in"), let trade = last.element as? Trade, trade.eventTime < bar.closeTime,
            trade.eventTime >= bar.time
        else { return [] }
        return ["its last trade is record \(last.sequence): \(trade.price) × \(trade.size) at \(clock(trade.eventTime))"]
    }
    private func details(_ signal: Signal, _ step: LineageStep) -> [String] {
        guard step.kind == "ema", let before = (step.before as? Signal)?.value, let bar = step.input("in")?.element as? Bar,
            case .integer(let period) = settings(step)?["period"]
        else { return [] }
        let value = before + (bar.close.double - before) * (2 / Double(period + 1))
        guard value == signal.value else { return [] }
        return ["\(number(before)) + (\(bar.close) - \(number(before))) × 2 / \(period + 1) = \(number(value))"]
    }
    private func details(_ target: Target, _ step: LineageStep) -> [String] {
        guard step.kind == "momentum-targets", let fast = step.input("fast")?.element as? Signal,
            let slow = step.input("slow")?.element as? Signal, let settings = settings(step)
        else { return [] }
        let gain = settings.double("gain"), most = settings.double("max_weight")
        let raw = gain * ((fast.value - slow.value) / slow.value)
        guard max(-most, min(most, raw)) == target.weight else { return [] }
        let within = abs(raw) > most ? " = \(number(raw)), held to ±\(number(most))" : " = \(number(raw))"
        return ["\(number(gain)) × (\(number(fast.value)) - \(number(slow.value))) / \(number(slow.value))" + within]
    }
    private func details(_ request: OrderRequest, _ step: LineageStep) -> [String] {
        guard let sum = lineageDrift(request, step) else { return [] }
        let held = sum.position.map { "\(sum.held) (record \($0.sequence))" } ?? "0, nothing yet"
        return [
            "wanted \(sum.wanted) = \(number(sum.weight)) × \(sum.equity) / \(sum.price), in whole lots; held \(held)",
            "off by \(sum.off), worth \(sum.worth); the band is \(sum.band)",
        ]
    }
    private func measures(_ order: ClOrdID, _ step: LineageStep) -> [String] {
        guard let decision = decision(order, step.sequence) else { return [] }
        let plain = decision.measures.filter { $0.unit == .yesOrNo && $0.outcome == .ok }.map(\.check.code)
        let lines = decision.measures.filter { $0.unit != .yesOrNo || $0.outcome != .ok }.map { measure in
            let outcome = measure.outcome == .ok ? "" : "  \(measure.outcome.text(names))"
            return "\(measure.check.code) \(words(measure))\(outcome)"
        }
        return plain.isEmpty ? lines : ["\(plain.joined(separator: " ")) passed"] + lines
    }
    func words(_ measure: Measure) -> String {
        let (measured, limit) = (number(measure.measured), number(measure.limit))
        return switch (measure.check, measure.unit) {
        case (.priceTick, _): "price \(measured), tick \(limit)"
        case (.quantityLot, _): "quantity \(measured), lot \(limit)"
        case (.collar, .basisPoints): "\(measured) bps from the last price, \(limit) allowed"
        case (_, .nanoseconds): "last price \(span(measure.measured)) old, \(span(measure.limit)) allowed"
        case (.position, .money): "positions worth \(measured) at worst, \(limit) allowed"
        case (.position, _): "position \(measured) at worst, \(limit) allowed"
        case (.maxQuantity, _): "quantity \(measured), \(limit) allowed"
        case (.maxNotional, _), (.softNotional, _): "worth \(measured), \(limit) allowed"
        case (.duplicate, _): "equal orders of late: \(measured), \(limit) allowed"
        case (.messageRate, _): "orders before it in the window: \(measured), \(limit) allowed"
        case (_, .yesOrNo): "\(measure.check)"
        default: "\(measure.check) \(measured), \(limit) allowed"
        }
    }

    /// Nanoseconds as a person reads them.
    public func span(_ nanoseconds: Double) -> String {
        guard nanoseconds.isFinite else { return "" }
        let size = abs(nanoseconds)
        func text(_ unit: Double, _ name: String) -> String {
            "\(Decimal.text(Int64((nanoseconds / unit * 1_000).rounded()), scale: 3)) \(name)"
        }
        if size < 1e3 { return "\(Int64(nanoseconds)) ns" }
        return size < 1e6 ? text(1e3, "µs") : size < 1e9 ? text(1e6, "ms") : text(1e9, "s")
    }
}
