/// A report as lines for a terminal.
public struct TopFrame {
    /// Colours and bold, for a terminal that shows them.
    public var isColoured: Bool
    /// Columns; lines are cut there.
    public var width: Int
    private var lines: [String] = []
    private static let widthForBars = 118

    public static func text(_ report: FloorReport, isColoured: Bool = false, width: Int = 10_000) -> String {
        var frame = TopFrame(isColoured: isColoured, width: width)
        frame.head(report)
        frame.operators(report)
        frame.sources(report.sources)
        frame.books(report.books)
        frame.rest(report)
        frame.add("")
        frame.edges(report.edges)
        return frame.lines.joined(separator: "\n")
    }

    private init(isColoured: Bool, width: Int) { (self.isColoured, self.width) = (isColoured, width) }

    // MARK: - What there is

    private mutating func head(_ report: FloorReport) {
        let process = report.process
        let name = report.label("topology", of: "floor_info") ?? "floor"
        add(
            "\(name)  process \(process.id) \(process.run)  up \(Text.time(process.up))  shares of the last \(Text.time(process.window))",
            .bold)
        if let trouble = report.trouble { add(trouble, .red) }
        add("")
    }

    /// Without the bars where they would push the lags out.
    private mutating func operators(_ report: FloorReport) {
        let hasBars = width >= Self.widthForBars
        let head = ["operator", "", "busy", "held", "idle", "in/s", "in", "out", "late", "p50", "p99", "local", "global", ""]
        let rows = report.operators.map { row in
            [
                row.name, hasBars ? Text.bar(row.busy, row.backpressured) : "", Text.percent(row.busy),
                Text.percent(row.backpressured),
                Text.percent(row.idle), Text.count(row.rate), Text.count(Double(row.elementsIn)),
                Text.count(Double(row.elementsOut)),
                Text.count(Double(row.late)), Text.time(row.latencyP50), Text.time(row.latencyP99), Text.time(row.localLag),
                Text.time(row.globalLag), row.isBottleneck ? "bottleneck" : "",
            ]
        }
        let marks = report.operators.map { $0.isBottleneck ? Style.yellow : .plain }
        table(head, rows, leading: [0, 1, 13], marks)
    }

    /// Last, as there are many: those first on which something waits, has waited or was not simply taken.
    private mutating func edges(_ all: [FloorReport.Edge]) {
        let edges = all.filter { !$0.isQuiet } + all.filter(\.isQuiet)
        let head = [
            "edge", "depth", "capacity", "oldest", "drain", "blocked", "conflated", "sampled", "shed", "spilled", "total",
        ]
        let rows = edges.map { edge in
            [
                edge.name, Text.count(Double(edge.depth)), edge.capacity == 0 ? "-" : Text.count(Double(edge.capacity)),
                Text.time(edge.oldestAge), edge.drain.map(Text.time) ?? "never", Text.time(edge.blocked),
                Text.count(Double(edge.conflated)), Text.count(Double(edge.sampledOut)), Text.count(Double(edge.shed)),
                Text.count(Double(edge.spilled)), Text.count(Double(edge.total)),
            ]
        }
        table(head, rows, leading: [0], edges.map { $0.depth > 0 && $0.depth >= $0.capacity && $0.capacity > 0 ? .red : .plain })
    }

    private mutating func sources(_ sources: [FloorReport.Source]) {
        let rows = sources.map { source in
            [
                source.name, source.state ?? "", Text.count(Double(source.records)), Text.time(source.watermarkLag),
                Text.count(Double(source.gaps)), Text.count(Double(source.reconnects)),
            ]
        }
        let marks = sources.map { $0.state == "down" || $0.state == "stale" ? Style.red : .plain }
        table(["source", "state", "records", "watermark lag", "gaps", "reconnects"], rows, leading: [0, 1], marks)
    }

    private mutating func books(_ books: [FloorReport.Book]) {
        let rows = books.map { book in
            [
                book.source + " " + book.symbol, book.state, book.quality.description, Text.level(book.bidSize),
                Text.level(book.bid), Text.level(book.ask), Text.level(book.askSize),
            ]
        }
        let marks = books.map { $0.quality.isOK ? Style.plain : .red }
        table(["book", "state", "quality", "bid size", "bid", "ask", "ask size"], rows, leading: [0, 1, 2], marks)
    }

