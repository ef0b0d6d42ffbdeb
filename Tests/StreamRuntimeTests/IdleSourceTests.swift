import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// A clock that a test moves, and sets.
private final class HandClock: TimeSource {
    private let time = Atomic<Int64>(1_000_000_000_000), wall = Atomic<Int64>(0)
    func now() -> Int64 { monotonic() + wall.load(ordering: .relaxed) }
    func monotonic() -> Int64 { time.load(ordering: .relaxed) }
    func advance(_ seconds: Double) { time.add(Int64(seconds * 1e9), ordering: .relaxed) }
    func set(_ seconds: Double) { wall.add(Int64(seconds * 1e9), ordering: .relaxed) }
}

@Suite("idle sources") struct IdleSourceTests {
    private func floor() -> (Graph, TypedPort<Value>, TypedPort<Value>) {
        let graph = Graph()
        let busy = graph.source("busy", Value.self), quiet = graph.source("quiet", Value.self)
        graph.add("sums", WindowSum(length: 100, lateness: 0), from: busy.edge)
        graph.sink("quiet.out", from: quiet.edge) { $0.count }
        return (graph, busy, quiet)
    }

    @Test("a source that says nothing holds the watermark until its timeout, and again when it speaks; a replay does the same")
    func timeout() throws {
        let folder = try TemporaryFolder()
        let (graph, busyPort, quietPort) = floor()
        let clock = HandClock()
        var options = EngineOptions()
        options.endsDay = false
        let engine = Engine(graph, names: Names(), options: options, time: clock)
        let busy = engine.ingress(busyPort), quiet = engine.ingress(quietPort)
        engine.setIdleTimeout(of: quietPort, 5_000_000_000)
        let journal = try JournalWriter(directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        engine.begin(journal: journal)
        func offer(_ ingress: Ingress<Value>, _ time: Int64) throws {
            #expect(ingress.offer(Value(time, 1, key: 0), ingestTime: clock.now()))
            while try engine.turn() == .worked {}
        }
        try offer(quiet, 10)
        try offer(busy, 150)
        #expect(engine.lastWatermark == 10)
        clock.advance(4.9)
        try offer(busy, 250)
        #expect(engine.lastWatermark == 10, "not yet idle")
        clock.advance(0.1)
        while try engine.turn() == .worked {}
        #expect(engine.lastWatermark == 250, "idle: the other source alone tells the time")
        try offer(busy, 450)
        #expect(engine.lastWatermark == 450)
        try offer(quiet, 460)
        try offer(busy, 700)
        #expect(engine.lastWatermark == 460, "it speaks again and holds")
        try engine.finish()
        journal.close()

        var decisions: [String] = []
        let reader = try JournalReader(directory: folder.path)
        while try reader.next() != nil {
            for group in reader.groups where group.source == 0 {
                for i in 0..<group.count {
                    let record = group.records.load(fromByteOffset: i * group.stride, as: ControlRecord.self)
                    decisions.append(record.kind.map { "\($0)" } ?? "?")
                }
            }
        }
        #expect(decisions == ["idle", "active"])
        let (again, _, _) = floor()
        let replay = Replay(again, names: Names(), sources: ["busy", "quiet"], hasClock: false)
        try replay.run(JournalReader(directory: folder.path))
        #expect(again.hashedEdges.map(\.digest) == graph.hashedEdges.map(\.digest))
        #expect(again.hashedEdges[0].digest.count == 2, "at 460 the windows of 150 and 250 are closed")
    }

    @Test("a clock that is set back or forth is put on record by how much, and time goes on being told")
    func clockStep() throws {
        let folder = try TemporaryFolder()
        let (graph, busyPort, _) = floor()
        let clock = HandClock()
        var options = EngineOptions()
        (options.endsDay, options.clockInterval) = (false, 1_000_000_000)
        let engine = Engine(graph, names: Names(), options: options, time: clock)
        _ = engine.ingress(busyPort)
        let journal = try JournalWriter(directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        engine.begin(journal: journal)
        func pass(_ seconds: Int) throws {
            for _ in 0..<seconds {
                clock.advance(1)
                while try engine.turn() == .worked {}
            }
        }
        try pass(2)
        clock.set(-3_600)
        try pass(2)
        clock.set(7_200.5)
        try pass(1)
        clock.set(0.02)  // slewed, not set
        try pass(1)
        try engine.finish()
        journal.close()
        var told: [String] = []
        let reader = try JournalReader(directory: folder.path)
        while try reader.next() != nil {
            for group in reader.groups where group.source == 0 {
                for i in 0..<group.count {
                    let record = group.records.load(fromByteOffset: i * group.stride, as: ControlRecord.self)
                    told.append(record.kind == .step ? "step \(Double(record.stepNanoseconds) / 1e9)" : "\(record.kind ?? .end)")
                }
            }
        }
        // Due at 0, 1 and 2 s; then at once after each step, and after 1 s more.
        #expect(told == ["clock", "clock", "clock", "step -3600.0", "clock", "clock", "step 7200.5", "clock", "clock"])
    }
}
