import PlainData
import StreamRuntime
import Testing

/// The rules of time by hand, one picture each; numbers are event times, the watermark is the newest less the lateness.
@Suite("timer rules") struct TimerRuleTests {
    /// Runs one operator over the values and gives what came out as (sequence, time, value, tag).
    private func outputs(
        _ values: [Value], lateness: Int64 = 0, _ add: (Graph, Edge<Value>) -> [Edge<Value>]
    ) throws -> [[Row]] {
        let graph = Graph(), names = Names()
        let port = graph.source("in", Value.self, lateness: lateness)
        let edges = add(graph, port.edge)
        final class Box { var rows: [[Row]] = [] }
        let box = Box()
        box.rows = edges.map { _ in [] }
        for (at, edge) in edges.enumerated() {
            graph.sink("out\(at)", from: edge) { offer in
                for i in 0..<offer.count {
                    box.rows[at].append(Row(offer.sequence(i), offer[i].eventTime, offer[i].value, offer[i].tag))
                }
                return offer.count
            }
        }
        let engine = Engine(graph, names: names)
        engine.pull(port, ListSource(values, seed: 3))
        try engine.run(journal: nil)
        return box.rows
    }
    struct Row: Equatable {
        var sequence: UInt64, time: Int64, value: Double, tag: UInt32
        init(_ sequence: UInt64, _ time: Int64, _ value: Double, _ tag: UInt32 = 0) {
            (self.sequence, self.time, self.value, self.tag) = (sequence, time, value, tag)
        }
    }

    ///     values     0(1)──10(2)──│30──31(4)
    ///     window sum              ▲ fires at the record whose watermark reaches 30, before that record
    @Test("a window closes at the first record whose watermark reaches its end, before that record is handled")
    func closesBefore() throws {
        let rows = try outputs([Value(0, 1, key: 0), Value(10, 2, key: 0), Value(31, 4, key: 0)]) {
            [$0.add("sum", WindowSum(length: 30, lateness: 0), from: $1).out]
        }
        // Record 3 closes [0, 30) with 3; record 4, the end of the day, closes [30, 60) with 4.
        #expect(rows == [[Row(3, 30, 3), Row(4, 60, 4)]])
    }

    @Test("an element is late when its window has closed, not when it is older than the watermark")
    func lateMeansClosed() throws {
        // At 31 the window [0, 30) has closed for lateness 0, so the value at 5 is late; 30.5 behind 31 is not.
        let values = [Value(0, 1, key: 0), Value(35, 2, key: 0), Value(5, 3, key: 0), Value(31, 4, key: 0)]
        let rows = try outputs(values) {
            let both = $0.add("sum", WindowSum(length: 30, lateness: 0), from: $1)
            return [both.out, both.side]
        }
        #expect(rows[0] == [Row(2, 30, 1), Row(5, 60, 6)])
        #expect(rows[1] == [Row(3, 5, 3)])
    }

    @Test("lateness keeps a window open for so much longer")
    func latenessWaits() throws {
        let values = [Value(0, 1, key: 0), Value(35, 2, key: 0), Value(5, 3, key: 0), Value(41, 4, key: 0)]
        let rows = try outputs(values) {
            let both = $0.add("sum", WindowSum(length: 30, lateness: 10), from: $1)
            return [both.out, both.side]
        }
        #expect(rows[0] == [Row(4, 30, 4), Row(5, 60, 6)])
        #expect(rows[1] == [])
    }

    @Test("a timer set for a time already reached fires right after the element that set it")
    func pastTimerFiresAtOnce() throws {
        let rows = try outputs([Value(100, 1, key: 0), Value(101, 2, key: 1)]) { [$0.add("echo", Echo(delay: -5), from: $1).out] }
        #expect(rows == [[Row(1, 95, 1, 7), Row(2, 96, 2, 7)]])
    }

    @Test("timers of one time fire by key, whatever the order of setting")
    func timersByKey() throws {
        let values = [Value(0, 7, key: 3), Value(0, 8, key: 1), Value(0, 10, key: 2), Value(50, 1, key: 9)]
        let rows = try outputs(values) { [$0.add("echo", Echo(delay: 20), from: $1).out] }
        #expect(rows[0].prefix(3) == [Row(4, 20, 8, 7), Row(4, 20, 10, 7), Row(4, 20, 7, 7)])
    }

    @Test("of one record, the input declared first is handled first")
    func tiesByInput() throws {
        // Both inputs are the same edge: the pair sets on the first and answers on the second, within one record.
        let rows = try outputs([Value(5, 3, key: 0)]) { [$0.add("pair", Pair(hold: 10), from: $1, and: $1).out] }
        #expect(rows == [[Row(1, 5, -1, 1)]])
    }
}
