/// The figures in Prometheus' text format, version 0.0.4, by the names of the metrics' contract.
public struct PrometheusText {
    private var lines: [String] = []

    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The upper bounds of every histogram's buckets, in seconds: from 10 ns to 10 s.
    static let bounds: [Double] =
        (1...8).reversed().flatMap { places in [1.0, 2.5, 5].map { $0 / repeatElement(10, count: places).reduce(1, *) } }
        + [1, 2.5, 5, 10]

    public static func text(_ figures: FloorFigures) -> String {
        var text = PrometheusText()
        text.operators(figures)
        text.edges(figures.edges)
        text.sources(figures.sources)
        text.rest(figures)
        return text.lines.joined(separator: "\n") + "\n"
    }

    // MARK: - What there is

    private mutating func operators(_ figures: FloorFigures) {
        let rows = figures.operators
        func label(_ row: FloorFigures.Operator) -> [(String, String)] { [("operator", row.name)] }
        gauge("floor_operator_busy_ratio", "Share of the time in which the operator was at work; with idle and backpressured 1.")
        {
            for row in rows { $0.sample(label(row), row.busy) }
        }
        gauge(
            "floor_operator_idle_ratio", "Share of the time in which the operator had nothing to do, or its thread ran another."
        ) {
            for row in rows { $0.sample(label(row), row.idle) }
        }
        gauge("floor_operator_backpressured_ratio", "Share of the time in which the operator waited for room downstream.") {
            for row in rows { $0.sample(label(row), row.backpressured) }
        }
        counter("floor_operator_elements_in_total", "Elements handled.") {
            for row in rows { $0.sample(label(row), row.elementsIn) }
        }
        counter("floor_operator_elements_out_total", "Elements emitted on the main output.") {
            for row in rows { $0.sample(label(row), row.elementsOut) }
        }
        counter("floor_operator_late_total", "Elements that came too late and went to the output late.") {
            for row in rows { $0.sample(label(row), row.elementsLate) }
        }
        histogram("floor_operator_latency_seconds", "Time that handling one element took: a batch's mean, once per element.") {
            for row in rows where row.kind != .own { $0.histogram(label(row), row.latency, row.nanosecondsPerUnit) }
        }
        gauge(
            "floor_operator_local_lag_seconds", "What the operator adds: from its input being there to its having been handled."
        ) {
            for row in rows { $0.sample(label(row), row.localLag) }
        }
        gauge("floor_operator_global_lag_seconds", "The way from the source: since the arrival of the oldest element that waits.")
        {
            for row in rows { $0.sample(label(row), row.globalLag) }
        }
        gauge("floor_bottleneck", "1 for the operator that is not backpressured itself and never idle.") {
            for row in rows { $0.sample(label(row), row.isBottleneck ? 1.0 : 0) }
        }
    }

    private mutating func edges(_ edges: [FloorFigures.Edge]) {
        func label(_ edge: FloorFigures.Edge) -> [(String, String)] { [("edge", edge.name)] }
        gauge("floor_edge_depth", "Elements that wait.") { for edge in edges { $0.sample(label(edge), edge.depth) } }
        gauge("floor_edge_capacity", "The most elements that can wait.") {
            for edge in edges { $0.sample(label(edge), edge.capacity) }
        }
        gauge("floor_edge_oldest_age_seconds", "Since the oldest element that waits came into the floor; 0 when none does.") {
            for edge in edges { $0.sample(label(edge), edge.oldestAge) }
        }
        gauge("floor_edge_drain_seconds", "How long the edge takes to empty at the pace of late.") {
            for edge in edges { $0.sample(label(edge), edge.drain) }
        }
        counter("floor_edge_blocked_seconds_total", "How long the edge's writer has waited for room.") {
            for edge in edges { $0.sample(label(edge), edge.blocked) }
        }
        counter(
            "floor_edge_elements_in_total", "Elements that the edge was given: out, conflated, sampled, shed and depth together."
        ) {
            for edge in edges { $0.sample(label(edge), edge.total) }
        }
        counter("floor_edge_elements_out_total", "Elements that its reader is done with.") {
            for edge in edges { $0.sample(label(edge), edge.taken) }
        }
        counter("floor_edge_conflated_total", "Elements whose place a newer one of the same key took.") {
            for edge in edges { $0.sample(label(edge), edge.conflated) }
        }
        counter("floor_edge_sampled_total", "Elements that a sample left out.") {
            for edge in edges { $0.sample(label(edge), edge.sampledOut) }
        }
        counter("floor_edge_shed_total", "Elements that found no room and were left out.") {
            for edge in edges { $0.sample(label(edge), edge.shed) }
        }
        counter("floor_edge_spilled_total", "Elements that went to disk for a while.") {
            for edge in edges { $0.sample(label(edge), edge.spilled) }
        }
    }

