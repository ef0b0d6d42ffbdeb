import Clearance
import Desk
import OMS
import PlainData
import StreamRuntime
import TradingModel

/// What a day came to, in words that do not depend on how often the floor died: ids are left out, because a later order's
/// id holds the number of the record that caused it, and a recovery writes records of its own.
struct Outcome: Equatable {
    /// As the venue saw them, each instrument's in their order. Orders of two instruments may change places after a crash:
    /// what may have left is asked about while what certainly did not goes out.
    var orders: [String] = [], cancels: [String] = [], fills: [String] = []
    /// As the desk saw them, in the order of their intents.
    var states: [String] = []
    var positions: [String] = []
    var parents: [String] = []

    /// The first difference, in words; nil when there is none.
    func difference(from other: Outcome) -> String? {
        for (name, mine, theirs) in [
            ("orders", orders, other.orders), ("cancels", cancels, other.cancels), ("fills", fills, other.fills),
            ("states", states, other.states), ("positions", positions, other.positions), ("parents", parents, other.parents),
        ] where mine != theirs {
            for i in 0..<max(mine.count, theirs.count) {
                let a = i < mine.count ? mine[i] : "nothing", b = i < theirs.count ? theirs[i] : "nothing"
                if a != b { return "\(name)[\(i)]: \(a), in the unbroken run \(b)" }
            }
        }
        return nil
    }
}

/// What a replay of the recovered journal shows, from its first record.
final class DayReplay {
    private(set) var intents: [OrderRequest] = []
    private(set) var updates: [ClOrdID: OrderUpdate] = [:]
    private(set) var positions: [SymbolID: PositionUpdate] = [:]
    private(set) var reports: [ExecutionReport] = []
    private(set) var anomalies: [Anomaly] = []
    private(set) var parents: [ClOrdID: ParentUpdate] = [:]
    private(set) var parentOrder: [ClOrdID] = []
    private(set) var filled: [ClOrdID: Quantity] = [:]
    let names: Names
    let digests: DigestBook
    let watermark: Int64

    init(_ storage: any Storage, _ path: String) throws {
        let day = try RecordedDay(path, storage: storage)
        let run = try day.assemble(day.topology(nil, []))
        names = run.assembly.names
        watermark = 0
        let box = Box()
        for edge in run.assembly.graph.allEdges { box.watch(edge, run.assembly.graph) }
        try day.replay(run)
        digests = DigestBook(run.assembly.graph, sequence: run.replay.lastSequence)
        (intents, updates, positions, reports) = (box.intents, box.updates, box.positions, box.reports)
        (anomalies, parents, parentOrder, filled) = (box.anomalies, box.parents, box.parentOrder, box.filled)
    }

    private final class Box {
        var intents: [OrderRequest] = [], updates: [ClOrdID: OrderUpdate] = [:], positions: [SymbolID: PositionUpdate] = [:]
        var reports: [ExecutionReport] = [], anomalies: [Anomaly] = [], parents: [ClOrdID: ParentUpdate] = [:]
        var parentOrder: [ClOrdID] = [], filled: [ClOrdID: Quantity] = [:]

        func watch(_ edge: EdgeBase, _ graph: Graph) {
            func each<T: Element>(_ edge: Edge<T>, _ body: @escaping (T) -> Void) {
                graph.each(edge.name + ".simulation", of: edge) { element, _ in body(element) }
            }
            switch edge {
            case let edge as Edge<ClearedOrder> where edge.isPort: each(edge) { self.intents.append($0.request) }
            case let edge as Edge<OrderUpdate>:
                each(edge) {
                    self.updates[$0.rootID] = $0
                    if $0.lastQty != .zero { self.filled[$0.rootID] = (self.filled[$0.rootID] ?? .zero) + $0.lastQty }
                }
            case let edge as Edge<PositionUpdate>: each(edge) { self.positions[$0.symbol] = $0 }
            case let edge as Edge<ExecutionReport> where edge.isPort: each(edge) { self.reports.append($0) }
            case let edge as Edge<Anomaly>: each(edge) { self.anomalies.append($0) }
            case let edge as Edge<ParentUpdate> where !edge.isPort:
                each(edge) {
                    if self.parents[$0.clOrdID] == nil { self.parentOrder.append($0.clOrdID) }
                    self.parents[$0.clOrdID] = $0
                }
            default: break
            }
        }
    }

    /// The desk's half of the outcome.
    func outcome(_ venue: SimulatedVenue) -> Outcome {
        var outcome = Outcome()
        let bySymbol = venue.orders.sorted { ($0.symbol, $0.number) < ($1.symbol, $1.number) }
        func name(_ ordinal: Int) -> String { "\(venue.orders[ordinal].symbol) \(venue.orders[ordinal].number)" }
        outcome.orders = bySymbol.map { "\(name($0.ordinal)): \($0.side == "1" ? "buy" : "sell") \($0.quantity) at \($0.price)" }
        outcome.cancels = venue.cancels.map(name).sorted()
        outcome.fills = bySymbol.flatMap { order in
            venue.fills.filter { $0.ordinal == order.ordinal }.map { "\(name(order.ordinal)): \($0.quantity) at \($0.price)" }
        }
        outcome.states = intents.filter { $0.action == .new }.map { intent in
            guard let last = updates[intent.clOrdID] else { return "\(names.text(of: intent.symbol)) no word" }
            return
                "\(names.text(of: last.symbol)) \(last.ordStatus) \(last.cumQty) of \(last.orderQty) at \(last.avgPx), \(last.certainty)"
        }.enumerated().sorted { ($0.element.prefix(5), $0.offset) < ($1.element.prefix(5), $1.offset) }.map(\.element)
        outcome.positions = positions.keys.sorted { $0.rawValue < $1.rawValue }.compactMap { symbol in
            positions[symbol].map {
                "\(names.text(of: symbol)) \($0.quantity) at \($0.avgPx), realised \($0.realised), works \($0.workingBuy)/\($0.workingSell)"
            }
        }
        outcome.parents = parentOrder.compactMap { parents[$0] }.enumerated().sorted {
            ($0.element.symbol.rawValue, $0.offset) < ($1.element.symbol.rawValue, $1.offset)
        }.map {
            "\(names.text(of: $0.element.symbol)) \($0.element.side) \($0.element.orderQty): \($0.element.state) \($0.element.cumQty)"
        }
        return outcome
    }
}
