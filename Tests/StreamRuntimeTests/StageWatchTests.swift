import PlainData
import StreamRuntime
import Testing

@Suite("what an output came of") struct StageWatchTests {
    private final class Box { var rows: [(sequence: UInt64, value: Value)] = [] }

    private func collect(_ graph: Graph, _ edge: Edge<Value>) -> Box {
        let box = Box()
        graph.sink(edge.name + ".box", from: edge) { offer in
            for i in 0..<offer.count { box.rows.append((offer.sequence(i), offer[i])) }
            return offer.count
        }
        return box
    }
    private func run(_ floor: RandomFloor, _ seed: UInt64, cut: Int) {
        var random = SplitMix64(seed: seed &* 31)
        let driver = GraphDriver(floor.graph)
        for value in randomValues(&random, 600) {
            driver.offer(value, to: random.below(3) == 0 ? floor.second : floor.first)
        }
        driver.end()
        driver.run(batch: cut)
    }

    @Test("watching a stage changes no output", arguments: 1...40 as ClosedRange<UInt64>)
    func changesNothing(seed: UInt64) {
        // Small edges, so that stages stop for want of room and go on.
        let plain = RandomFloor(seed: seed, capacity: 8), watched = RandomFloor(seed: seed, capacity: 8)
        _ = watched.graph.stages.map { $0.watched() }
        run(plain, seed, cut: 64)
        run(watched, seed, cut: 37)
        #expect(plain.digests == watched.digests)
        #expect(plain.digests.contains { $0.count > 0 })
    }

    /// `OrderOfFour` writes into each output which input it was handling.
    @Test("the triggering input is named, with how much was taken of each", arguments: 1...20 as ClosedRange<UInt64>)
    func namesTheInput(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let graph = Graph(edgeCapacity: 16)
        let ports = (0..<4).map { graph.source("p\($0)", Value.self) }
        let four = graph.add("four", OrderOfFour(), from: ports[0].edge, ports[1].edge, ports[2].edge, ports[3].edge)
        let watch = graph.stages[0].watched(), box = collect(graph, four.out)
        let driver = GraphDriver(graph)
        var given: [(port: Int, number: UInt64)] = [], counts: [UInt64] = [0, 0, 0, 0]
        for value in randomValues(&random, 300) {
            let port = random.below(4)
            counts[port] += 1
            given.append((port, counts[port]))
            driver.offer(value, to: ports[port])
        }
        driver.run(batch: 50)
        let emissions = watch.take()
        #expect(emissions.count == box.rows.count && emissions.count > 20)
        for (emission, row) in zip(emissions, box.rows) {
            let cause = given[Int(emission.sequence) - 1]
            #expect(emission.sequence == row.sequence && emission.outputs == 1 && emission.sides == 0)
            #expect(emission.trigger == .input(cause.port) && cause.port + 1 == Int(row.value.tag))
            #expect(emission.taken[cause.port] == cause.number)
            // One record a sequence: all that came before was taken, and nothing else.
            #expect(emission.taken.reduce(0, +) == emission.sequence)
        }
        #expect(watch.take().isEmpty)
    }

    ///     values     0(1)──10(2)──31(4)          late: 5(3)
    ///     window sum              ▲ of 30, fired by record 3, before that record
    @Test("a timer is named by its time; what fired it was not taken yet")
    func namesTheTimer() {
        let graph = Graph()
        let port = graph.source("in", Value.self)
        graph.add("sum", WindowSum(length: 30, lateness: 0), from: port.edge)
        let watch = graph.stages[0].watched()
        let driver = GraphDriver(graph)
        for value in [Value(0, 1, key: 0), Value(10, 2, key: 0), Value(31, 4, key: 0), Value(5, 3, key: 0)] {
            driver.offer(value, to: port)
        }
        driver.end()
        driver.run()
        let seen = watch.take()
        #expect(seen.map(\.trigger) == [.timer(30), .input(0), .timer(60)])
        #expect(seen.map(\.sequence) == [3, 4, 5])
        #expect(seen.map(\.taken) == [[2], [4], [4]])
        #expect(seen.map(\.outputs) == [1, 0, 1] && seen.map(\.sides) == [0, 1, 0])
    }
}
