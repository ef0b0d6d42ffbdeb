import Foundation
import PlainData
import StreamRuntime
import Testing

@Suite("ring", .timeLimit(.minutes(1))) struct RingTests {
    @Test("a ring takes its capacity and no more, hands over in order, and takes again what was released")
    func bounds() {
        let ring = Ring<Int>(capacity: 16)
        for i in 0..<16 { #expect(ring.offer(i, Int64(-i))) }
        #expect(!ring.offer(99, 0) && ring.count == 16)
        let (elements, words, n) = ring.peek(most: 100)
        #expect((0..<n).map { elements[$0] } == Array(0..<16))
        #expect((0..<n).map { words[$0] } == (0..<16).map { Int64(-$0) })
        ring.release(3)
        #expect((0..<4).map { ring.offer(16 + $0, 0) } == [true, true, true, false])
        #expect(ring.peek(most: 5, skipping: 2).elements[0] == 5)
    }

    @Test("a batch goes in as far as there is room, around the ring's end too")
    func batches() {
        let ring = Ring<Int>(capacity: 16)
        #expect(Array(0..<10).withUnsafeBufferPointer { ring.offer(contentsOf: $0, 7) } == 10)
        ring.release(8)
        #expect(Array(10..<40).withUnsafeBufferPointer { ring.offer(contentsOf: $0, 8) } == 14)
        #expect(Array(0..<1).withUnsafeBufferPointer { ring.offer(contentsOf: $0, 9) } == 0)
        var seen: [Int] = [], beside: [Int64] = []
        while true {
            let (elements, words, n) = ring.peek(most: 100)
            if n == 0 { break }
            for i in 0..<n {
                seen.append(elements[i])
                beside.append(words[i])
            }
            ring.release(n)
        }
        #expect(seen == Array(8..<24))
        #expect(beside == [7, 7] + Array(repeating: 8, count: 14))
    }

    @Test("two threads, any mixture of single elements and batches: nothing lost, doubled or out of order", arguments: [1, 2, 3])
    func twoThreads(seed: UInt64) {
        let ring = Ring<Int>(capacity: 64), total = 200_000
        let producer = Thread {
            var random = SplitMix64(seed: seed), next = 0
            let numbers = Array(0..<total)
            while next < total {
                if random.below(2) == 0 {
                    if ring.offer(next, Int64(next)) { next += 1 }
                } else {
                    let n = min(total - next, 1 + random.below(100))
                    next += numbers[next..<next + n].withUnsafeBufferPointer { ring.offer(contentsOf: $0, 0) }
                }
            }
        }
        producer.start()
        var random = SplitMix64(seed: seed &+ 100), expected = 0, wrong = 0
        while expected < total {
            let (elements, _, n) = ring.peek(most: 1 + random.below(80))
            if n == 0 { sched_yield() }
            for i in 0..<n {
                if elements[i] != expected { wrong += 1 }
                expected += 1
            }
            ring.release(n)
        }
        #expect(wrong == 0 && ring.count == 0)
    }
}