    private mutating func sources(_ sources: [FloorFigures.Source]) {
        func label(_ source: FloorFigures.Source) -> [(String, String)] { [("source", source.name)] }
        gauge(
            "floor_source_watermark_seconds", "How far the source's watermark lies behind the clock; +Inf before its first word."
        ) {
            for source in sources { if let lag = source.watermarkLag { $0.sample(label(source), lag) } }
        }
        counter("floor_source_records_total", "Records sequenced.") {
            for source in sources { $0.sample(label(source), source.records) }
        }
        let feeds = sources.filter { $0.state != nil }
        counter("floor_source_gaps_total", "Stretches of the venue's sequence that never came.") {
            for source in feeds { $0.sample(label(source), source.gaps) }
        }
        counter("floor_source_reconnects_total", "Connections made after the first.") {
            for source in feeds { $0.sample(label(source), source.reconnects) }
        }
        gauge("floor_feed_state", "0 down, 1 connected, 2 live, 3 stale, 4 ended.") {
            for source in feeds { $0.sample(label(source), source.state?.rawValue ?? 0) }
        }
    }

    private mutating func rest(_ figures: FloorFigures) {
        gauge("floor_journal_unsynced_records", "Records appended and not durable yet.") {
            $0.sample([], figures.journal.unsynced)
        }
        gauge("floor_journal_fsync_seconds", "The journal's last commit, or the one under way when that takes longer already.") {
            $0.sample([], figures.journal.commitSeconds)
        }
        gauge("floor_checkpoint_seconds", "The last checkpoint, or the one under way; 0 before the first.") {
            $0.sample([], figures.checkpoint.seconds)
        }
        gauge("floor_checkpoint_bytes", "Size of the last checkpoint.") { $0.sample([], figures.checkpoint.bytes) }
        counter("floor_checkpoints_total", "Checkpoints written.") { $0.sample([], figures.checkpoint.count) }
        histogram("floor_path_latency_seconds", "From the arrival of the record that caused an effect to the effect's hand-over.")
        {
            for path in figures.paths { $0.histogram([("from", path.from), ("to", path.to)], path.latency, 1) }
        }
        gauge("floor_up", "1 while the floor gets on, 0 while it hangs, is stopped or gone.") {
            $0.sample([], figures.trouble == nil ? 1.0 : 0)
        }
        gauge("floor_uptime_seconds", "Since the start.") { $0.sample([], figures.process.upSeconds) }
        // Families of other rooms, each in one piece, in the order of their first member.
        var seen: Set<String> = []
        for first in figures.series where seen.insert(first.name).inserted {
            let family = figures.series.filter { $0.name == first.name }
            let body: (inout Family) -> Void = { for one in family { $0.sample(one.labels, one.value) } }
            if first.isCounter { counter(first.name, first.help, body) } else { gauge(first.name, first.help, body) }
        }
    }

    // MARK: - Its form

    /// The samples of one metric.
    struct Family {
        let name: String
        var lines: [String] = []

        mutating func sample(_ labels: [(String, String)], _ value: Double) { line(name, labels, PrometheusText.number(value)) }
        mutating func sample(_ labels: [(String, String)], _ value: UInt64) { line(name, labels, String(value)) }

        mutating func histogram(_ labels: [(String, String)], _ figures: HistogramFigures, _ nanosecondsPerUnit: Double) {
            let cumulative = PrometheusText.cumulative(figures, nanosecondsPerUnit)
            for (bound, count) in zip(PrometheusText.bounds, cumulative) {
                line(name + "_bucket", labels + [("le", PrometheusText.number(bound))], String(count))
            }
            line(name + "_bucket", labels + [("le", "+Inf")], String(figures.count))
            line(name + "_sum", labels, PrometheusText.number(Double(figures.sum) * nanosecondsPerUnit / 1e9))
            line(name + "_count", labels, String(figures.count))
        }
        private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
            let list = labels.map { "\($0.0)=\"\(PrometheusText.escaped($0.1))\"" }.joined(separator: ",")
            lines.append(list.isEmpty ? "\(name) \(value)" : "\(name){\(list)} \(value)")
        }
    }

    private mutating func gauge(_ name: String, _ help: String, _ body: (inout Family) -> Void) { add(name, "gauge", help, body) }
    private mutating func counter(_ name: String, _ help: String, _ body: (inout Family) -> Void) {
        add(name, "counter", help, body)
    }
    private mutating func histogram(_ name: String, _ help: String, _ body: (inout Family) -> Void) {
        add(name, "histogram", help, body)
    }
    private mutating func add(_ name: String, _ type: String, _ help: String, _ body: (inout Family) -> Void) {
        var family = Family(name: name)
        body(&family)
        let text = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        lines.append("# HELP \(name) \(text)")
        lines.append("# TYPE \(name) \(type)")
        lines += family.lines
    }

    /// How many values are at most each bound. A bucket of ours that a bound cuts counts above it.
    static func cumulative(_ figures: HistogramFigures, _ nanosecondsPerUnit: Double) -> [UInt64] {
        guard nanosecondsPerUnit > 0 else { return bounds.map { _ in 0 } }
        return bounds.map { bound in
            let limit = bound * 1e9 / nanosecondsPerUnit
            return figures.count(atMost: limit < 1.8e19 ? UInt64(limit) : .max)
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// As Prometheus reads a float: a whole number without a point, the shortest text that comes back the same otherwise.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}
