import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// A random slice of the desk: trades → bars → signals → targets → drift → compliance → slicer, with all constants and
/// some of the wiring from a seed. What a loop brings back, and what the venue says, are records like any other.
struct RandomDesk {
    enum Record {
        case trade(Trade), update(OrderUpdate), position(PositionUpdate), parent(ParentUpdate), command(DeskCommand), idle(Bool),
            end
    }

    let trades: TypedPort<Trade>, updates: TypedPort<OrderUpdate>
    let positions: TypedPort<PositionUpdate>, parents: TypedPort<ParentUpdate>
    let commands: TypedPort<DeskCommand>
    let late: Edge<Trade>, children: Edge<ClearedOrder>, progress: Edge<ParentUpdate>, findings: Edge<Finding>

    init(seed: UInt64, _ graph: Graph) {
        var random = SplitMix64(seed: seed)
        func pick(_ values: Int64...) -> Int64 { values[random.below(values.count)] }
        trades = graph.source("trades", Trade.self, lateness: pick(0, 50, 2_000))
        updates = graph.source("updates", OrderUpdate.self, holdsWatermark: false)
        positions = graph.source("positions", PositionUpdate.self, holdsWatermark: false)
        parents = graph.source("parents", ParentUpdate.self, holdsWatermark: false)
        commands = graph.source("commands", DeskCommand.self, holdsWatermark: false)

        let length = pick(100, 300, 1_000)
        let timeBars = graph.add("bars", TimeBars(length: length, lateness: pick(0, 20, 400)), from: trades.edge)
        let bars = timeBars.out
        late = timeBars.side
        let others = graph.add("others", TimeBars(length: length, lateness: pick(0, 1_500)), from: trades.edge).out
        let fast = graph.add("fast", EMA(period: Int(pick(1, 2, 3)), seed: .first), from: bars).out
        let slow = graph.add("slow", EMA(period: Int(pick(4, 6)), seed: .sma), from: random.below(2) == 0 ? bars : others).out
        graph.add("rsi", RSI(period: Int(pick(2, 5))), from: random.below(2) == 0 ? bars : others)
        graph.add("zscore", ZScore<Bar>(window: Int(pick(2, 7))), from: bars)
        let rule = MomentumTargets(gain: 30, maxWeight: 0.5, step: 0.001)
        let targets = graph.add("targets", rule, from: fast, and: slow).out

        let parameters = Drift<Trade>.Parameters(
            equity: money(1_000_000), bandBasisPoints: pick(0, 10, 50), style: .limit(ticks: pick(0, 5)), hold: pick(50, 500),
            account: account, strategy: strategy)
        let lot = pick(1, 10)
        let drift = Drift<Trade>(parameters, instruments: instruments(lot: lot), ids: ClOrdIDMaker(day: 1, vertex: 1))
        let proposals = graph.add("drift", drift, from: targets, positions.edge, trades.edge, parents.edge).out
        let limits = looseLimits {
            $0.common?.maxPosition = Quantity(units: pick(2_000, 50_000))
            ($0.throttleOrders, $0.throttleWindow, $0.duplicateWindow) = (Int(pick(3, 20)), 500, pick(0, 300))
            ($0.maxReferenceAge, $0.maxGross) = (pick(100, 5_000), random.below(2) == 0 ? nil : money(2_000_000))
        }
        let compliance = Compliance<Trade>(
            limits, instruments: instruments(lot: lot), ids: ClOrdIDMaker(day: 1, vertex: 3))
        let cleared = graph.add(
            "compliance", compliance, from: proposals, positions.edge, trades.edge, parents.edge, commands.edge)
        let slicing = SlicePlan(
            duration: pick(200, 2_000), slices: Int(pick(1, 3, 8)),
            completion: random.below(2) == 0 ? .completeByEnd : .cancelRemainder, passiveTicks: pick(0, 2))
        let twap = Slicer(slicing, instruments: instruments(lot: lot), ids: ClOrdIDMaker(day: 1, vertex: 2))
        let sliced = graph.add("twap", twap, from: cleared.out, and: updates.edge)
        (children, progress, findings) = (sliced.out, sliced.side, cleared.side)
    }

