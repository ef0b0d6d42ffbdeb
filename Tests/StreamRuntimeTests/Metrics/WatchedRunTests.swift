import Foundation
import PlainData
import Synchronization
import Testing

@testable import StreamRuntime

/// Lines that somebody said, from any thread.
final class Said: Sendable {
    private let all = Mutex<[String]>([])
    func add(_ line: String) { all.withLock { $0.append(line) } }
    var lines: [String] { all.withLock { $0 } }
}

/// Something that stands still until the test lets it go.
final class Gate: Sendable {
    private let open = Atomic<Bool>(false), reached = Atomic<Bool>(false)
    func pass() {
        reached.store(true, ordering: .releasing)
        while !open.load(ordering: .acquiring) { usleep(200) }
    }
    func release() { open.store(true, ordering: .releasing) }
    var isReached: Bool { reached.load(ordering: .acquiring) }
}

/// Waits for something that another thread does; false when it never does.
func waits(_ condition: () -> Bool) -> Bool {
    for _ in 0..<100_000 {
        if condition() { return true }
        usleep(100)
    }
    return false
}

/// Runs an engine on a thread of its own.
func running(_ engine: Engine) -> Thread {
    struct Handed: @unchecked Sendable {  // the new thread's alone
        let engine: Engine
    }
    let handed = Handed(engine: engine)
    let thread = Thread { try? handed.engine.run(journal: nil) }
    thread.start()
    return thread
}

