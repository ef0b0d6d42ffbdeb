import PlainData
import Topology
import TradingModel

/// `kpis.json`: every KPI by its name, what was run, and the convention behind each figure.
enum KPIFile {
    static func text(_ result: BacktestResult) -> String {
        let measures = Measure.all(result.kpis)
        var members: [(String, JSONText)] = [
            ("topology", .text(result.topology.name)), ("topology_hash", .text(result.topology.hash)),
            ("panel", .text(result.panel)), ("format", .text(result.format)),
        ]
        members += measures.map { ($0.name, .value($0.value)) }
        let first = result.warmUp.map { result.sessions[max(0, $0 - 1)].date }
        members += [
            ("warm_up_sessions", result.warmUp.map { .count($0) } ?? .null),
            ("first_order", first.map { .text(Texts.day($0)) } ?? .null),
            ("order_list_hash", .text(result.orderListHash)), ("orders", orders(result.orders)),
            ("compliance", compliance(result)), ("anomalies", .count(result.anomalies)),
            ("warnings", .list(result.warnings.map { .text($0) })),
        ]
        let words = measures.map { ($0.name, JSONText.text($0.convention)) }
        members.append(("conventions", .members(Conventions.all(result).map { ($0.name, .text($0.text)) } + words)))
        return JSONText.members(members).written() + "\n"
    }

    private static func orders(_ counts: OrderCounts) -> JSONText {
        .members([
            ("sent", .count(counts.new)), ("filled", .count(counts.filled)), ("expired", .count(counts.expired)),
            ("canceled", .count(counts.canceled)), ("rejected", .count(counts.rejected)), ("open_at_end", .count(counts.open)),
        ])
    }
    private static func compliance(_ result: BacktestResult) -> JSONText {
        let checks = result.triggers.sorted { $0.key.rawValue < $1.key.rawValue }
        return .members([
            ("ok", .count(result.decisions[.ok] ?? 0)), ("review", .count(result.decisions[.review] ?? 0)),
            ("block", .count(result.decisions[.block] ?? 0)),
            ("checks", .members(checks.map { ($0.key.code, .count($0.value)) })),
        ])
    }
}