    func offer(_ record: Record, _ driver: GraphDriver) {
        switch record {
        case .trade(let element): driver.offer(element, to: trades)
        case .update(let element): driver.offer(element, to: updates)
        case .position(let element): driver.offer(element, to: positions)
        case .parent(let element): driver.offer(element, to: parents)
        case .command(let element): driver.offer(element, to: commands)
        case .idle(let isIdle): isIdle ? driver.setIdle(trades) : driver.setActive(trades)
        case .end: driver.end()
        }
    }
}

/// Makes a day of records by running a random desk record by record, with a venue that does as it likes.
struct RandomDay {
    private struct Child {
        let order: OrderRequest
        var filled: Int64 = 0, isCanceling = false
    }
    private(set) var records: [RandomDesk.Record] = []
    let desk: RandomDesk
    let orders: Collected<ClearedOrder>, progress: Collected<ParentUpdate>, findings: Collected<Finding>
    private let run = Harness(cut: Cuts.every(1))
    private var random: SplitMix64, children: [Child] = [], held: [SymbolID: Int64] = [:]
    private var time: Int64 = 1_000, last: [Double] = [0, 100, 50, 20]

    init(seed: UInt64, count: Int) {
        random = SplitMix64(seed: seed &+ 1_000_003)
        desk = RandomDesk(seed: seed, run.graph)
        orders = run.collect(desk.children)
        progress = run.collect(desk.progress)
        findings = run.collect(desk.findings)
        for _ in 0..<count { step() }
        take(.end)
    }

    private mutating func take(_ record: RandomDesk.Record) {
        records.append(record)
        desk.offer(record, run.records)
        run.run()
        for order in orders.fresh().map(\.request) {
            if order.action == .new {
                children.append(Child(order: order))
            } else if let at = children.firstIndex(where: { $0.order.clOrdID == order.origClOrdID }) {
                children[at].isCanceling = true
            }
        }
        if case .end = record { return }
        for update in progress.fresh() { take(.parent(update)) }
    }
    private mutating func step() {
        switch random.below(60) {
        case 0: take(.idle(random.below(2) == 0))
        case 59: take(.command(command()))
        case 1..<20 where !children.isEmpty: answer(random.below(children.count))
        default:
            time += Int64(random.below(random.below(40) == 0 ? 900 : 12))
            let symbol = 1 + random.below(3)
            last[symbol] = max(1, last[symbol] * (1 + 0.004 * (random.unit() - 0.5)))
            let units = (last[symbol] * 100).rounded() / 100
            take(
                .trade(
                    trade(
                        at: time - Int64(random.below(random.below(10) == 0 ? 600 : 30)), units, Double(1 + random.below(100)),
                        of: SymbolID(rawValue: UInt32(symbol)))))
        }
    }
    /// More often armed than stopped, so that the desk trades.
    private mutating func command() -> DeskCommand {
        let verbs: [DeskCommand.Verb] = [.kill, .reduce, .rearm, .rearm, .rearm], scopes: [Scope] = [.firm, .symbol, .strategy]
        return DeskCommand(
            eventTime: time, verb: verbs[random.below(5)], scope: scopes[random.below(3)], who: TextID(rawValue: 9),
            strategy: strategy, symbol: one)
    }
    private mutating func answer(_ at: Int) {
        let open = children[at].order.orderQty.rawValue - children[at].filled
        let isOver = children[at].isCanceling || random.below(6) == 0
        let fill = isOver ? 0 : random.below(2) == 0 ? open : open / Quantity.one / 2 * Quantity.one
        children[at].filled += fill
        let child = children[at], order = child.order, isFilled = fill == open && open > 0
        held[order.symbol, default: 0] += order.side.sign * fill
        if fill > 0 {
            let quantity = Quantity(rawValue: held[order.symbol] ?? 0)
            take(.position(position(at: time, quantity.double, of: order.symbol)))
        }
        take(
            .update(
                OrderUpdate(
                    eventTime: time, clOrdID: order.clOrdID, parentID: order.parentID, symbol: order.symbol, account: account,
                    strategy: strategy, side: order.side, ordStatus: isFilled ? .filled : isOver ? .canceled : .partiallyFilled,
                    execType: isOver ? .canceled : .trade, orderQty: order.orderQty, cumQty: Quantity(rawValue: child.filled),
                    leavesQty: .zero, lastQty: Quantity(rawValue: fill), lastPx: order.price, avgPx: .none, cumNotional: .zero,
                    execID: .none, pending: 0, certainty: .known)))
        if isFilled || isOver { children.removeAll { $0.order.clOrdID == order.clOrdID } }
    }
}
