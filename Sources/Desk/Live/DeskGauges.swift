import Clearance
import Reconciler
import StreamRuntime
import Synchronization
import Topology
import TradingModel

/// The desk's own figures for those who watch it: orders by state, orders in doubt, compliance's findings, FIX sessions,
/// open breaks. All are there from the start, at zero, so that none can go missing. Written by the day's summary,
/// behind its lock, a session's and the breaks on a thread of their own.
final class DeskGauges {
    private let counters: Counters
    private var orders: [OrdStatus: SeriesMetrics] = [:]
    private var inDoubt: SeriesMetrics?
    private var triggers: [Trigger: SeriesMetrics] = [:]
    private var breaks: [BreakClass: SeriesMetrics] = [:]
    /// By the codes of their classes: what the ledger has, and what the drop copies' checks say.
    private struct OpenBreaks {
        var ledger: [String: Int] = [:], copies: [String: Int] = [:]
    }
    private let open = Mutex(OpenBreaks())

    private struct Trigger: Hashable {
        var check: Check, outcome: Outcome
    }

    /// Makes what applies to this topology: one without orders has none of these.
    init(_ topology: CheckedTopology, _ counters: Counters, floorVersion: String) {
        self.counters = counters
        counters.gauge(
            "floor_info", [("version", floorVersion), ("topology", topology.name), ("hash", topology.hash)],
            help: "1; which floor runs which topology."
        ).value = 1
        let elements = Set(topology.vertices.flatMap(\.outputs).map(\.element))
        if elements.contains(OrderUpdate.elementName) {
            for state in OrdStatus.allCases {
                orders[state] = gauge("floor_orders", ("state", Self.name(state)), "Orders by state.")
            }
            inDoubt = counters.gauge("floor_orders_in_doubt", help: "Orders whose fate at the venue is unknown.")
            for kind in BreakClass.allCases {
                breaks[kind] = gauge(
                    "floor_breaks_open", ("class", kind.name),
                    "Open breaks: of the day's last reconciliation, and of drop copies.")
            }
        }
        if elements.contains(Finding.elementName) {
            for outcome in [Outcome.ok, .review, .block] { make(Trigger(check: .decision, outcome: outcome)) }
            for check in Check.allCases where check != .decision {
                make(Trigger(check: check, outcome: check.isAct ? .ok : check.code.hasPrefix("S") ? .review : .block))
            }
        }
        for vertex in topology.vertices
        where vertex.role == .sink && vertex.kind == "fix" || vertex.role == .source && vertex.kind == "drop-copy" {
            _ = session(vertex.settings.text("session"))
        }
    }

    private func gauge(_ name: String, _ label: (String, String), _ help: String) -> SeriesMetrics {
        counters.gauge(name, [label], help: help)
    }
    private func make(_ trigger: Trigger) {
        let outcome = ["OK", "REVIEW", "BLOCK"][Int(trigger.outcome.rawValue)]
        triggers[trigger] = counters.counter(
            "floor_control_triggers_total", [("control", trigger.check.code), ("outcome", outcome)],
            help: "Findings of compliance by check and outcome; the decision joins an order's others.")
    }
    /// As FIX spells it: `PartiallyFilled`.
    private static func name(_ state: OrdStatus) -> String {
        let name = String(describing: state)
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    // MARK: - The day's summary, behind its lock

    func orderMoved(from old: OrdStatus?, to new: OrdStatus) {
        guard old != new else { return }
        if let old { orders[old]?.value -= 1 }
        orders[new]?.value += 1
    }
    func ordersInDoubt(_ count: Int) { inDoubt?.value = Double(count) }
    func found(_ finding: Finding) {
        let trigger = Trigger(check: finding.check, outcome: finding.outcome)
        if triggers[trigger] == nil { make(trigger) }
        triggers[trigger]?.value += 1
    }
    /// After a resume, whose checkpoint had what no event has told.
    func recount(_ summary: DaySummary) {
        for state in OrdStatus.allCases {
            orders[state]?.value = Double(summary.orders.values.reduce(0) { $0 + ($1 == state ? 1 : 0) })
        }
        ordersInDoubt(summary.inDoubt.count)
        openCopies(summary.copyBreaks.values)
    }
    // MARK: - The ledger's thread

    /// By the codes of their classes.
    func openBreaks(_ counts: [String: Int]) { show { $0.ledger = counts } }
    /// Of the drop copies' checks: on the summary's thread.
    func openCopies(_ found: some Sequence<CopyBreak>) {
        let counts = found.reduce(into: [String: Int]()) { $0[$1.kind.code, default: 0] += 1 }
        show { $0.copies = counts }
    }
    private func show(_ change: (inout OpenBreaks) -> Void) {
        open.withLock { open in
            change(&open)
            for (kind, gauge) in breaks {
                gauge.value = Double((open.ledger[kind.code] ?? 0) + (open.copies[kind.code] ?? 0))
            }
        }
    }

    // MARK: - A session's thread

    func session(_ name: String) -> SeriesMetrics {
        gauge("floor_fix_session_up", ("session", name), "1 while the FIX session is logged on.")
    }
}
