import Clearance
import Foundation
import Operators
import PlainData
import Topology
import TradingModel

/// A chain for scripts. Numbers that must be exact are texts.
public struct LineageJSON {
    private let lineage: Lineage, words: LineageWords, summary: LineageSummary

    public init(_ lineage: Lineage) {
        (self.lineage, words, summary) = (lineage, LineageWords(lineage), lineage.summary)
    }

    struct Record: Encodable {
        var order: String, parent: String?, topology: String, topologyHash: String, date: String
        var lastRecord: UInt64, hasEnded: Bool, isBeingWritten: Bool
        var status: String, cumQty: String, avgPx: String?, fills: Int, children: Int, traded: String, realised: String
        var latencyNanoseconds: [String: Int64]
        var steps: [Step]
    }
    struct Step: Encodable {
        var id: String, vertex: String, kind: String, output: String, element: String
        var record: UInt64, source: String, eventTime: String, ingestTime: String
        /// `record`, `loop`, `element` or `timer`.
        var cause: String
        var timer: String?
        /// What it came of, and what the vertex knew at its other inputs: ids of steps.
        var from: String?, known: [String: String]
        var fields: [String: String], before: [String: String]?
        var isConsequence: Bool, isValueOnly: Bool
        var words: String, details: [String]
        var checks: [CheckLine]?
    }
    struct CheckLine: Encodable {
        var code: String, check: String, outcome: String, measured: Double?, limit: Double?
    }

    public func text() throws -> String {
        let times = summary.times
        var latencies: [String: Int64] = [:]
        if let cause = times.cause {
            for (name, time) in [
                ("intent", times.intent), ("fix", times.sent), ("first_answer", times.answer), ("last_fill", times.fill),
            ] { latencies[name] = time.map { $0 - cause } }
        }
        let parent = summary.request.map(\.parentID) ?? .none
        let record = Record(
            order: words.id(lineage.order), parent: parent.isNone ? nil : words.id(parent), topology: lineage.topology.name,
            topologyHash: lineage.topology.hash, date: String(UTC.text((Int64(lineage.day) + 18_262) * UTC.day).prefix(10)),
            lastRecord: lineage.lastSequence, hasEnded: lineage.hasEnded,
            isBeingWritten: lineage.writer != nil, status: summary.status,
            cumQty: summary.cumQty.description, avgPx: summary.avgPx.isNone ? nil : summary.avgPx.description,
            fills: summary.fills, children: summary.children, traded: summary.traded.description,
            realised: summary.realised.description, latencyNanoseconds: latencies, steps: lineage.steps.map(step))
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(record), as: UTF8.self)
    }

    static func id(_ step: LineageStep) -> String { "\(step.output)#\(step.number)" }

    private func step(_ step: LineageStep) -> Step {
        var made = Step(
            id: Self.id(step), vertex: step.vertex, kind: step.kind, output: step.output,
            element: type(of: step.element).elementName, record: step.sequence, source: step.record.source,
            eventTime: UTC.text(step.element.eventTime), ingestTime: UTC.text(step.record.ingestTime), cause: "record", from: nil,
            known: Dictionary(step.known.map { ($0.port, Self.id($0.step)) }, uniquingKeysWith: { first, _ in first }),
            fields: fields(step.element), before: step.before.map { fields($0) }, isConsequence: lineage.isConsequence(step),
            isValueOnly: step.isValueOnly, words: words.line(step), details: words.details(step), checks: checks(step))
        switch step.cause {
        case .record: break
        case .loop(let origin): (made.cause, made.from) = ("loop", Self.id(origin))
        case .element(let origin, _): (made.cause, made.from) = ("element", Self.id(origin))
        case .timer(let time): (made.cause, made.timer) = ("timer", UTC.text(time))
        }
        return made
    }
    private func fields(_ element: any Element) -> [String: String] {
        let all = element.described(lineage.names)
        return Dictionary(zip(all.names, all.values), uniquingKeysWith: { first, _ in first })
    }
    private func checks(_ step: LineageStep) -> [CheckLine]? {
        guard step.kind == "compliance", let decision = lineage.decision(ElementKeys(step.element).own, step.sequence) else {
            return nil
        }
        return decision.measures.map { measure in
            CheckLine(
                code: measure.check.code, check: "\(measure.check)", outcome: measure.outcome.text(lineage.names),
                measured: measure.measured.isFinite ? measure.measured : nil, limit: measure.limit.isFinite ? measure.limit : nil)
        }
    }
}
