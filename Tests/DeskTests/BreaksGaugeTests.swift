import Ledger
import PlainData
import StreamRuntime
import Testing

@testable import Desk

/// Time that runs so fast that every turn is seconds after the last.
private struct Rushing: TimeSource {
    private let start = SystemTime().monotonic()
    func now() -> Int64 { SystemTime().now() }
    func monotonic() -> Int64 { (SystemTime().monotonic() - start) * 1_000_000 }
}

@Suite("the gauge of open breaks") struct BreaksGaugeTests {
    /// `floor reconcile` is another process: it opens the ledger by itself.
    @Test("it follows the breaks that a reconciliation stores while the day goes on")
    func follows() throws {
        let day = try CutDay(), data = day.path("day")
        var seen: [Double?] = [], turns = 0
        func breaks(_ codes: String...) -> [LedgerBreak] {
            codes.enumerated().map { number, code in
                LedgerBreak(
                    id: "\(number)", code: code, symbol: "AAA", key: "k", ours: "", theirs: "", exposure: "", evidence: "")
            }
        }
        day.onOpen = { [unowned day] desk in
            // B9 is the break of a position: docs/statement-csv.md.
            day.onTurn = { [unowned desk] _ in
                turns += 1
                let ledger = try Ledger(path: data + "/ledger.db", names: Names())
                switch turns {
                case 10: try ledger.replaceBreaks(breaks("B9", "B9", "B4"))
                case 20: try ledger.replaceBreaks([])
                case 9, 15, 25:
                    let series = try FloorFigures(desk.counters).series.filter { $0.name == "floor_breaks_open" }
                    seen.append(series.first { $0.labels.contains { $0 == ("class", "POSITION_BREAK") } }?.value)
                default: break
                }
            }
        }
        _ = try day.run(data) { ($0.hasThreads, $0.time) = (false, Rushing()) }
        #expect(turns > 25 && seen == [0, 2, 0])
    }
}
