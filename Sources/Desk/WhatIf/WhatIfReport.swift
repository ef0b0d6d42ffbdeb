import Foundation
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A what-if side by side: as a table, or for scripts.
public struct WhatIfReport: Encodable {
    struct Row: Encodable {
        var name: String, recorded: String, other: String
    }
    struct OutputRow: Encodable {
        var output: String, element: String, recorded: UInt64?, other: UInt64?, differsAt: UInt64?
    }
    struct DifferenceRow: Encodable {
        var output: String, record: UInt64, field: String?, recorded: String, other: String
    }
    let topology: String, topologyHash: String, otherTopology: String, otherHash: String
    let branchedAfter: UInt64, checkpoint: UInt64?, lastRecord: UInt64
    let startedEmpty: [String], silentSources: [String], halted: String?
    let outputs: [OutputRow]
    /// Of the whole day, as the venue filled the recorded orders.
    let orders: [Row], positions: [Row], targets: [Row]
    let differences: [DifferenceRow]
    let firstOrder: DifferenceRow?

    public init(_ whatIf: WhatIf) {
        let (old, new) = (whatIf.recorded.topology, whatIf.other.topology)
        (topology, topologyHash, otherTopology, otherHash) = (old.name, old.hash, new.name, new.hash)
        (branchedAfter, checkpoint) = (whatIf.branch.sequence, whatIf.branch.checkpoint)
        (lastRecord, startedEmpty, silentSources) = (whatIf.lastSequence, whatIf.empty, whatIf.silentSources)
        halted = whatIf.halt?.description
        outputs = whatIf.outputs.map {
            OutputRow(output: $0.name, element: $0.element, recorded: $0.recorded, other: $0.other, differsAt: $0.differsAt)
        }
        let (made, summaries, names) = (whatIf.orders, whatIf.summaries, whatIf.recorded.names)
        func row(_ name: String, _ value: (OrdersMade) -> some CustomStringConvertible) -> Row {
            Row(name: name, recorded: "\(value(made.recorded))", other: "\(value(made.other))")
        }
        func day(_ name: String, _ value: (DaySummary) -> some CustomStringConvertible) -> Row {
            Row(name: name, recorded: "\(value(summaries.recorded))", other: "\(value(summaries.other))")
        }
        orders = [
            row("proposed", \.proposed), row("cleared", \.cleared), row("for review", \.reviewed), row("blocked", \.blocked),
            row("new orders", \.new), row("their worth") { Self.money($0.worth) }, row("cancels", \.changes),
            day("fills", \.fills), day("traded") { Self.money($0.traded) }, day("realised") { Self.money($0.realised) },
        ]
        func symbols(_ a: some Collection<SymbolID>, _ b: some Collection<SymbolID>) -> [SymbolID] {
            Set(a).union(b).sorted { names.text(of: $0) < names.text(of: $1) }
        }
        positions = symbols(summaries.recorded.positions.keys, summaries.other.positions.keys).map { symbol in
            func text(_ summary: DaySummary) -> String { summary.positions[symbol].map { "\($0.quantity)" } ?? "" }
            return Row(name: names.text(of: symbol), recorded: text(summaries.recorded), other: text(summaries.other))
        }
        targets = symbols(made.recorded.targets.keys, made.other.targets.keys).map { symbol in
            func text(_ orders: OrdersMade) -> String { orders.targets[symbol].map { String(format: "%.6f", $0) } ?? "" }
            return Row(name: names.text(of: symbol), recorded: text(made.recorded), other: text(made.other))
        }
        differences = whatIf.differences.map(Self.row)
        firstOrder = whatIf.firstOrder.map(Self.row)
    }
    private static func row(_ found: SideBySide.Difference) -> DifferenceRow {
        DifferenceRow(
            output: found.output, record: found.sequence, field: found.field, recorded: found.recorded, other: found.replayed)
    }
    private static func money(_ amount: Notional) -> String { String(format: "%.2f", amount.double) }

    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    // MARK: - For people

    public var text: String {
        var lines = ["what if  \(otherTopology) (\(otherHash)) in place of \(topology) (\(topologyHash))"]
        lines.append("records  \(branchedAfter + 1) to \(lastRecord)" + (branchedAfter > 0 ? ", the day as recorded before" : ""))
        if let checkpoint { lines.append("from     the checkpoint of record \(checkpoint)") }
        if !startedEmpty.isEmpty {
            lines.append("empty    \(startedEmpty.joined(separator: ", ")): nothing is known there at first")
        }
        if !silentSources.isEmpty {
            lines.append("silent   \(silentSources.joined(separator: ", ")): the day has no records of it")
        }
        if let halted { lines.append("halted   what if: \(halted)") }

        var table: [[String]] = [["", "", "recorded", "what if", ""]]
        table += outputs.map { row in
            let verdict =
                row.recorded == nil
                ? "only there"
                : row.other == nil
                    ? "only recorded"
                    : row.differsAt.map { "differs from record \($0)" } ?? "same"
            return [row.output, row.element, row.recorded.map { "\($0)" } ?? "", row.other.map { "\($0)" } ?? "", verdict]
        }
        func section(_ name: String, _ rows: [Row]) {
            for (place, row) in rows.enumerated() {
                table.append([place == 0 ? name : "", row.name, row.recorded, row.other, ""])
            }
        }
        table.append(["", "", "", "", ""])
        section("orders", orders)
        if !positions.isEmpty { section("positions", positions) }
        if !targets.isEmpty { section("targets", targets) }
        lines += [""] + Self.aligned(table) + [""]

        guard let first = differences.first else {
            lines.append("no output that both have differs")
            return lines.joined(separator: "\n")
        }
        lines.append("first    " + Self.words(first))
        guard let order = firstOrder else { return (lines + ["The orders are the same to the end."]).joined(separator: "\n") }
        if order.output != first.output { lines.append("order    " + Self.words(order)) }
        lines.append(
            "From record \(order.record) on other orders are asked for, but the venue's reports still answer the recorded ones:")
        lines.append(
            "fills, positions and all that follows from them are the recorded day's. floor backtest lets a venue answer.")
        return lines.joined(separator: "\n")
    }

    private static func words(_ row: DifferenceRow) -> String {
        "\(row.output), record \(row.record)" + (row.field.map { ", \($0)" } ?? "")
            + ": recorded \(row.recorded), what if \(row.other)"
    }
    private static func aligned(_ table: [[String]]) -> [String] {
        let widths = (0..<5).map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            let line = row.enumerated().map { column, cell in
                let pad = String(repeating: " ", count: widths[column] - cell.count)
                return column == 2 || column == 3 ? pad + cell : cell + pad
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