/// Real graphs on real threads, looked at while they stand still.
@Suite("a floor that is watched") struct WatchedRunTests {
    /// Passes on what it gets; at a value of 13 it waits at the gate.
    private struct Stuck: Operator, ~Copyable {
        let gate: Gate
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
            if v.value == 13 { gate.pass() }
            out.emit(v)
        }
    }
    private struct Pass: Operator, ~Copyable {
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) { out.emit(v) }
    }

    /// The figures as they will be so much later, if nothing moves.
    private func figures(_ counters: Counters, in seconds: Double) throws -> FloorFigures {
        let reading = try CountersReading(counters), now = FloorFigures.Instant.now
        let ticks = now.ticks + UInt64(seconds * 1e9 / reading.header.nanosecondsPerTick)
        return FloorFigures(reading, at: .init(ticks: ticks, wall: now.wall + Int64(seconds * 1e9)), state: .alive)
    }

    @Test("an operator that hangs is named, and its lag grows, while the engine's thread is inside it")
    func hangingOperator() throws {
        let gate = Gate(), graph = Graph()
        let port = graph.source("ticks", Value.self)
        let before = graph.add("before", Pass(), from: port.edge).out
        let stuck = graph.add("stuck", Stuck(gate: gate), from: before).out
        graph.add("after", Pass(), from: stuck)
        let engine = Engine(graph, names: Names()), ingress = engine.ingress(port)
        let thread = running(engine)
        defer { gate.release() }
        #expect(ingress.offer(Value(1, 13, key: 0)))
        #expect(waits { gate.isReached })
        #expect(ingress.offer(Value(2, 1, key: 0)) && ingress.offer(Value(3, 2, key: 0)))
        var last = 0.0
        for seconds in [1_000.0, 2_000] {
            let figures = try figures(graph.counters, in: seconds)
            let row = try #require(figures.row("stuck"))
            #expect(row.busy > 0.9 && row.localLag > last + 900 && row.globalLag >= row.localLag)
            #expect((figures.row("after")?.globalLag ?? 0) > last + 900, "what comes after it waits too")
            #expect((figures.row("before")?.localLag ?? 1_000) < 500, "what came before it has done its part")
            #expect(figures.bottleneck == "stuck")
            #expect(figures.trouble?.hasPrefix("stuck has been at one batch for") == true, "\(figures.trouble ?? "")")
            // The record in hand is still in the ring, behind it two more.
            #expect(figures.edge("ticks")?.depth == 3 && (figures.edge("ticks")?.oldestAge ?? 0) > last + 900)
            last = row.localLag
        }
        gate.release()
        ingress.finish()
        #expect(waits { thread.isFinished })
        let after = try FloorFigures(graph.counters)
        #expect(after.row("after")?.elementsIn == 3 && after.row("stuck")?.elementsOut == 3)
        #expect(after.trouble == nil && after.edge("ticks")?.depth == 0)
    }

    @Test("while a sink has no room everything upstream is backpressured, and the sink is the bottleneck")
    func fullSink() throws {
        let gate = Gate(), graph = Graph(edgeCapacity: 64)
        let port = graph.source("ticks", Value.self)
        let a = graph.add("a", Pass(), from: port.edge).out
        let b = graph.add("b", Pass(), from: a).out
        graph.add("aside", Pass(), from: port.edge)
        let engine = Engine(graph, names: Names())
        let effects = EffectThread(engine: engine.wakeup, counters: graph.counters)
        let queue = effects.consumer("out", capacity: 16) { (_, _: Value) in gate.pass() }
        engine.effect("out", from: b, into: queue)
        engine.pull(port, ListSource((0..<5_000).map { Value(Int64($0), Double($0), key: 0) }, seed: 1))
        effects.start()
        let thread = running(engine)
        defer { gate.release() }
        #expect(waits { graph.thread.cell.pointee.waitSince != 0 && gate.isReached })
        let figures = try figures(graph.counters, in: 1_000)
        for name in ["a", "b"] { #expect((figures.row(name)?.backpressured ?? 0) > 0.9, "\(name)") }
        #expect((figures.row("aside")?.backpressured ?? 1) < 0.1, "nothing holds up what leads elsewhere: it has no input")
        #expect((figures.row("aside")?.busy ?? 1) < 0.1)
        let out = try #require(figures.row("out"))
        #expect(out.kind == .sink && out.busy > 0.9 && out.isBottleneck && figures.bottleneck == "out")
        #expect(out.globalLag > 900 && out.localLag > 900)
        let edge = try #require(figures.edge("out"))
        #expect(edge.depth == 16 && edge.capacity == 16 && edge.blocked > 900 && edge.oldestAge > 900)
        #expect(figures.trouble?.contains("for room in the sink out") == true, "\(figures.trouble ?? "")")
        gate.release()
        #expect(waits { thread.isFinished })
        effects.finish()
        let after = try FloorFigures(graph.counters)
        #expect(after.row("out")?.elementsIn == 5_000 && after.trouble == nil)
        #expect((after.edge("out")?.blocked ?? 0) > 0, "what was waited is not forgotten")
    }

    /// Works on every element for a while, by arithmetic that cannot be left out.
    private struct Slow: Operator, ~Copyable {
        let rounds: Int
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
            var x = v.value.bitPattern
            for _ in 0..<rounds { x = x &* 6_364_136_223_846_793_005 &+ 1 }
            out.emit(Value(v.eventTime, Double(x >> 40), key: v.key))
        }
    }

    @Test("of a thread that never rests, the bottleneck is the operator that works most")
    func slowOperator() throws {
        let graph = Graph()
        let port = graph.source("ticks", Value.self)
        let first = graph.add("first", Slow(rounds: 10), from: port.edge).out
        let slow = graph.add("slow", Slow(rounds: 20_000), from: first).out
        graph.add("last", Slow(rounds: 10), from: slow)
        let driver = GraphDriver(graph)
        for i in 0..<1_000 { driver.offer(Value(Int64(i), 1, key: 0), to: port) }
        driver.run(batch: 100)
        let figures = try FloorFigures(graph.counters)
        #expect(figures.bottleneck == "slow", "\(figures.operators.map { ($0.name, $0.busy) })")
        #expect(figures.operators.filter(\.isBottleneck).count == 1)
        let (first2, slow2) = (try #require(figures.row("first")), try #require(figures.row("slow")))
        #expect(slow2.busy > 5 * first2.busy && (slow2.latency(0.5) ?? 0) > (first2.latency(0.5) ?? 1))
    }

    @Test("a source that finds its ring full is seen to wait")
    func fullRing() throws {
        let graph = Graph()
        let port = graph.source("ticks", Value.self)
        graph.add("pass", Pass(), from: port.edge)
        let engine = Engine(graph, names: Names()), ingress = engine.ingress(port, capacity: 16)
        let came = WallClock.now() - 7_000_000_000
        var taken = 0
        for i in 0..<20 where ingress.offer(Value(Int64(i), 1, key: 0), ingestTime: came + Int64(i)) { taken += 1 }
        #expect(taken == 16)
        let edge = try #require(try figures(graph.counters, in: 100).edge("ticks"))
        #expect(edge.depth == 16 && edge.capacity == 16)
        #expect(edge.oldestAge >= 107 && edge.oldestAge < 167 && edge.blocked >= 100)
        #expect((try figures(graph.counters, in: 100).row("pass")?.globalLag ?? 0) >= 107, "nothing has reached it yet")
    }

    /// Ticks become orders, orders go round the loop, and what leaves is counted from the tick on.
    @Test("the way from tick to order is counted from the tick, through the loop")
    func path() throws {
        let graph = Graph()
        let ticks = graph.source("ticks", Value.self), loop = graph.source("intents", Value.self, holdsWatermark: false)
        let orders = graph.add("orders", Pass(), from: ticks.edge).out
        let engine = Engine(graph, names: Names())
        engine.loop(loop, of: orders)
        let effects = EffectThread(engine: engine.wakeup, counters: graph.counters)
        let queue = effects.consumer("router") { (_, _: Value) in }
        engine.effect("router", from: loop.edge, into: queue, measuring: "broker")
        let ingress = engine.ingress(ticks)
        let came = WallClock.now() - 3_000_000_000
        for i in 0..<200 { #expect(ingress.offer(Value(Int64(i), 1, key: 0), ingestTime: came)) }
        ingress.finish()
        effects.start()
        try engine.run(journal: nil)
        effects.finish()
        let paths = try FloorFigures(graph.counters).paths
        #expect(paths.map(\.from) == ["ticks"] && paths.map(\.to) == ["broker"] && paths.map(\.count) == [200])
        let median = try #require(paths.first?.latency(0.5))
        #expect(median > 2.7 && median < 60, "the ticks had come in 3 s before")
    }

    @Test("what is not measured costs no reading of the clock, and counts nothing")
    func unmeasured() throws {
        let graph = Graph()
        graph.isMeasured = false
        let port = graph.source("ticks", Value.self)
        graph.add("pass", Pass(), from: port.edge)
        let driver = GraphDriver(graph)
        for i in 0..<100 { driver.offer(Value(Int64(i), 1, key: 0), to: port) }
        driver.run()
        #expect(graph.stages[0].metrics.runs == 0 && graph.stages[0].metrics.busyTicks == 0)
        #expect(graph.stages[0].outputs[0].total == 100, "the outputs themselves are the same")
    }
}
