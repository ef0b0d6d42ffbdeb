import Clearance
import Desk
import Foundation
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A venue that fills every order at once and in full, at its limit: one acknowledgement, one fill, in the next batch.
struct InstantFills: Operator, ~Copyable {
    private var number: UInt32 = 0
    var mostOutputs: Int { 2 }

    mutating func process(_ order: ClearedOrder, into out: inout Emitter<ExecutionReport, Nothing>) {
        let request = order.request
        guard request.action == .new else { return }
        number += 1
        var report = ExecutionReport(
            eventTime: request.eventTime, clOrdID: request.clOrdID, orderID: TextID(rawValue: number), execType: .new,
            ordStatus: .new, symbol: request.symbol, side: request.side, orderQty: request.orderQty,
            leavesQty: request.orderQty, account: request.account)
        out.emit(report)
        (report.execType, report.ordStatus, report.execID) = (.trade, .filled, TextID(rawValue: number))
        (report.cumQty, report.leavesQty, report.lastQty) = (request.orderQty, .zero, request.orderQty)
        (report.lastPx, report.avgPx) = (request.price, request.price)
        out.emit(report)
    }
    mutating func state(_ coder: inout StateCoder) { coder.field(&number) }
}

/// A desk without sockets: a topology's graph, its loops closed, its orders filled at once.
final class DeskChain {
    let assembly: Assembly
    let trades: TypedPort<Trade>
    /// What was filled, and what the desk believes that it holds, by instrument.
    private(set) var filled: [Int64] = [], held: [Int64] = [], fills = 0
    private let orders: Edge<ClearedOrder>
    private var loops: [(Engine) -> Void] = []
    var graph: Graph { assembly.graph }

    init(_ text: String) throws {
        let topology: CheckedTopology
        do throws(TopologyRefusal) {
            topology = try TopologyFile.check(text: text, named: "bench", against: Kinds.catalog)
        } catch { throw Refusal.configuration(error.description) }
        let names = Names()
        assembly = Assembly(topology, names: names, day: 2_000)
        _ = names.takeFresh()
        filled = Array(repeating: 0, count: names.count(in: .symbols))
        held = filled
        let ports = assembly.graph.ports
        func port<T: Element>(_ name: String, _: T.Type = T.self) throws -> TypedPort<T> {
            guard let found = ports.first(where: { $0.name == name }) as? TypedPort<T> else {
                throw Refusal.answer("the bench's topology has no source \(name) of \(T.elementName)")
            }
            return found
        }
        trades = try port("trades")
        let intents: TypedPort<ClearedOrder> = try port("intents"), progress: TypedPort<ParentUpdate> = try port("progress")
        let reports: TypedPort<ExecutionReport> = try port("reports")
        orders = intents.edge
        let answers = assembly.graph.add("fills", InstantFills(), from: intents.edge).out
        for vertex in topology.vertices {
            guard let loop = vertex.loop else { continue }
            if vertex.name == "intents", let edge = assembly.edge(loop) as? Edge<ClearedOrder> {
                loops.append { $0.loop(intents, of: edge) }
            }
            if vertex.name == "progress", let edge = assembly.edge(loop) as? Edge<ParentUpdate> {
                loops.append { $0.loop(progress, of: edge) }
            }
        }
        loops.append { $0.loop(reports, of: answers) }
        watch(reports.edge)
    }
    private func watch(_ reports: Edge<ExecutionReport>) {
        graph.sink("fills.sum", from: reports) { [unowned self] offer in
            for i in 0..<offer.count where offer[i].execType == .trade {
                fills += 1
                filled[offer[i].symbol.index] += offer[i].side.sign * offer[i].lastQty.rawValue
            }
            return offer.count
        }
        for vertex in assembly.topology.vertices where vertex.kind == "compliance" {
            guard let positions = assembly.input(vertex, "positions", as: PositionUpdate.self) else { continue }
            graph.sink("positions.last", from: positions) { [unowned self] offer in
                for i in 0..<offer.count { held[offer[i].symbol.index] = offer[i].quantity.rawValue }
                return offer.count
            }
        }
    }