    private mutating func rest(_ report: FloorReport) {
        let (journal, checkpoint) = (report.journal, report.checkpoint)
        add(
            "journal     \(journal.records) records, \(journal.unsynced) not durable yet, last commit \(Text.time(journal.commit))"
        )
        if checkpoint.count > 0 {
            add(
                "checkpoint  of record \(checkpoint.sequence), \(Text.time(checkpoint.age)) ago, \(checkpoint.bytes) bytes, "
                    + "took \(Text.time(checkpoint.duration))")
        }
        for path in report.paths where path.count > 0 {
            add("path        \(path.from) to \(path.to): \(path.count), p50 \(Text.time(path.p50)), p99 \(Text.time(path.p99))")
        }
        func line(_ title: String, _ name: String, _ label: String) {
            let values = report.series.filter { $0.name == name && $0.value != 0 }
            guard !values.isEmpty else { return }
            let texts = values.map { "\(Text.count($0.value)) \($0.labels[label] ?? "")" }
            add(title.padding(to: 12) + texts.joined(separator: ", "))
        }
        line("orders", "floor_orders", "state")
        if let inDoubt = report.series.first(where: { $0.name == "floor_orders_in_doubt" }), inDoubt.value > 0 {
            add("in doubt    \(Text.count(inDoubt.value))", .red)
        }
        let controls = report.series.filter { $0.name == "floor_control_triggers_total" && $0.value != 0 }
        if !controls.isEmpty {
            let texts = controls.map { "\(Text.count($0.value)) \($0.labels["control"] ?? "") \($0.labels["outcome"] ?? "")" }
            add("controls    " + texts.joined(separator: ", "))
        }
        line("breaks", "floor_breaks_open", "class")
        for session in report.series where session.name == "floor_fix_session_up" {
            add(
                "session     \(session.labels["session"] ?? "") \(session.value == 1 ? "up" : "down")",
                session.value == 1 ? .plain : .red)
        }
    }

    // MARK: - Its form

    private enum Style { case plain, bold, red, yellow }

    private mutating func add(_ line: String, _ style: Style = .plain) {
        let cut = line.count > width ? String(line.prefix(max(0, width))) : line
        guard isColoured, style != .plain else { return lines.append(cut) }
        let code = style == .bold ? "1" : style == .red ? "1;31" : "1;33"
        lines.append("\u{1B}[\(code)m\(cut)\u{1B}[0m")
    }

    private mutating func table(_ head: [String], _ rows: [[String]], leading: Set<Int>, _ marks: [Style]) {
        guard !rows.isEmpty else { return }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var text = cells.indices.map { column in
                leading.contains(column) ? cells[column].padding(to: widths[column]) : cells[column].padding(from: widths[column])
            }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        add(line(head), .bold)
        for (row, mark) in zip(rows, marks) { add(line(row), mark) }
        add("")
    }
}

extension FloorReport.Edge {
    /// Nothing waits on it, or ever had to, and everything was simply taken.
    var isQuiet: Bool { depth == 0 && blocked == 0 && conflated == 0 && sampledOut == 0 && shed == 0 && spilled == 0 }
}

/// Figures as short texts.
enum Text {
    static func count(_ value: Double) -> String {
        switch value {
        case 1e9...: fixed(value / 1e9, 2) + "G"
        case 1e6...: fixed(value / 1e6, 2) + "M"
        case 1e4...: fixed(value / 1e3, 1) + "k"
        default: value.isFinite ? String(Int(value.rounded())) : ""
        }
    }
    /// A price or a size as short as it is; nothing where nobody stands.
    static func level(_ value: Double) -> String {
        if value == 0 { return "-" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
    static func percent(_ share: Double) -> String { fixed(100 * share, 1) + "%" }

    /// A duration in seconds.
    static func time(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "" }
        switch seconds {
        case ...0: return "0"
        case ..<1e-6: return fixed(seconds * 1e9, 0) + " ns"
        case ..<1e-3: return fixed(seconds * 1e6, 1) + " µs"
        case ..<1: return fixed(seconds * 1e3, 1) + " ms"
        case ..<120: return fixed(seconds, 1) + " s"
        case ..<7_200: return fixed(seconds / 60, 0) + " min"
        case ..<172_800: return fixed(seconds / 3_600, 1) + " h"
        default: return fixed(seconds / 86_400, 0) + " d"
        }
    }

    /// Twenty cells: busy full, backpressured half, the rest dots.
    static func bar(_ busy: Double, _ held: Double) -> String {
        let full = min(20, max(0, Int((busy * 20).rounded()))), half = min(20 - full, max(0, Int((held * 20).rounded())))
        return String(repeating: "█", count: full) + String(repeating: "▒", count: half)
            + String(repeating: "·", count: 20 - full - half)
    }

    static func fixed(_ value: Double, _ places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard value.isFinite, abs(value) * scale < 9e18 else { return "" }
        let units = Int64((abs(value) * scale).rounded()), sign = value < 0 && units > 0 ? "-" : ""
        guard places > 0 else { return sign + String(units) }
        let rest = String(units % Int64(scale))
        return sign + String(units / Int64(scale)) + "." + String(repeating: "0", count: places - rest.count) + rest
    }
}

extension String {
    /// Blanks behind, or in front, up to so many characters.
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate func padding(from width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
