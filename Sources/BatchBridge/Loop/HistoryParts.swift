import Topology
import TradingModel

/// The vertices of a topology that a backtest takes the place of.
struct HistoryParts {
    let topology: CheckedTopology
    /// The one file of bars.
    let history: CheckedVertex
    /// The `fix` sink and the `fix` source of its session.
    let orders: CheckedVertex, reports: CheckedVertex

    static let barFormats = ["panel-csv", "bars-csv", "closes-csv"]
    /// What else may come from a file: it is merged with the bars by event time.
    static let otherFormats = ["targets-csv", "orders-csv"]

    init(_ topology: CheckedTopology) throws(BacktestError) {
        self.topology = topology
        func refused(_ reason: String) -> BacktestError { .topology(file: topology.file, reason: reason) }
        let sources = topology.vertices.filter { $0.role == .source }
        if let live = sources.first(where: { $0.kind == "websocket" }) {
            throw refused("source \(live.name) is a live feed; a backtest reads one file of bars: kind: file, format: panel-csv")
        }
        let files = sources.filter { $0.kind == "file" }
        let bars = files.filter { Self.barFormats.contains($0.settings.text("format")) }
        guard let history = bars.first else {
            throw refused(
                "no source is a file of bars; a backtest needs sources: "
                    + "{ bars: { kind: file, path: panel.csv, format: panel-csv } }")
        }
        if bars.count > 1 {
            throw refused(
                "\(bars.count) sources are files of bars (\(bars.map(\.name).joined(separator: ", "))); "
                    + "a backtest has one, keep one")
        }
        if let other = files.first(where: { !(Self.barFormats + Self.otherFormats).contains($0.settings.text("format")) }) {
            throw refused(
                "source \(other.name) is \(other.settings.text("format")); beside the bars a backtest reads "
                    + Self.otherFormats.joined(separator: " and "))
        }
        let sinks = topology.vertices.filter { $0.role == .sink && $0.kind == "fix" }
        guard let orders = sinks.first, sinks.count == 1 else {
            throw refused(
                sinks.isEmpty
                    ? "no sink sends orders; a backtest needs sinks: { orders: { kind: fix, session: broker, from: intents } }"
                    : "\(sinks.count) fix sinks (\(sinks.map(\.name).joined(separator: ", "))); a backtest has one venue, keep one"
            )
        }
        let session = orders.settings.text("session")
        guard let reports = sources.first(where: { $0.kind == "fix" && $0.settings.text("session") == session }) else {
            throw refused(
                "no source reads the session \(session) of sink \(orders.name), so nobody would hear the venue; "
                    + "add sources: { reports: { kind: fix, session: \(session) } }")
        }
        (self.history, self.orders, self.reports) = (history, orders, reports)
    }

    /// What the topology's drift takes a weight of 1 for.
    func equity() throws(BacktestError) -> Notional {
        let drifts = topology.vertices.filter { $0.kind == "drift" }
        guard let drift = drifts.first, drifts.count == 1 else {
            throw .topology(
                file: topology.file,
                reason: "\(drifts.count) drift operators say what the account begins with; say it with --equity AMOUNT")
        }
        guard let equity = try? Notional(drift.settings.decimal("equity")), equity > .zero else {
            throw .topology(
                file: topology.file, reason: "operator \(drift.name): equity is not above 0; an account begins with cash")
        }
        return equity
    }
}
