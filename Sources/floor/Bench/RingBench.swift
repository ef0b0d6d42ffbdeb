import CPlatform
import Foundation
import StreamRuntime
import Synchronization

/// Hand-over between threads: the runtime's ring beside a hand-written one, record by record, in batches, over three stages.
struct RingBench {
    let options: BenchOptions
    private var count: Int { 20_000_000 }
    /// So few elements at once are worth a pause before the next look; and so many instructions is its length.
    private static var few: Int { 8 }

    init(_ options: BenchOptions) { self.options = options }

    /// 32 bytes, as the hand-written ring carries.
    private struct Record: BitwiseCopyable {
        var time: Int64, price: Int64, size: UInt32, symbol: UInt16, zero: UInt16, number: UInt64

        @inline(__always) init(_ i: Int) {
            (time, price, size) = (Int64(i), Int64(i & 1_023), 1)
            (symbol, zero, number) = (0, 0, UInt64(i))
        }
    }

    /// Spins, and now and then lets another thread run: soon where there are more threads than cores.
    private struct Wait {
        let spins: Int
        private var n = 0

        init(spins: Int) { self.spins = spins }
        @inline(__always) mutating func callAsFunction() {
            n += 1
            if n > spins {
                n = 0
                sched_yield()
            } else {
                cp_pause()
            }
        }
    }

    private struct Limit: Decodable {
        var single: Double, batches: Double, three: Double, oneWayNs: Double
    }

    func run() throws -> [BenchLine] {
        let program = try options.native.program("ring")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var single: [(own: Double, limit: Double)] = [], batches = single, three = single, ways: [Double] = []
        for _ in 0..<options.rounds {
            let limit = try decoder.decode(Limit.self, from: Native.execute(program, ["\(count)"]))
            single.append((try rate(count, added: 0, oneByOne), limit.single))
            batches.append((try rate(count, added: 0, batchesOf64), limit.batches))
            three.append((try rate(count / 2, added: 1, threeStages), limit.three))
            ways.append(limit.oneWayNs)
        }
        return [
            .ratio("W5: hand-over one at a time", single, "M/s", atLeast: 0.75),
            .ratio("W5: hand-over in batches of 64", batches, "M/s", atLeast: 0.75),
            .ratio("W5: hand-over through three stages", three, "M/s", atLeast: 0.75),
            .stated("W5: one way between two cores, C++ ring", median(ways), "ns"),
        ]
    }

    /// Runs, checks that everything came, and gives millions a second.
    private func rate(_ count: Int, added: Int64, _ body: (Int) -> Int64) throws -> Double {
        let begin = TickClock.monotonic()
        let sum = body(count)
        let seconds = Double(TickClock.monotonic() - begin) / 1e9
        let expected = (0..<count).reduce(Int64(count) * added) { $0 + Int64($1 & 1_023) }
        guard sum == expected else { throw Refusal.answer("the ring handed over a sum of \(sum) instead of \(expected)") }
        return Double(count) / seconds / 1e6
    }

    private func oneByOne(_ count: Int) -> Int64 {
        let ring = Ring<Record>(capacity: 4_096), sum = Sum()
        Threads.run([
            {
                cp_pin(0)
                Self.offerEach(count, to: ring, Wait(spins: 1_000))
            },
            {
                cp_pin(1)
                sum.set(Self.takeAll(count, from: ring, Wait(spins: 1_000)))
            },
        ])
        return sum.value
    }

    private func batchesOf64(_ count: Int) -> Int64 {
        let ring = Ring<Record>(capacity: 4_096), sum = Sum()
        Threads.run([
            {
                cp_pin(0)
                var wait = Wait(spins: 1_000), i = 0
                let batch = UnsafeMutableBufferPointer<Record>.allocate(capacity: 64)
                defer { batch.deallocate() }
                while i < count {
                    let n = min(64, count - i)
                    for k in 0..<n { batch[k] = Record(i + k) }
                    var done = 0
                    while done < n {
                        let taken = ring.offer(contentsOf: UnsafeBufferPointer(rebasing: batch[done..<n]), 0)
                        if taken == 0 { wait() }
                        done += taken
                    }
                    i += n
                }
            },
            {
                cp_pin(1)
                sum.set(Self.takeAll(count, from: ring, Wait(spins: 1_000)))
            },
        ])
        return sum.value
    }

    private func threeStages(_ count: Int) -> Int64 {
        let first = Ring<Record>(capacity: 4_096), second = Ring<Record>(capacity: 4_096), sum = Sum()
        Threads.run([
            { Self.offerEach(count, to: first, Wait(spins: 50)) },
            {
                var wait = Wait(spins: 50), i = 0
                while i < count {
                    let (records, _, n) = first.peek(most: 1)
                    if n == 0 {
                        wait()
                        continue
                    }
                    var record = records[0]
                    first.release(1)
                    record.price += 1
                    while !second.offer(record, 0) { wait() }
                    i += 1
                }
            },
            { sum.set(Self.takeAll(count, from: second, Wait(spins: 50))) },
        ])
        return sum.value
    }

    @inline(__always) private static func offerEach(_ count: Int, to ring: Ring<Record>, _ wait: Wait) {
        var wait = wait, i = 0
        while i < count { if ring.offer(Record(i), 0) { i += 1 } else { wait() } }
    }
    /// Takes what is there, as the engine does. Whoever looks again at once after a few elements takes the line with the
    /// producer's position away from it each time; the engine has a batch to run meanwhile, this loop pauses that long.
    @inline(__always) private static func takeAll(_ count: Int, from ring: Ring<Record>, _ wait: Wait) -> Int64 {
        var wait = wait, i = 0, total: Int64 = 0
        while i < count {
            let (records, _, n) = ring.peek(most: ring.capacity)
            if n == 0 {
                wait()
                continue
            }
            for k in 0..<n { total += records[k].price }
            ring.release(n)
            i += n
            if n < few { for _ in 0..<few { cp_pause() } }
        }
        return total
    }

    private final class Sum: Sendable {
        private let sum = Atomic<Int64>(0)
        func set(_ value: Int64) { sum.store(value, ordering: .releasing) }
        var value: Int64 { sum.load(ordering: .acquiring) }
    }
}

/// Threads of the operating system, each of which runs one body; they may pin themselves.
enum Threads {
    /// Returns when all have ended.
    static func run(_ bodies: [@Sendable () -> Void]) {
        let left = DispatchGroup()
        for body in bodies {
            left.enter()
            let thread = Thread {
                body()
                left.leave()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        left.wait()
    }
}
