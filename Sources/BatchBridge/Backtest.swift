import Clearance
import Desk
import MarketData
import PaperVenue
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// How history is run.
public struct BacktestSettings {
    /// The days to run, both included: bars of other days are not shown to the graph at all.
    public var range = DayRange()
    /// The cash that the account begins with; nil for the equity of the topology's drift.
    public var equity: Notional?
    /// What the venue charges.
    public var fees = FeeSchedule()
    /// The most bars at one time; results do not depend on it.
    public var batch = 16_384
    /// Called at the close of each session with its day and the equity.
    public var progress: ((Int64, Notional) -> Void)?

    public init() {}
}

/// A topology over history: the graph and the operators that run live, with a simulated venue inside the loop.
///
///     ┌──────────────┐ bars  ┌───────────────────────┐ intents
///     │ file of bars │──────▶│ the topology's graph  │────────┐
///     └──────┬───────┘       └───────────▲───────────┘        │
///            │ bars, first   ┌───────────┴───────────┐        │
///            └──────────────▶│ MatchingEngine, books │◀───────┘
///                            └───────────────────────┘ reports
///
/// One event time at a time: the bars go through the venue first, which fills the orders that were there before the bars
/// began; its reports run through the graph, then the bars do, then whatever they cause, to its end. An order decided at a
/// close thus fills at the next open, or by its limit, and lives for one session. Sinks other than the `fix` sink are not
/// attached; no socket is opened and no clock is read.
public final class Backtest {
    public let topology: CheckedTopology
    private let settings: BacktestSettings
    private let assembly: Assembly
    private let engine: Engine
    private let summary = DaySummary(), books: DeskBooks
    private let history: CheckedVertex
    private let venue: VenueInLoop
    private let cash: Notional

    /// Builds the graph and opens the files; nothing runs yet.
    /// - Throws: `BacktestError.topology` for one that cannot be run over history; `MarketDataError` for a file that
    ///   cannot be read.
    public init(_ topology: CheckedTopology, settings: BacktestSettings = BacktestSettings()) throws {
        (self.topology, self.settings) = (topology, settings)
        let parts = try HistoryParts(topology)
        history = parts.history
        cash = try settings.equity ?? parts.equity()
        let names = Names()
        assembly = Assembly(topology, names: names, day: 0)
        var options = EngineOptions()
        options.batch = settings.batch
        options.isStepped = true
        options.endsDay = false
        engine = Engine(assembly.graph, names: names, options: options)
        guard let reports = assembly.port(parts.reports, as: ExecutionReport.self),
            let intents = assembly.input(parts.orders, "in", as: ClearedOrder.self)
        else { preconditionFailure("a fix source and a fix sink carry what the catalog says") }
        // Numbers instead of texts for the venue's ids: no execution is named by a string that nobody reads.
        let configuration = MatchingConfiguration(
            market: .bars, identifiers: .numbers(base: TextID.firstNumber), fees: settings.fees)
        let venue = VenueInLoop(
            configuration, instruments: assembly.instruments, names: names, cash: cash,
            reports: engine.ingress(reports), progress: settings.progress)
        self.venue = venue
        assembly.graph.each(parts.orders.name, of: intents) { order, _ in venue.take(order.request) }
        books = DeskBooks(assembly.graph)
        for vertex in topology.vertices {
            if let loop = vertex.loop { attachLoop(vertex, assembly.edge(loop), Elements.type(named: loop.element)) }
        }
        summary.watch(assembly)
        for vertex in topology.vertices where vertex.role == .source && vertex.kind == "file" { try attach(vertex) }
        _ = names.takeFresh()
    }

    private func attachLoop<T: Element>(_ vertex: CheckedVertex, _ edge: EdgeBase, _ type: T.Type) {
        guard let edge = edge as? Edge<T>, let port = assembly.port(vertex, as: T.self) else {
            preconditionFailure("the loop \(vertex.name) carries \(T.elementName), which was checked")
        }
        engine.loop(port, of: edge)
    }

    private func attach(_ vertex: CheckedVertex) throws {
        let path = vertex.settings.text("path"), names = assembly.names, every = vertex.settings.duration("every")
        switch vertex.settings.text("format") {
        case "bars-csv", "panel-csv": attach(try BarsCSV(path, names: names, length: every), vertex)
        case "closes-csv": attach(try ClosesCSV(path, names: names, length: every), vertex)
        case "targets-csv": pull(try TargetsCSV(path, names: names), vertex)
        case "orders-csv": pull(try OrdersCSV(path, names: names), vertex)
        default: preconditionFailure("formats were checked")
        }
    }
    private func attach<S: PullSource>(_ source: S, _ vertex: CheckedVertex) where S.Output == Bar {
        let path = vertex.settings.text("path")
        pull(HistorySource(source, path: path, range: settings.range, venue: venue), vertex)
    }
    private func pull<S: PullSource>(_ source: S, _ vertex: CheckedVertex) {
        guard let port = assembly.port(vertex, as: S.Output.self) else {
            preconditionFailure("\(vertex.name) makes \(S.Output.elementName), which was checked")
        }
        engine.pull(port, source)
    }

    /// Runs all of it. Once.
    public func run() throws -> BacktestResult {
        try engine.run(journal: nil)
        try books.compare(with: venue.account, traded: venue.trades.map(\.symbol), names: assembly.names)
        let undefined = venue.symbols.filter { !assembly.instruments[$0].isDefined }.map { assembly.names.text(of: $0) }
        var orders = venue.orders
        orders.open = venue.workingCount
        let format = history.settings.text("format")
        return BacktestResult(
            topology: topology, panel: history.settings.text("path"), format: format, names: assembly.names,
            range: settings.range, fees: settings.fees, sessions: venue.sessions, trades: venue.trades,
            roundTrips: venue.trips.closed, orders: orders, orderListHash: venue.list.text, warmUp: venue.warmUp,
            decisions: summary.decisions, triggers: summary.triggers, anomalies: summary.anomalies,
            instruments: InstrumentResult.all(venue.trades, venue.account), undefined: undefined)
    }
}
