import StreamRuntime
import Testing

@testable import Console

@Suite("floor top") struct TopFrameTests {
    private let report = FloorReport.example

    @Test("a frame shows each operator's shares, and the bottleneck by name")
    func frame() {
        let lines = TopFrame.text(report).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "desk  process 123 running  up 2.0 h  shares of the last 9.0 s")
        #expect(lines[1] == "process 123 is gone; last heartbeat 12 s ago")
        #expect(
            lines[3]
                == "operator                         busy   held   idle   in/s     in   out  late     p50     p99  local  global")
        #expect(
            lines[4]
                == "bars      ████▒▒▒▒▒▒▒▒▒▒······  20.0%  50.0%  30.0%  12.3k  1.23M  4000     7  250 ns  1.5 µs      0       0")
        #expect(
            lines[5]
                == "slow      ████████████████████  99.9%   0.0%   0.1%      3     42    42     0  2.0 ms  9.0 ms  3.0 s  75 min  bottleneck"
        )
        #expect(lines.contains("feed     64        64   7.5 s  never    1.0 s          1        4     2        3   1002"))
        #expect(lines.contains("feed    stale     1000          5.0 s     1           2"))
        // Edges come last, and those first where something waits.
        #expect(lines.suffix(3).map { $0.prefix(5) } == ["feed ", "bars ", ""])
        #expect(lines.contains("journal     500 records, 20 not durable yet, last commit 1.5 ms"))
        #expect(lines.contains("path        feed to broker: 9, p50 80.0 µs, p99 95.0 µs"))
        #expect(lines.contains("orders      3 Filled") && lines.contains("session     broker down"))
    }

    @Test("books are shown by source and symbol with their best levels, and what is wrong with them")
    func books() {
        var report = report
        func book(_ symbol: String, _ values: [String: Double]) {
            for (name, value) in values {
                report.series.append(
                    .init(name: "floor_book_" + name, labels: ["source": "feed", "symbol": symbol], value: value))
            }
        }
        book("ETH", ["best_bid": 0, "best_ask": 2_000.5, "best_ask_size": 3, "state": 6, "quality": 34])
        book(
            "BTC",
            ["best_bid": 61_837.63, "best_bid_size": 0.25, "best_ask": 61_838, "best_ask_size": 1, "state": 2, "quality": 0])
        let lines = TopFrame.text(report).split(separator: "\n").map(String.init)
        #expect(lines.contains("book      state       quality       bid size       bid     ask  ask size"))
        #expect(lines.contains("feed BTC  live        ok                0.25  61837.63   61838         1"))
        #expect(lines.contains("feed ETH  recovering  gap+checksum         -         -  2000.5         3"))
    }

    @Test("lines are cut at the terminal's width, and colours only where they are wanted")
    func width() {
        let lines = TopFrame.text(report, width: 40).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 40 } && lines.contains { $0.count == 40 })
        #expect(TopFrame.text(report, width: 118).contains("█") && !TopFrame.text(report, width: 117).contains("█"))
        #expect(!TopFrame.text(report).contains("\u{1B}"))
        let coloured = TopFrame.text(report, isColoured: true)
        #expect(coloured.contains("\u{1B}[1;33mslow") && coloured.contains("\u{1B}[1;31mprocess 123 is gone"))
    }

    @Test(
        "durations and counts are short",
        arguments: [
            (0, "0"), (2.5e-8, "25 ns"), (1.5e-6, "1.5 µs"), (0.0123, "12.3 ms"), (4, "4.0 s"), (300, "5 min"), (7_300, "2.0 h"),
            (864_000, "10 d"),
        ] as [(Double, String)])
    func durations(seconds: Double, text: String) { #expect(Text.time(seconds) == text) }

    @Test("a report comes back from its JSON as it was")
    func json() throws {
        let back = try #require(FloorReport(json: report.json()))
        #expect(back.json() == report.json() && TopFrame.text(back) == TopFrame.text(report))
        #expect(String(decoding: report.json(), as: UTF8.self).contains("\"elements_in\":1234567"))
    }
}

extension FloorReport {
    /// A floor in some trouble.
    static var example: FloorReport {
        func row(
            _ name: String, _ busy: Double, _ held: Double, in n: UInt64, out: UInt64, late: UInt64 = 0, rate: Double,
            p50: Double,
            p99: Double, local: Double, global: Double, isBottleneck: Bool = false
        ) -> Operator {
            Operator(
                name: name, kind: "operator", busy: busy, idle: 1 - busy - held, backpressured: held, elementsIn: n,
                elementsOut: out, late: late, rate: rate, latencyP50: p50, latencyP99: p99, localLag: local, globalLag: global,
                isBottleneck: isBottleneck)
        }
        guard var report = try? FloorReport(FloorFigures(Counters())) else { preconditionFailure("counters are readable") }
        report.process = Process(id: 123, state: "gone", run: "running", silent: 12, up: 7_200, window: 9)
        report.trouble = "process 123 is gone; last heartbeat 12 s ago"
        report.bottleneck = "slow"
        report.operators = [
            row(
                "bars", 0.2, 0.5, in: 1_234_567, out: 4_000, late: 7, rate: 12_345, p50: 2.5e-7, p99: 1.5e-6, local: 0, global: 0),
            row(
                "slow", 0.999, 0, in: 42, out: 42, rate: 3, p50: 0.002, p99: 0.009, local: 3, global: 4_500, isBottleneck: true),
        ]
        report.edges = [
            Edge(
                name: "bars", depth: 0, capacity: 16, total: 9, taken: 9, oldestAge: 0, drain: 0, blocked: 0, conflated: 0,
                sampledOut: 0, shed: 0, spilled: 0),
            Edge(
                name: "feed", depth: 64, capacity: 64, total: 1_002, taken: 931, oldestAge: 7.5, drain: nil, blocked: 1,
                conflated: 1,
                sampledOut: 4, shed: 2, spilled: 3),
        ]
        report.sources = [Source(name: "feed", records: 1_000, watermarkLag: 5, state: "stale", gaps: 1, reconnects: 2)]
        report.journal = Journal(records: 500, unsynced: 20, commits: 9, commit: 0.0015)
        report.paths = [Path(from: "feed", to: "broker", count: 9, p50: 8e-5, p99: 9.5e-5)]
        report.series = [
            Series(name: "floor_info", labels: ["topology": "desk"], value: 1),
            Series(name: "floor_orders", labels: ["state": "Filled"], value: 3),
            Series(name: "floor_orders", labels: ["state": "New"], value: 0),
            Series(name: "floor_fix_session_up", labels: ["session": "broker"], value: 0),
        ]
        return report
    }
}
