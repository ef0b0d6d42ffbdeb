import Clearance
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing
import Topology
import TradingModel

@testable import Desk

/// Law 2 for a whole desk: which threads and how many copies run it changes nothing that it says, keeps or orders.
@Suite("a day on threads", .timeLimit(.minutes(3))) struct ThreadedDayTests {
    /// How the small desk is run: 1 or 3 groups of stages, and the copies of its bars and of both averages.
    struct Setting: Sendable, CustomStringConvertible {
        var groups: Int, shards: Int
        var description: String { "\(groups) groups, \(shards) shards" }

        var changes: [String: String] {
            let thread = groups == 3 ? ", thread: signals" : "", copies = shards > 1 ? ", shards: \(shards)" : ""
            return [
                "every: 10s }": "every: 10s\(thread)\(copies) }", "period: 2 }": "period: 2\(copies) }",
                "period: 4 }": "period: 4\(copies) }",
                "{ kind: drift, ": "{ kind: drift, \(groups == 3 ? "thread: orders, " : "")",
            ]
        }
    }
    static let settings = [1, 3].flatMap { groups in [1, 2, 4, 8].map { Setting(groups: groups, shards: $0) } }

    /// What a run of the recorded day comes to.
    private struct Outcome: Equatable {
        var digests: DigestBook, state: [UInt8], orders: [String], summary: [UInt8]
    }
    private func run(_ day: RecordedDay, _ topology: CheckedTopology, isThreaded: Bool, cut: (() -> Int)? = nil) throws -> (
        Outcome, threads: Set<String>
    ) {
        let names = try day.names()
        let assembly = Assembly(topology, names: names, day: day.manifest.day, isThreaded: isThreaded)
        let summary = DaySummary(), orders = Mutex<[String]>([])
        summary.watch(assembly)
        let made = try #require(assembly.graph.hashedEdges.first { $0.name == "slicer" } as? Edge<ClearedOrder>)
        assembly.graph.sink("slicer.test", from: made) { offer in
            let lines = (0..<offer.count).map { row in
                let request = offer[row].request
                return "\(offer.sequence(row)) \(request.clOrdID.text(names)) \(request.orderQty) \(request.price)"
            }
            orders.withLock { $0 += lines }
            return offer.count
        }
        let replay = Replay(
            assembly.graph, names: names, sources: day.manifest.sources.map(\.name),
            hasClock: day.manifest.clockIntervalNanoseconds != nil)
        if let cut { try replay.run(day.reader(), cut: cut) } else { try replay.run(day.reader()) }
        var saved = StateCoder()
        summary.state(&saved)
        let threads = Set(assembly.graph.rings.flatMap { [$0.from, $0.to] })
        return (
            Outcome(
                digests: DigestBook(assembly.graph, sequence: replay.lastSequence), state: replay.checkpoint(),
                orders: orders.withLock { $0 }, summary: saved.bytes),
            threads
        )
    }

    @Test("1 and 3 groups, 1 to 8 copies: the same digests, orders, state and summary, however the journal is cut")
    func lawOfTheDesk() throws {
        let small = try SmallDay()
        try small.record()
        let day = try RecordedDay(small.data)
        let recorded = try #require(try day.directory.read(DigestBook.self, from: "checkpoints/digests.json"))
        let (one, _) = try run(day, small.topology(), isThreaded: false)
        #expect(one.digests == recorded && one.orders.count > 4 && one.digests.outputs.count > 10)
        var random = SplitMix64(seed: 7)
        for setting in Self.settings {
            let topology = try small.topology(setting.changes)
            #expect(try topology.hash == small.topology().hash, "\(setting)")
            let (many, threads) = try run(day, topology, isThreaded: true)
            try #require(many == one, "\(setting)")
            try #require(try run(day, topology, isThreaded: true, cut: { 1 + random.below(40) }).0 == one, "\(setting), cut")
            let groups = threads.filter { !$0.contains("/") }, copies = threads.filter { $0.hasPrefix("bars/") }
            #expect(groups.isSuperset(of: setting.groups == 3 ? ["engine", "signals", "orders"] : []), "\(setting): \(threads)")
            #expect(copies.count == (setting.shards > 1 ? setting.shards : 0), "\(setting): \(threads)")
        }
        // A day that is replayed, asked or explained is run on one thread.
        #expect(try !day.assemble(small.topology(Self.settings[7].changes)).assembly.graph.hasThreads)
    }

    @Test("a run over files with loops, in steps, leaves them out and says so")
    func stepped() throws {
        let small = try SmallDay(), lines = Mutex<[String]>([])
        try small.record()
        let recorded = try String(contentsOfFile: small.path("children.csv"), encoding: .utf8)
        var settings = DeskRunSettings(floorVersion: "test", notice: { line in lines.withLock { $0.append(line) } })
        settings.data = small.path("again")
        let desk = try DeskRun(small.topology(Self.settings[7].changes), settings: settings)
        #expect(!desk.assembly.graph.hasThreads)
        try desk.run()
        #expect(lines.withLock { $0.contains { $0.contains("thread and shards are left out") } })
        #expect(try String(contentsOfFile: small.path("children.csv"), encoding: .utf8) == recorded)
    }
}

