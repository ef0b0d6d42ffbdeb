import PlainData
import Topology
import TradingModel

/// A chain for a terminal: the order in two lines, then every record that played a part, with what came of it.
public struct LineageText {
    private let lineage: Lineage, words: LineageWords, summary: LineageSummary

    public init(_ lineage: Lineage) {
        (self.lineage, words, summary) = (lineage, LineageWords(lineage), lineage.summary)
    }

    public var text: String {
        var lines = head
        var at = 0
        let steps = lineage.steps
        while at < steps.count {
            let end = steps[at...].firstIndex { $0.sequence != steps[at].sequence } ?? steps.count
            let shown = Array(steps[at..<end]).filter(isShown)
            // A value that only plays a part in another step's words has no place of its own.
            if !shown.isEmpty {
                lines.append("")
                lines += record(shown)
            }
            at = end
        }
        if let last = latencies { lines += ["", last] }
        return lines.joined(separator: "\n")
    }

    // MARK: - Head and foot

    private var head: [String] {
        let request = summary.request.map(words.line) ?? words.id(lineage.order)
        var status = summary.status
        if let asked = summary.request, asked.action == .new {
            status += ", \(summary.cumQty) of \(asked.orderQty) traded"
            if summary.cumQty != .zero, !summary.avgPx.isNone { status += " at \(summary.avgPx)" }
        }
        if summary.fills > 0 { status += ", \(summary.fills) \(summary.fills == 1 ? "fill" : "fills")" }
        if summary.children > 0 { status += ", \(summary.children) \(summary.children == 1 ? "child" : "children")" }
        if summary.realised != .zero { status += ", realised \(summary.realised)" }
        let parent = summary.request.map(\.parentID) ?? .none
        let date = String(UTC.text((Int64(lineage.day) + 18_262) * UTC.day).prefix(10))
        return [
            "order   \(request)" + (parent.isNone ? "" : ", works for \(words.id(parent))"),
            "state   \(status)",
            "day     \(date) of \(lineage.topology.name), records 1 to \(lineage.lastSequence); "
                + (lineage.writer.map { "\($0) is writing more" }
                    ?? (lineage.hasEnded ? "the day has ended" : "the journal ends there")),
        ]
    }

    private var latencies: String? {
        let times = summary.times
        guard let cause = times.cause else { return nil }
        let named = [
            ("the intent", times.intent), ("FIX", times.sent), ("the first answer", times.answer), ("the last fill", times.fill),
        ]
        let parts = named.compactMap { name, time in time.map { "to \(name) \(words.span(Double($0 - cause)))" } }
        return parts.isEmpty ? nil : "took    from the record that caused it " + parts.joined(separator: ", ")
    }

    // MARK: - Records

    private func isShown(_ step: LineageStep) -> Bool {
        if step.isValueOnly { return false }
        // What compliance decided is said with the order that it let pass.
        if let finding = step.element as? Finding, finding.outcome == .ok {
            return !lineage.steps.contains { other in
                guard other.vertex == step.vertex, other.sequence == step.sequence else { return false }
                return ElementKeys(other.element).own == finding.clOrdID && !(other.element is Finding)
            }
        }
        return true
    }

    private var width: Int { lineage.steps.map(\.vertex.count).max() ?? 0 }

    private func record(_ steps: [LineageStep]) -> [String] {
        let record = steps[0].record
        // The record's own line says what its source's step would.
        var lines = [heading(record)]
        var fired: [String: Int64] = [:]
        for step in steps where step.rank > 0 {
            let mark = ElementKeys(step.element).own == lineage.order ? "▸ " : "  "
            lines.append(mark + pad(step.vertex, width) + "  " + words.line(step))
            var details = words.details(step)
            // What fired is said once for all that came of it.
            if case .timer(let time) = step.cause, fired.updateValue(time, forKey: step.vertex) == time { details.removeFirst() }
            for detail in details { lines.append("  " + pad("", width) + "    " + detail) }
        }
        return lines
    }

    private func heading(_ record: LineageRecord) -> String {
        var when = ""
        if let cause = summary.times.cause {
            let apart = record.ingestTime - cause
            when = apart == 0 ? "±0" : (apart > 0 ? "+" : "") + words.span(Double(apart))
        }
        // A moment of another day says nothing beside the others: a tape's answers carry our clock.
        let event = words.clock(record.source == "sequencer" ? record.ingestTime : record.element.eventTime)
        let parts = [
            pad("record \(record.sequence)", 7 + String(lineage.lastSequence).count), event.count > 18 ? "" : event, when,
            "\(record.source): \(words.line(record))",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
