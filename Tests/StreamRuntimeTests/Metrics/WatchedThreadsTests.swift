import Foundation
import PlainData
import Synchronization
import Testing

@testable import StreamRuntime

/// Graphs of several threads, looked at while some of them stand still.
@Suite("a floor of several threads that is watched", .timeLimit(.minutes(2))) struct WatchedThreadsTests {
    /// Passes on what it gets; at a value of 13 it waits at the gate.
    private struct Stuck: Operator, ~Copyable {
        let gate: Gate
        mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
            if v.value == 13 { gate.pass() }
            out.emit(v)
        }
    }
    private struct Pass: KeyedOperator, ~Copyable {
        static func key(of v: Value) -> Int { Int(v.key) }
        mutating func process(_ v: Value, into out: inout Emitter<Value, Value>) {
            if v.value < 0 { out.emitSide(v) } else { out.emit(v) }
        }
    }

    /// The figures as they will be so much later, if nothing moves.
    private func figures(_ counters: Counters, in seconds: Double) throws -> FloorFigures {
        let reading = try CountersReading(counters), now = FloorFigures.Instant.now
        let ticks = now.ticks + UInt64(seconds * 1e9 / reading.header.nanosecondsPerTick)
        return FloorFigures(reading, at: .init(ticks: ticks, wall: now.wall + Int64(seconds * 1e9)), state: .alive)
    }

    @Test("an operator that hangs on a thread of its own is named; what comes after it is late, what came before is not")
    func hangingThread() throws {
        let gate = Gate(), graph = Graph(ringCapacity: 2)
        let port = graph.source("ticks", Value.self)
        let near = graph.add("near", Pass(), from: port.edge).out
        let stuck = graph.on(thread: "far") { graph.add("stuck", Stuck(gate: gate), from: near).out }
        graph.on(thread: "last") { graph.add("after", Pass(), from: stuck) }
        let engine = Engine(graph, names: Names()), ingress = engine.ingress(port)
        let thread = running(engine)
        defer { gate.release() }
        #expect(ingress.offer(Value(1, 13, key: 0)))
        #expect(waits { gate.isReached })
        // One more batch: the engine does its part, and the two lie in the ring.
        #expect(ingress.offer(Value(2, 1, key: 0)))
        #expect(waits { graph.stages[0].outputs[0].total == 2 && graph.handedOn == 2 })
        // It says so a moment after it has handed on.
        #expect(waits { ((try? figures(graph.counters, in: 1_000))?.row("near")?.globalLag ?? 1_000) < 500 })
        var last = 0.0
        for seconds in [1_000.0, 2_000] {
            let figures = try figures(graph.counters, in: seconds)
            let row = try #require(figures.row("stuck"))
            #expect(row.busy > 0.9 && row.localLag > last + 900 && row.globalLag >= row.localLag)
            #expect((figures.row("after")?.globalLag ?? 0) > last + 900, "what comes after it waits too")
            #expect((figures.row("after")?.localLag ?? 1_000) < 500, "but it is not its doing")
            #expect((figures.row("near")?.globalLag ?? 1_000) < 500, "what came before it has done its part")
            for row in figures.operators {
                #expect(abs(row.busy + row.idle + row.backpressured - 1) < 1e-9, "\(row.name)")
            }
            #expect(figures.bottleneck == "stuck")
            #expect(figures.trouble?.hasPrefix("stuck has been at one batch for") == true, "\(figures.trouble ?? "")")
            let ring = try #require(figures.edge("near@far"))
            #expect(ring.depth == 2 && ring.oldestAge > last + 900)
            last = row.localLag
        }
        // A third batch finds the ring full: the engine waits, and says for whom when nobody else hangs.
        #expect(ingress.offer(Value(3, 2, key: 0)))
        #expect(waits { graph.thread.cell.pointee.waitSince != 0 })
        #expect((try figures(graph.counters, in: 1_000).row("near")?.backpressured ?? 0) > 0.9)
        gate.release()
        ingress.finish()
        #expect(waits { thread.isFinished })
        let after = try FloorFigures(graph.counters)
        for name in ["near", "stuck", "after"] {
            #expect(after.row(name)?.elementsIn == 3 && after.row(name)?.elementsOut == 3, "\(name)")
        }
        #expect(after.trouble == nil && after.edge("near@far")?.depth == 0)
        #expect(after.operators.contains { $0.name == "(far)" } && after.operators.contains { $0.name == "(last)" })
    }

    @Test("a thread that has nothing to do for long is alive")
    func idleThread() throws {
        let graph = Graph()
        let port = graph.source("ticks", Value.self)
        graph.on(thread: "far") { graph.add("pass", Pass(), from: port.edge) }
        let driver = GraphDriver(graph)
        driver.offer(Value(1, 1, key: 0), to: port)
        driver.run()
        let cell = try #require(graph.others.first?.thread.cell)
        let first = cell.pointee.heartbeat
        #expect(waits { cell.pointee.heartbeat > first }, "it beats without work")
        graph.thread.beat()
        #expect(try FloorFigures(graph.counters).trouble == nil)
    }

    @Test("copies are counted each, and together as one")
    func copies() throws {
        let graph = Graph()
        let port = graph.source("ticks", Value.self)
        graph.on(thread: "together") { graph.add("pass", shards: 3, onThreads: true, from: port.edge) { Pass() } }
        let driver = GraphDriver(graph)
        for i in 0..<600 { driver.offer(Value(Int64(i), i % 4 == 0 ? -1 : 1, key: UInt32(i % 30)), to: port) }
        driver.run(batch: 50)
        let figures = try FloorFigures(graph.counters)
        let rows = (0..<3).compactMap { figures.row("pass/\($0)") }
        // Of 600 every fourth is refused.
        #expect(rows.count == 3 && rows.allSatisfy { $0.elementsIn > 0 })
        #expect(rows.reduce(0) { $0 + $1.elementsIn } == 600 && rows.reduce(0) { $0 + $1.elementsOut } == 450)
        let whole = try #require(figures.row("pass"))
        #expect(whole.elementsIn == 600 && whole.elementsOut == 450)
        #expect(figures.row("pass/split") == nil, "what hands out is plumbing")
        for row in figures.operators { #expect(abs(row.busy + row.idle + row.backpressured - 1) < 1e-9, "\(row.name)") }
    }
}