    /// An engine over the graph: the loops closed, the orders handed to `queue` when they are durable.
    func engine(_ options: EngineOptions = EngineOptions()) -> Engine {
        let engine = Engine(graph, names: assembly.names, options: options)
        for loop in loops { loop(engine) }
        return engine
    }
    func attachOrders(to engine: Engine, _ queue: TypedEffectQueue<ClearedOrder>) {
        engine.effect("orders", from: orders, into: queue)
    }

    /// What is held must be what was filled.
    func check() throws {
        guard fills > 0 else {
            let counts = (graph.ports.map(\.edgeOfAnyType) + graph.hashedEdges).map { "\($0.name) \($0.total)" }
            throw Refusal.answer("the desk has not traded: \(counts.joined(separator: ", "))")
        }
        for (symbol, quantity) in filled.enumerated() where quantity != held[symbol] {
            throw Refusal.answer(
                "\(assembly.names.text(UInt32(symbol), in: .symbols)): \(quantity) was filled, \(held[symbol]) is held (in 1e-8)")
        }
    }
    var digests: [UInt64] { graph.hashedEdges.map(\.digest.value) }

    /// The topology of the desk bench: from trades to bars, signals, targets, orders, slices, fills and positions.
    static var desk: String {
        text("bench-desk", targets: "momentum", equity: "100000000", slicing: "duration: 2m, slices: 4", throttle: 1_000)
    }

    /// - Parameters:
    ///   - source: a source beside the trades, as a line.
    ///   - targets: the vertex whose targets the desk follows.
    static func text(
        _ name: String, source: String = "", targets: String, equity: String, slicing: String, throttle: Int
    ) -> String {
        """
        topology: \(name)
        clock: { kind: event }
        sources:
          trades:    { kind: file, path: none, format: trades-csv }
          reports:   { kind: fix, session: broker }
          intents:   { kind: loop, of: slicer }
          progress:  { kind: loop, of: slicer.parents }
        \(source)
        operators:
          bars:      { kind: time-bars, from: trades, every: 1m }
          fast:      { kind: ema, from: bars, period: 5 }
          slow:      { kind: ema, from: bars, period: 20 }
          rsi:       { kind: rsi, from: bars, period: 14 }
          zscore:    { kind: zscore, from: bars, period: 30 }
          momentum:  { kind: momentum-targets, from: { fast: fast, slow: slow }, gain: 2, max_weight: 0.01, step: 0.001 }
          drift:     { kind: drift, equity: "\(equity)", band: 5, offset: 2, hold: 2m,
                       from: { targets: \(targets), positions: positions, prices: trades, parents: progress } }
          compliance: { kind: compliance, from: { orders: drift, positions: positions, prices: trades, parents: progress } }
          slicer:    { kind: twap, \(slicing), from: { orders: compliance, updates: oms } }
          oms:       { kind: oms, from: { orders: intents, reports: reports } }
          positions: { kind: positions, from: oms }
        sinks:
          orders:    { kind: fix, session: broker, from: intents }
          shown:     { kind: "null", from: rsi }
          watched:   { kind: "null", from: zscore }
          wished:    { kind: "null", from: momentum }
        \(surroundings(throttle))
        """
    }

    /// The session that no bench opens, the instruments of the bench's trades, and limits that let a desk trade.
    private static func surroundings(_ throttle: Int) -> String {
        """
        sessions:
          broker:    { role: initiator, version: FIX.4.4, sender: FLOOR, target: BROKER, host: 127.0.0.1, port: 9880 }
        instruments:
        \(BenchTrades.symbols.map { "  \($0): { tick: \"0.01\", lot: \"1\" }" }.joined(separator: "\n"))
        limits: { max_quantity: "200000", max_notional: "10000000", max_position: "2000000", collar: 500, max_age: 1m,
                  throttle: \(throttle), throttle_window: 1s, duplicate_window: 0s }
        """
    }
}
