import Foundation
import Ledger
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Gathers what the graph says for the ledger and writes it in stamp order, each row once.
final class LedgerProjection {
    private struct Row {
        var sequence: UInt64, input: Int
        /// Counts on through the run: a record's rows can come in several turns, with a write between them.
        var place: UInt64
        var content: LedgerRow.Content
    }
    let ledger: Ledger
    private var rows: [Row] = []
    private var arrived: UInt64 = 0
    /// The record up to which everything is in the ledger.
    private(set) var applied: UInt64

    init(path: String, names: Names) throws(LedgerError) {
        ledger = try Ledger(path: path, names: names)
        applied = 0
    }

    /// Removes a ledger that has come further than the journal, whose tail was lost with the machine: its last rows are of
    /// records that others will take the place of.
    static func removeIfAhead(_ path: String, of last: UInt64) throws {
        guard let progress = try progress(path), progress > last else { return }
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }
    /// The record that a ledger has come to; nil where there is none.
    static func progress(_ path: String) throws -> UInt64? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try Ledger(path: path, names: Names()).progress()
    }

    /// The breaks that the last reconciliation left open, by the codes of their classes; nil where there is no ledger.
    static func breaks(_ path: String) throws -> [String: Int]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try Ledger(path: path, names: Names()).openBreaks()
    }

    /// Attaches every input that the vertex reads: `attach` gets the edge and what to do with its elements.
    func attach(_ vertex: CheckedVertex, _ assembly: Assembly, _ attach: some LedgerAttachment) {
        open(assembly.input(vertex, "orders", as: OrderUpdate.self), 0, attach) { .order($0) }
        open(assembly.input(vertex, "executions", as: ExecutionReport.self), 1, attach) { .report($0) }
        open(assembly.input(vertex, "positions", as: PositionUpdate.self), 2, attach) { .position($0) }
        open(assembly.input(vertex, "decisions", as: Finding.self), 3, attach) { .finding($0) }
    }
    private func open<T: Element>(
        _ edge: Edge<T>?, _ input: Int, _ attach: some LedgerAttachment, _ content: @escaping (T) -> LedgerRow.Content
    ) {
        guard let edge else { return }
        attach.attach(edge) { [unowned self] sequence, element in
            rows.append(Row(sequence: sequence, input: input, place: arrived, content: content(element)))
            arrived += 1
        }
    }

    /// Writes the rows up to a sequence as one transaction with the sequence that it reaches. Every input must have
    /// handed over all of them.
    func write(upTo last: UInt64) throws(LedgerError) {
        guard last > applied else { return }
        var batch = rows.filter { $0.sequence <= last }
        guard !batch.isEmpty else { return }
        rows.removeAll { $0.sequence <= last }
        batch.sort { ($0.sequence, $0.input, $0.place) < ($1.sequence, $1.input, $1.place) }
        var previous: UInt64 = 0, ordinal = 0
        let stamped = batch.map { row in
            ordinal = row.sequence == previous ? ordinal + 1 : 0
            previous = row.sequence
            return LedgerRow(sequence: row.sequence, ordinal: ordinal, row.content)
        }
        _ = try ledger.apply(LedgerBatch(firstSequence: applied + 1, lastSequence: last, rows: stamped))
        applied = last
    }

    /// Writes what is left, when nothing more can come, and that it is all up to record `last`: so that a ledger made
    /// anew is the one that was deleted, to the last cell.
    func writeAll(upTo last: UInt64) throws(LedgerError) {
        try write(upTo: last)
        guard last > applied else { return }
        _ = try ledger.apply(LedgerBatch(firstSequence: applied + 1, lastSequence: last, rows: []))
        applied = last
    }
}

/// How a projection gets an edge's elements: through an effect queue live, straight from the graph in a replay.
protocol LedgerAttachment {
    func attach<T: Element>(_ edge: Edge<T>, _ body: @escaping (UInt64, T) -> Void)
}
