import FloorTesting
import PlainData
import StreamRuntime
import Testing

/// A `WindowSum` that takes the values of open windows in a loop of its own.
struct AbsorbingWindowSum: Operator, ~Copyable {
    var sums: WindowSum
    /// How many values came that way.
    let counter: Counter
    final class Counter { var absorbed = 0 }

    mutating func process(_ v: Value, into out: inout Emitter<Value, Value>) { sums.process(v, into: &out) }
    mutating func absorb(_ run: Span<Value>) -> Int {
        for i in run.indices {
            let v = run[i], window = v.eventTime / sums.length
            let slot = 2 * Int(v.key) + Int(window & 1)
            guard sums.windows.value(slot).end == (window + 1) * sums.length else { return i }
            sums.windows[slot].sum += v.value
            counter.absorbed += 1
        }
        return run.count
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Value, Value>) { sums.timerFired(timer, into: &out) }
    mutating func state(_ coder: inout StateCoder) { sums.state(&coder) }
}

@Suite("absorbing") struct AbsorbTests {
    /// The second method is the same operator without the loop.
    @Test("what an operator absorbs changes no output, wherever timers and batches cut", arguments: 1...40 as ClosedRange<UInt64>)
    func changesNothing(seed: UInt64) {
        var random = SplitMix64(seed: seed), time: Int64 = 0
        let values = (0..<3_000).map { _ in
            time += Int64(random.below(3))
            return Value(time - Int64(random.below(30)), Double(random.below(100)), key: UInt32(random.below(7)))
        }
        let counter = AbsorbingWindowSum.Counter()
        for cut in [Cuts.every(1), Cuts.every(1_024), Cuts.random(seed: seed)] {
            let run = Harness(cut: cut)
            let source = run.graph.source("values", Value.self)
            let plain = run.graph.add("plain", WindowSum(length: 50, lateness: 10), from: source.edge)
            let sums = AbsorbingWindowSum(sums: WindowSum(length: 50, lateness: 10), counter: counter)
            let absorbing = run.graph.add("absorbing", sums, from: source.edge)
            run.send(all: values, to: source)
            run.end()
            #expect(plain.out.total > 100 && plain.side.total > 0)
            #expect(absorbing.out.digest == plain.out.digest)
            #expect(absorbing.side.digest == plain.side.digest)
        }
        #expect(counter.absorbed > 3_000, "most values find their window open")
    }
}