/// Whole runs of signals over a file, on threads of their own.
@Suite("signals on threads", .timeLimit(.minutes(3))) final class ThreadedSignalsTests {
    private let folder: URL
    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("floor-threads-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var random = SplitMix64(seed: 11), text = "time,symbol,price,size\n"
        for second in 0..<900 {
            for symbol in 0..<9 where random.below(3) > 0 {
                let (minute, rest) = (second / 60, second % 60)
                text +=
                    "2026-01-05T14:\(minute < 10 ? "0" : "")\(minute):\(rest < 10 ? "0" : "")\(rest)Z,S\(symbol),\(90 + random.below(20)).\(random.below(10)),\(1 + random.below(500))\n"
            }
        }
        try text.write(toFile: path("trades.csv"), atomically: true, encoding: .utf8)
    }
    deinit { try? FileManager.default.removeItem(at: folder) }
    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    static let alone = Setting(), threes = Setting(bars: "thread: signals", zscore: "thread: scores")
    static let copies = Setting(bars: "shards: 4", fast: "shards: 2", targets: "thread: last")
    static let eight = Setting(bars: "shards: 8, thread: signals", zscore: "shards: 2", targets: "thread: signals")
    struct Setting: Sendable {
        var bars = "", fast = "", zscore = "", targets = ""
    }

    private func topology(_ setting: Setting) throws -> CheckedTopology {
        func more(_ text: String) -> String { text.isEmpty ? "" : ", " + text }
        return try TopologyFile.check(
            text: """
                topology: signals
                sources:
                  trades: { kind: file, path: "\(path("trades.csv"))", format: trades-csv }
                operators:
                  bars: { kind: time-bars, from: trades, every: 5s\(more(setting.bars)) }
                  sessions: { kind: session-bars, from: trades, gap: 3s }
                  fast: { kind: ema, from: bars, period: 3\(more(setting.fast)) }
                  slow: { kind: ema, from: bars, period: 8 }
                  zscore: { kind: zscore, from: bars, period: 5\(more(setting.zscore)) }
                  targets: { kind: momentum-targets, from: { fast: fast, slow: slow }, gain: 20\(more(setting.targets)) }
                sinks:
                  wanted: { kind: csv, from: targets, path: "\(path("wanted.csv"))" }
                  scored: { kind: csv, from: zscore, path: "\(path("scored.csv"))" }
                  rest: { kind: "null", from: sessions }
                """, named: "signals.yaml", against: Kinds.catalog)
    }

    /// - Parameter last: asks the run to stop behind this record, as Ctrl-C does.
    private func run(_ data: String, _ setting: Setting, stopBehind last: UInt64 = .max, _ lines: Lines = Lines()) throws
        -> DeskRun
    {
        var settings = DeskRunSettings(floorVersion: "test", notice: { lines.add($0) })
        (settings.data, settings.checkpointRecords) = (path(data), 700)
        let desk = try DeskRun(topology(setting), settings: settings)
        let stop = desk.stop
        desk.engine.onBatch = { sequence, _ in if sequence >= last { stop() } }
        try desk.run()
        return desk
    }
    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        func add(_ line: String) { all.withLock { $0.append(line) } }
        var lines: [String] { all.withLock { $0 } }
    }
    private func book(_ data: String) throws -> DigestBook {
        try #require(try RecordedDay(path(data)).directory.read(DigestBook.self, from: "checkpoints/digests.json"))
    }
    private func files() throws -> [String] {
        try ["wanted.csv", "scored.csv"].map { try String(contentsOfFile: path($0), encoding: .utf8) }
    }

    @Test("a day that one setting recorded is the day of any other, and each verifies on one thread")
    func anySetting() throws {
        _ = try run("alone", Self.alone)
        let whole = try book("alone"), rows = try files()
        #expect(whole.outputs.first { $0.name == "targets" }.map { $0.count > 100 } == true && rows[0].utf8.count > 2_000)
        for (number, setting) in [Self.threes, Self.copies, Self.eight].enumerated() {
            let desk = try run("other-\(number)", setting)
            #expect(desk.assembly.graph.hasThreads)
            #expect(try book("other-\(number)") == whole && files() == rows)
            // floor replay --verify
            let day = try RecordedDay(path("other-\(number)")), again = try day.assemble(day.topology(nil, []))
            try day.replay(again)
            #expect(!again.assembly.graph.hasThreads)
            #expect(DigestBook(again.assembly.graph, sequence: again.replay.lastSequence) == whole)
        }
    }

    @Test(
        "a day goes on with other threads and shards than it was begun with, from its checkpoint or its first record",
        arguments: [(alone, copies), (threes, eight), (eight, alone), (copies, threes)])
    func goesOn(before: Setting, after: Setting) throws {
        _ = try run("whole", Self.alone)
        let whole = try book("whole"), rows = try files()
        for fromCheckpoint in [true, false] {
            let data = "half-\(fromCheckpoint)"
            let half = try run(data, before, stopBehind: 2_000)
            #expect(half.records >= 2_000 && half.records < whole.sequence)
            if !fromCheckpoint {
                for file in try FileManager.default.contentsOfDirectory(atPath: path(data) + "/checkpoints")
                where file.hasSuffix(".ckpt") {
                    try FileManager.default.removeItem(atPath: path(data) + "/checkpoints/" + file)
                }
            }
            let rest = try run(data, after)
            #expect(rest.resumed == half.records && rest.checkpoint?.sequence == (fromCheckpoint ? half.records : nil))
            #expect(try book(data) == whole && files() == rows)
        }
    }

    @Test("the desk's own topology runs on any threads that its check lets pass")
    func deskOnThreads() throws {
        let operators = [
            "bars", "fast", "slow", "rsi", "zscore", "targets", "drift", "compliance", "slicer", "oms", "positions",
        ]
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("topologies/desk.yaml").path
        var passed = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var sets = operators.filter { _ in random.below(3) == 0 }.map { name in
                "operators.\(name).thread=\(["a", "b", "c"][random.below(3)])"
            }
            if random.below(2) == 0 { sets.append("operators.bars.shards=3") }
            guard let topology = try? TopologyFile.check(path: file, against: Kinds.catalog, overrides: sets) else { continue }
            #expect(Assembly(topology, names: Names(), day: 2_000, isThreaded: true).graph.threadCycle == nil, "\(sets)")
            passed += 1
        }
        #expect(passed > 10 && passed < 60)
    }

    /// By hand: those that keep a state for each instrument.
    @Test("every kind that may be copied is, and no other")
    func keyedKinds() throws {
        let keyed = [
            "time-bars": "every: 5s", "sliding-bars": "length: 5s, every: 1s", "session-bars": "gap: 3s", "ema": "period: 3",
            "rsi": "period: 3", "zscore": "period: 3", "atr": "period: 3", "macd": "fast: 2, slow: 3",
            "tick-bars": "ticks: 3", "volume-bars": "volume: 3", "dollar-bars": "dollars: 3", "range-bars": "range: 3",
            "renko-bars": "brick: 3", "tick-imbalance-bars": "ticks: 3", "volume-imbalance-bars": "ticks: 3",
            "dollar-imbalance-bars": "ticks: 3", "tick-run-bars": "ticks: 3", "volume-run-bars": "ticks: 3",
            "dollar-run-bars": "ticks: 3",
            "sma": "period: 3", "bollinger": "period: 3", "adx": "period: 3",
        ]
        // An indicator is a function of one instrument's elements.
        let indicators = Set(IndicatorKinds.all.map(\.kind.name))
        #expect(
            Set(Kinds.catalog.kinds.filter(\.isKeyed).map(\.name)).subtracting(indicators)
                == Set(keyed.keys).subtracting(indicators))
        #expect(indicators.isSubset(of: Kinds.catalog.kinds.filter(\.isKeyed).map(\.name)))
        for (kind, settings) in keyed {
            let first = kind.hasSuffix("bars") ? "" : "  bars: { kind: time-bars, from: trades, every: 1s }\n"
            let text =
                "topology: t\nsources: { trades: { kind: file, path: t.csv, format: trades-csv } }\noperators:\n\(first)"
                + "  x: { kind: \(kind), from: \(first.isEmpty ? "trades" : "bars"), \(settings), shards: 3 }\nsinks: { out: { kind: \"null\", from: x } }\n"
            let topology = try TopologyFile.check(text: text, named: "t.yaml", against: Kinds.catalog)
            let graph = Assembly(topology, names: Names(), day: 2_000, isThreaded: true).graph
            #expect(Set(graph.rings.map(\.to)) == ["x/0", "x/1", "x/2", "x"], "\(kind)")
        }
    }
}
