import Desk
import Foundation
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// What a day came to, for people and for scripts.
struct DayReport {
    private let desk: DeskRun
    private let clock = TickClock()

    init(_ desk: DeskRun) { self.desk = desk }

    private var graph: Graph { desk.assembly.graph }
    private var summary: DaySummary { desk.summary }

    private static let states: [(OrdStatus, String)] = [
        (.new, "New"), (.partiallyFilled, "PartiallyFilled"), (.filled, "Filled"), (.canceled, "Canceled"), (.expired, "Expired"),
        (.rejected, "Rejected"), (.doneForDay, "DoneForDay"), (.pendingNew, "PendingNew"), (.pendingCancel, "PendingCancel"),
        (.pendingReplace, "PendingReplace"), (.replaced, "Replaced"), (.stopped, "Stopped"), (.suspended, "Suspended"),
        (.calculated, "Calculated"), (.acceptedForBidding, "AcceptedForBidding"),
    ]

    var text: String {
        var lines: [String] = []
        func line(_ name: String, _ value: String) {
            lines.append(name.padding(toLength: 12, withPad: " ", startingAt: 0) + value)
        }
        let rate = desk.seconds > 0 ? Double(desk.records - desk.resumed) / desk.seconds : 0
        line(desk.assembly.topology.name, "\(desk.records) records in \(String(format: "%.1f", desk.seconds)) s (\(Int(rate))/s)")
        for port in graph.ports where port.total > 0 {
            line("in", "\(port.total) \(port.elementName) from \(port.name)")
        }
        for edge in graph.hashedEdges where edge.total > 0 && ["Bar", "Signal", "Target"].contains(edge.elementName) {
            line("made", "\(edge.total) \(edge.elementName) by \(edge.name)")
        }
        if !summary.orders.isEmpty || !summary.decisions.isEmpty {
            let byState = Self.states.compactMap { state, name in
                let n = summary.orders.values.filter { $0 == state }.count
                return n > 0 ? "\(n) \(name)" : nil
            }
            line("orders", "\(summary.orders.count): " + byState.joined(separator: ", "))
            line("asked", asked)
            if !summary.unaccounted.isEmpty {
                line(
                    "LOST",
                    "passed and never heard of: "
                        + summary.unaccounted.map { $0.text(desk.assembly.names) }.joined(separator: " "))
            }
            if !summary.unasked.isEmpty {
                line(
                    "UNASKED",
                    "at the venue, and nothing let them pass: "
                        + summary.unasked.map { $0.text(desk.assembly.names) }.joined(separator: " "))
            }
            line("fills", "\(summary.fills), \(money(summary.traded)) traded")
            line("P&L", "\(money(summary.realised)) realised, \(money(summary.unrealised)) unrealised, before fees")
            let outcomes = [Outcome.ok, .review, .block].map { "\(summary.decisions[$0] ?? 0) \($0.text(desk.assembly.names))" }
            line("compliance", outcomes.joined(separator: ", ") + triggers)
            let parents = ParentUpdate.State.allNames.map { state, name in
                "\(summary.parents.values.filter { $0 == state }.count) \(name)"
            }
            line("parents", parents.joined(separator: ", "))
            if !summary.copyBreaks.isEmpty { line("drop copy", copyBreaks) }
            if summary.anomalies > 0 { line("anomalies", "\(summary.anomalies)") }
            if !summary.inDoubt.isEmpty {
                line("in doubt", summary.inDoubt.map { $0.text(desk.assembly.names) }.sorted().joined(separator: " "))
            }
            if summary.hasOpenOrders {
                line("open", summary.openOrders.map { $0.text(desk.assembly.names) }.joined(separator: " "))
            }
        }
        for place in desk.accounts {
            if let told = overflow(place) { line("overflow", told) }
        }
        for (edge, times) in desk.growths { line("grown", "\(edge): \(times)×, as one record put more there than it held") }
        lines.append("")
        lines.append(lagTable)
        return lines.joined(separator: "\n")
    }

