import Foundation
import PlainData
import StreamRuntime

/// How a random floor is cut into threads.
struct RandomCut {
    /// How many threads in a row, the engine's included; how many stand beside each other at each place in the row.
    var depth = 1, width = 1
    /// How many batches lie between two threads at most.
    var ring = 8
    /// How many copies of each keyed operator, and whether each has a thread of its own.
    var shards = 1, spreads = false
    var seed: UInt64 = 1

    /// A vertex's thread: never before those that it reads from, and beside them only where it is theirs.
    struct Place: Equatable {
        var level = 0, lane = 0
        var name: String { level == 0 ? Graph.engineThread : "t\(level).\(lane)" }
    }
    func place(after inputs: [Place], isKeyed: Bool, _ random: inout SplitMix64) -> Place {
        let level = inputs.map(\.level).max() ?? 0, last = inputs.filter { $0.level == level }
        let canStay = last.allSatisfy { $0 == last[0] }
        // What several threads make comes together on one that reads from them.
        if isKeyed, spreads, shards > 1 { return Place(level: level + 1, lane: random.below(width)) }
        guard !canStay || (level + 1 < depth && random.below(2) == 0) else { return last[0] }
        return Place(level: level + 1, lane: random.below(width))
    }
}

/// A random graph of 3 to 12 small operators over two sources, the same for the same seed, however it is cut.
struct RandomFloor {
    let graph: Graph
    let names = Names()
    let first: TypedPort<Value>, second: TypedPort<Value>

    init(seed: UInt64, capacity: Int = 4_096, cut: RandomCut = RandomCut()) {
        var random = SplitMix64(seed: seed), cutting = SplitMix64(seed: seed ^ cut.seed &* 0x9E37)
        graph = Graph(edgeCapacity: capacity, ringCapacity: cut.ring)
        first = graph.source("first", Value.self, lateness: 12)
        second = graph.source("second", Value.self, lateness: 3)
        var edges = [first.edge, second.edge], places = [RandomCut.Place(), RandomCut.Place()]
        for v in 0..<(3 + random.below(10)) {
            let reads = (0..<4).map { _ in random.below(edges.count) }, inputs = reads.map { edges[$0] }
            let kind = random.below(9), x = random.below(3), y = random.below(40)
            let count = kind <= 5 ? 1 : kind <= 7 ? 2 : 4
            let place = cut.place(after: reads.prefix(count).map { places[$0] }, isKeyed: kind <= 5, &cutting)
            let made = graph.on(thread: place.name) { [graph] in
                func keyed<O: KeyedOperator & ~Copyable>(_ make: () -> O) -> [Edge<Value>]
                where O.In == Value, O.Out == Value {
                    let both = graph.add("v\(v)", shards: cut.shards, onThreads: cut.spreads, from: inputs[0], make)
                    return [both.out] + ([both.side as? Edge<Value>].compactMap { $0 })
                }
                switch kind {
                case 0: return keyed { Filter(keeps: UInt32(1 + x)) }
                case 1: return keyed { FlatMap(most: x) }
                case 2: return keyed { Average() }
                case 3: return keyed { Echo(delay: Int64(y - 15)) }
                case 4, 5: return keyed { WindowSum(length: 30, lateness: Int64(x * 5)) }
                case 6, 7:
                    let both = graph.add("v\(v)", Pair(hold: Int64(y - 10)), from: inputs[0], and: inputs[1])
                    return [both.out, both.side]
                default: return [graph.add("v\(v)", OrderOfFour(), from: inputs[0], inputs[1], inputs[2], inputs[3]).out]
                }
            }
            edges += made
            places += made.map { _ in place }
        }
    }
    var digests: [Digest] { graph.hashedEdges.map(\.digest) }
}

extension RandomFloor {
    /// Every digest of a floor over the same records, however it is cut.
    static func digests(_ seed: UInt64, capacity: Int = 4_096, cut: RandomCut = RandomCut(), batch: () -> Int) -> [Digest] {
        RandomFloor(seed: seed, capacity: capacity, cut: cut).run(seed, batch: batch)
    }
    func run(_ seed: UInt64, batch: () -> Int) -> [Digest] {
        var random = SplitMix64(seed: seed &* 77)
        let driver = GraphDriver(graph)
        offer(&random, to: driver)
        driver.end()
        driver.run(cut: batch)
        return digests
    }
    func offer(_ random: inout SplitMix64, to driver: GraphDriver) {
        let lists = [randomValues(&random, 200 + random.below(900)), randomValues(&random, 200 + random.below(900))]
        var at = [0, 0]
        while at[0] < lists[0].count || at[1] < lists[1].count {
            let side = at[0] == lists[0].count ? 1 : at[1] == lists[1].count ? 0 : random.below(2)
            let n = min(lists[side].count - at[side], 1 + random.below(20))
            driver.offer(all: lists[side][at[side]..<at[side] + n], to: side == 0 ? first : second)
            at[side] += n
        }
    }
}

/// Yields a list of elements in blocks of changing size.
struct ListSource: PullSource {
    var values: [Value], at = 0
    var random: SplitMix64
    init(_ values: [Value], seed: UInt64) { (self.values, random) = (values, SplitMix64(seed: seed)) }
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Value>) throws -> Int {
        let n = min(values.count - at, 1 + random.below(min(97, buffer.count)))
        for i in 0..<n { buffer[i] = values[at + i] }
        at += n
        return n
    }
}

func randomValues(_ random: inout SplitMix64, _ count: Int) -> [Value] {
    var time: Int64 = 1_000
    return (0..<count).map { _ in
        time += Int64(random.below(random.below(50) == 0 ? 200 : 3))
        return Value(time - Int64(random.below(20)), Double(random.below(1_000)), key: UInt32(random.below(5)))
    }
}

/// A folder that goes with the test.
final class TemporaryFolder {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "floor-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
