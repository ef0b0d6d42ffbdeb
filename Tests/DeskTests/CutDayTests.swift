import Foundation
import Ledger
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// Recovered ≡ never crashed: a day whose journal ends anywhere goes on to the same end.
@Suite("a day cut off") final class CutDayTests {
    private let day: CutDay
    init() throws { day = try CutDay() }

    private func path(_ name: String) -> String { day.path(name) }
    private func run(_ data: String) throws -> DeskRun { try day.run(data) }
    private func digests(_ data: String) throws -> DigestBook { try day.digests(data) }
    private func ledger(_ data: String) throws -> [[[String]]] { try day.ledger(data) }

    @Test("it ends as if it had not been, wherever its journal ends")
    func everyCut() throws {
        _ = try run(path("whole"))
        let whole = try digests(path("whole")), books = try ledger(path("whole"))
        #expect(
            whole.outputs.first { $0.name == "slicer" }.map { $0.count > 10 } == true,
            "\(whole.outputs.map { "\($0.name) \($0.count)" })")
        #expect(whole.outputs.first { $0.name == "compliance.findings" }.map { $0.count > 10 } == true)
        var offsets: [Int] = []
        let reader = try RecordedDay(path("whole")).reader()
        while let block = try reader.next() { offsets.append(block.offset) }
        #expect(offsets.count > 100)

        for (number, offset) in offsets.enumerated() where number % 4 != 2 {
            let data = path("cut-\(number)")
            try FileManager.default.copyItem(atPath: path("whole"), toPath: data)
            defer { try? FileManager.default.removeItem(atPath: data) }
            let segment = data + "/journal/00000001.jrnl"
            // In turn at a block's end, within a block, and with a ledger that is ahead of what is left.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: segment)).prefix(offset + (number % 2) * 9)
            try bytes.write(to: URL(fileURLWithPath: segment))
            try FileManager.default.removeItem(atPath: data + "/checkpoints/digests.json")
            if number % 3 == 0 { try FileManager.default.removeItem(atPath: data + "/ledger.db") }
            let desk = try run(data)
            #expect(desk.resumed < whole.sequence)
            try #require(try digests(data) == whole, "cut at block \(number)")
            let rebuilt = try ledger(data)
            try #require(rebuilt == books, "cut at block \(number): \(difference(rebuilt, books))")
        }
    }

    /// The first row that differs, with its table.
    private func difference(_ found: [[[String]]], _ expected: [[[String]]]) -> String {
        for (table, (ours, theirs)) in zip(Ledger.Table.allCases, zip(found, expected)) where ours != theirs {
            let row =
                zip(ours, theirs).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(ours.count, theirs.count)
            let (one, other) = (ours.dropFirst(row).first ?? [], theirs.dropFirst(row).first ?? [])
            return "\(table) has \(ours.count) rows, not \(theirs.count); row \(row) is \(one), not \(other)"
        }
        return "none"
    }

    @Test("also when not even the journal's header was whole", arguments: [0, 1, 63])
    func cutHeader(bytes: Int) throws {
        _ = try run(path("whole"))
        let whole = try digests(path("whole"))
        let segment = path("whole") + "/journal/00000001.jrnl"
        try Data(contentsOf: URL(fileURLWithPath: segment)).prefix(bytes).write(to: URL(fileURLWithPath: segment))
        let desk = try run(path("whole"))
        #expect(desk.resumed == 0)
        #expect(try digests(path("whole")) == whole)
        // And what is there now reads from its first record to its last.
        let reader = try RecordedDay(path("whole")).reader()
        while try reader.next() != nil {}
        #expect(reader.nextSequence == whole.sequence + 1 && reader.tail == nil)
    }

    @Test("a day that was ended is not continued")
    func ended() throws {
        _ = try run(path("whole"))
        let error = #expect(throws: DeskRunError.self) { _ = try self.run(self.path("whole")) }
        #expect(error?.description.contains("has ended") == true)
    }
}