    /// Every order that was asked for, by what became of it before it came to a venue.
    private var asked: String {
        let counts = summary.account.counts, sum = counts.reduce(0) { $0 + $1.count }
        let parts = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.fate)" }
        return "\(sum): " + parts.joined(separator: ", ")
    }
    /// What did not go straight through, and how long its writer stood still.
    private func overflow(_ place: NamedAccount) -> String? {
        let account = place.account
        var parts = [
            (account.conflated, "conflated"), (account.sampledOut, "sampled out"), (account.shed, "shed"),
            (account.spilled, "spilled"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        // A moment's wait is how a full edge works; what can be felt is told.
        if clock.nanoseconds(account.blockedTicks) > 1e6 { parts.append("its writer waited \(time(account.blockedTicks))") }
        return parts.isEmpty ? nil : "\(place.name): of \(account.offered) elements " + parts.joined(separator: ", ")
    }

    /// The doors that somebody reads or that something came in by: a file source has more than most topologies use.
    private var ports: [SourcePort] {
        let unread = desk.assembly.topology.vertices.flatMap { vertex in
            vertex.outputs.dropFirst().filter { $0.readers == 0 }.map { vertex.name + "." + $0.name }
        }
        return graph.ports.filter { $0.total > 0 || !unread.contains($0.name) }
    }

    /// What is open between the reports and their copies: how many of each kind, and the first few by name.
    private var copyBreaks: String {
        let rows = summary.copyBreaks.values.sorted { $0.number < $1.number }, names = desk.assembly.names
        let kinds = Dictionary(grouping: rows, by: \.kind).sorted { $0.key.rawValue < $1.key.rawValue }
        let shown = rows.prefix(5).map { row in
            "\(row.kind.code) \(row.clOrdID.text(names))" + (row.execID == .none ? "" : "/\(names.text(of: row.execID))")
        }
        return "open breaks: " + kinds.map { "\($0.value.count) \($0.key.code)" }.joined(separator: ", ")
            + " (" + shown.joined(separator: ", ") + (rows.count > 5 ? ", …" : "") + ")"
    }
    private var triggers: String {
        let rows = summary.triggers.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value)× \($0.key.code)" }
        return rows.isEmpty ? "" : " (" + rows.joined(separator: ", ") + ")"
    }
    private func money(_ amount: Notional) -> String { String(format: "%.2f", amount.double) }

    /// The stages that a topology names; the others are the desk's own plumbing.
    private var vertices: Set<String> { Set(desk.assembly.topology.vertices.map(\.name)) }

    /// Each operator's share of the time and what one element cost it.
    private var lagTable: String {
        var rows = [["operator", "elements", "busy", "idle", "blocked", "p50", "p99"]]
        let total = max(desk.seconds * 1e9, 1)
        for stage in graph.stages where stage.metrics.elements > 0 && vertices.contains(stage.name) {
            let busy = clock.nanoseconds(stage.metrics.busyTicks) / total,
                blocked = clock.nanoseconds(stage.metrics.blockedTicks) / total
            rows.append([
                stage.name, String(stage.metrics.elements), percent(busy), percent(max(0, 1 - busy - blocked)), percent(blocked),
                time(stage.metrics.latency.percentile(0.5)), time(stage.metrics.latency.percentile(0.99)),
            ])
        }
        let widths = (0..<7).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                let pad = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + pad : pad + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
    private func percent(_ share: Double) -> String { String(format: "%.1f%%", 100 * share) }
    private func time(_ ticks: UInt64?) -> String {
        guard let ticks else { return "" }
        let ns = clock.nanoseconds(ticks)
        return ns < 1_000
            ? String(format: "%.0f ns", ns) : ns < 1e6 ? String(format: "%.1f µs", ns / 1e3) : String(format: "%.1f ms", ns / 1e6)
    }

    private struct Record: Encodable {
        var topology: String, records: UInt64, seconds: Double
        var sources: [String: UInt64], outputs: [String: UInt64], orders: [String: Int], fills: Int
        var traded: String, realised: String, unrealised: String, compliance: [String: Int], anomalies: Int, inDoubt: Int,
            open: Int
        var copyBreaks: [String: Int]
        var asked: [String: Int], unaccounted: [String], unasked: [String], controls: [String: Int]
        var overflow: [String: Overflowed], grown: [String: Int]
    }
    private struct Overflowed: Encodable {
        var offered: UInt64, taken: UInt64, conflated: UInt64, sampledOut: UInt64, shed: UInt64, spilled: UInt64
        var blockedSeconds: Double
    }
    func json() throws -> String {
        let names = desk.assembly.names
        let record = Record(
            topology: desk.assembly.topology.name, records: desk.records, seconds: desk.seconds,
            sources: Dictionary(uniqueKeysWithValues: ports.map { ($0.name, $0.total) }),
            outputs: Dictionary(uniqueKeysWithValues: graph.hashedEdges.map { ($0.name, $0.total) }),
            orders: Dictionary(grouping: summary.orders.values) { state in Self.states.first { $0.0 == state }?.1 ?? "" }
                .mapValues(\.count),
            fills: summary.fills, traded: summary.traded.description, realised: summary.realised.description,
            unrealised: summary.unrealised.description,
            compliance: Dictionary(uniqueKeysWithValues: summary.decisions.map { ($0.key.text(names), $0.value) }),
            anomalies: summary.anomalies, inDoubt: summary.inDoubt.count, open: summary.openOrders.count,
            copyBreaks: Dictionary(grouping: summary.copyBreaks.values, by: \.kind.code).mapValues(\.count),
            asked: Dictionary(uniqueKeysWithValues: summary.account.counts.map { ("\($0.fate)", $0.count) }),
            unaccounted: summary.unaccounted.map { $0.text(names) },
            unasked: summary.unasked.map { $0.text(names) },
            controls: Dictionary(uniqueKeysWithValues: summary.triggers.map { ($0.key.code, $0.value) }),
            overflow: Dictionary(
                desk.accounts.filter(\.account.hasOverflowed).map { place in
                    let account = place.account
                    return (
                        place.name,
                        Overflowed(
                            offered: account.offered, taken: account.taken, conflated: account.conflated,
                            sampledOut: account.sampledOut, shed: account.shed, spilled: account.spilled,
                            blockedSeconds: clock.nanoseconds(account.blockedTicks) / 1e9)
                    )
                }, uniquingKeysWith: { first, _ in first }),
            grown: Dictionary(desk.growths.map { ($0.edge, $0.times) }, uniquingKeysWith: +))
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(record), as: UTF8.self)
    }
}

extension ParentUpdate.State {
    static let allNames: [(ParentUpdate.State, String)] = [
        (.done, "done"), (.working, "unfinished"), (.suspended, "paused"), (.rejected, "rejected"),
    ]
}
