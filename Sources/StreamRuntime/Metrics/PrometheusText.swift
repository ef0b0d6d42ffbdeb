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
        text.operators(figures.operators)
        text.edges(figures.edges)
        text.sources(figures.sources)
        text.rest(figures)
        return text.lines.joined(separator: "\n") + "\n"
    }

    // MARK: - What there is

    private mutating func operators(_ operators: [FloorFigures.Operator]) {
        let rows = Rows("operator", operators, name: \.name)
        gauge(
            "floor_operator_busy_ratio", "Share of the time in which the operator was at work; with idle and backpressured 1.",
            rows, \.busy)
        gauge(
            "floor_operator_idle_ratio",
            "Share of the time in which the operator had nothing to do, or its thread ran another.", rows, \.idle)
        gauge(
            "floor_operator_backpressured_ratio", "Share of the time in which the operator waited for room downstream.",
            rows, \.backpressured)
        counter("floor_operator_elements_in_total", "Elements handled.", rows, \.elementsIn)
        counter("floor_operator_elements_out_total", "Elements emitted on the main output.", rows, \.elementsOut)
        counter(
            "floor_operator_late_total", "Elements that came too late and went to the output late.", rows, \.elementsLate)
        add(
            "floor_operator_latency_seconds", .histogram,
            "Time that handling one element took: a batch's mean, once per element."
        ) {
            for row in operators where row.kind != .own {
                $0.histogram(rows.label(row), row.latency, row.nanosecondsPerUnit)
            }
        }
        gauge(
            "floor_operator_local_lag_seconds",
            "What the operator adds: from its input being there to its having been handled.", rows, \.localLag)
        gauge(
            "floor_operator_global_lag_seconds",
            "The way from the source: since the arrival of the oldest element that waits.", rows, \.globalLag)
        gauge("floor_bottleneck", "1 for the operator that is not backpressured itself and never idle.", rows) {
            $0.isBottleneck ? 1.0 : 0
        }
    }

    private mutating func edges(_ edges: [FloorFigures.Edge]) {
        let rows = Rows("edge", edges, name: \.name)
        gauge("floor_edge_depth", "Elements that wait.", rows, \.depth)
        gauge("floor_edge_capacity", "The most elements that can wait.", rows, \.capacity)
        gauge(
            "floor_edge_oldest_age_seconds", "Since the oldest element that waits came into the floor; 0 when none does.",
            rows, \.oldestAge)
        gauge("floor_edge_drain_seconds", "How long the edge takes to empty at the pace of late.", rows, \.drain)
        counter("floor_edge_blocked_seconds_total", "How long the edge's writer has waited for room.", rows, \.blocked)
        counter(
            "floor_edge_elements_in_total",
            "Elements that the edge was given: out, conflated, sampled, shed and depth together.", rows, \.total)
        counter("floor_edge_elements_out_total", "Elements that its reader is done with.", rows, \.taken)
        counter("floor_edge_conflated_total", "Elements whose place a newer one of the same key took.", rows, \.conflated)
        counter("floor_edge_sampled_total", "Elements that a sample left out.", rows, \.sampledOut)
        counter("floor_edge_shed_total", "Elements that found no room and were left out.", rows, \.shed)
        counter("floor_edge_spilled_total", "Elements that went to disk for a while.", rows, \.spilled)
    }

    private mutating func sources(_ sources: [FloorFigures.Source]) {
        gauge(
            "floor_source_watermark_seconds", "How far the source's watermark lies behind the clock; +Inf before its first word.",
            Rows("source", sources.filter { $0.watermarkLag != nil }, name: \.name)
        ) { $0.watermarkLag ?? 0 }
        counter("floor_source_records_total", "Records sequenced.", Rows("source", sources, name: \.name), \.records)
        let feeds = Rows("source", sources.filter { $0.state != nil }, name: \.name)
        counter("floor_source_gaps_total", "Stretches of the venue's sequence that never came.", feeds, \.gaps)
        counter("floor_source_reconnects_total", "Connections made after the first.", feeds, \.reconnects)
        gauge(
            "floor_feed_state", "0 down, 1 connected, 2 live, 3 stale, 4 ended, 5 snapshotting, 6 recovering, 7 forced stale.",
            feeds
        ) { $0.state?.rawValue ?? 0 }
    }

    private mutating func rest(_ figures: FloorFigures) {
        let (journal, checkpoint) = (figures.journal, figures.checkpoint)
        gauge("floor_journal_unsynced_records", "Records appended and not durable yet.", journal.unsynced)
        gauge(
            "floor_journal_fsync_seconds",
            "The journal's last commit, or the one under way when that takes longer already.", journal.commitSeconds)
        gauge(
            "floor_checkpoint_seconds", "The last checkpoint, or the one under way; 0 before the first.", checkpoint.seconds)
        gauge("floor_checkpoint_bytes", "Size of the last checkpoint.", checkpoint.bytes)
        add("floor_checkpoints_total", .counter, "Checkpoints written.") { $0.sample([], checkpoint.count) }
        add(
            "floor_path_latency_seconds", .histogram,
            "From the arrival of the record that caused an effect to the effect's hand-over."
        ) {
            for path in figures.paths { $0.histogram([("from", path.from), ("to", path.to)], path.latency, 1) }
        }
        gauge(
            "floor_up", "1 while the floor gets on, 0 while it hangs, is stopped or gone.", figures.trouble == nil ? 1.0 : 0)
        gauge("floor_uptime_seconds", "Since the start.", figures.process.upSeconds)
        // Families of other rooms, each in one piece, in the order of their first member.
        var seen: Set<String> = []
        for first in figures.series where seen.insert(first.name).inserted {
            let family = figures.series.filter { $0.name == first.name }
            add(first.name, first.isCounter ? .counter : .gauge, first.help) {
                for one in family { $0.sample(one.labels, one.value) }
            }
        }
    }

    // MARK: - Its form

    /// The figures of several things of one kind, told apart by a label with their name.
    private struct Rows<Row> {
        let key: String, rows: [Row], name: KeyPath<Row, String>
        init(_ key: String, _ rows: [Row], name: KeyPath<Row, String>) { (self.key, self.rows, self.name) = (key, rows, name) }
        func label(_ row: Row) -> [(String, String)] { [(key, row[keyPath: name])] }
    }

    /// The samples of one metric.
    private struct Family {
        enum Kind: String { case gauge, counter, histogram }
        let name: String
        var lines: [String] = []

        mutating func sample(_ labels: [(String, String)], _ value: some MetricValue) { line(name, labels, value.metricText) }

        mutating func histogram(_ labels: [(String, String)], _ figures: HistogramFigures, _ nanosecondsPerUnit: Double) {
            let cumulative = PrometheusText.cumulative(figures, nanosecondsPerUnit)
            for (bound, count) in zip(PrometheusText.bounds, cumulative) {
                line(name + "_bucket", labels + [("le", bound.metricText)], count.metricText)
            }
            line(name + "_bucket", labels + [("le", "+Inf")], figures.count.metricText)
            line(name + "_sum", labels, (Double(figures.sum) * nanosecondsPerUnit / 1e9).metricText)
            line(name + "_count", labels, figures.count.metricText)
        }
        private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
            let list = labels.map { "\($0.0)=\"\(PrometheusText.escaped($0.1))\"" }.joined(separator: ",")
            lines.append(list.isEmpty ? "\(name) \(value)" : "\(name){\(list)} \(value)")
        }
    }

    private mutating func gauge<Row>(_ name: String, _ help: String, _ rows: Rows<Row>, _ value: (Row) -> some MetricValue) {
        add(name, .gauge, help) { for row in rows.rows { $0.sample(rows.label(row), value(row)) } }
    }
    private mutating func counter<Row>(_ name: String, _ help: String, _ rows: Rows<Row>, _ value: (Row) -> some MetricValue) {
        add(name, .counter, help) { for row in rows.rows { $0.sample(rows.label(row), value(row)) } }
    }
    private mutating func gauge(_ name: String, _ help: String, _ value: some MetricValue) {
        add(name, .gauge, help) { $0.sample([], value) }
    }
    private mutating func add(_ name: String, _ kind: Family.Kind, _ help: String, _ body: (inout Family) -> Void) {
        var family = Family(name: name)
        body(&family)
        let text = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        lines.append("# HELP \(name) \(text)")
        lines.append("# TYPE \(name) \(kind)")
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
}

/// A number as Prometheus reads it.
protocol MetricValue {
    var metricText: String { get }
}
extension UInt64: MetricValue {
    var metricText: String { String(self) }
}
extension Double: MetricValue {
    /// A whole number without a point, the shortest text that comes back the same otherwise.
    var metricText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self > 0 ? "+Inf" : "-Inf" }
        if self == rounded(), abs(self) < 1e15 { return String(Int64(self)) }
        return "\(self)"
    }
}
