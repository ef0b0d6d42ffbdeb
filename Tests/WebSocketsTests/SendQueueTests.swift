import Testing

@testable import WebSockets

@Suite("the send queue")
struct SendQueueTests {
    /// Against a plain array of arrays: the same messages come out in the same order, whatever the ring's position.
    @Test("what goes in comes out, in order", arguments: 1...30 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = Xorshift(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let capacity = 64 + Int(random.next() % 1_000)
        var queue = SendQueue(capacity: capacity)
        var model: [([UInt8], Bool)] = []
        let longest = SendQueue.longestMessage(capacity: capacity)
        for step in 0..<3_000 {
            if random.next() % 2 == 0 {
                let count = Int(random.next() % UInt64(longest + 1))
                let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 + step) }
                let isBinary = random.next() % 2 == 0
                let taken = message.withUnsafeBytes { queue.append($0, isBinary: isBinary) }
                if taken { model.append((message, isBinary)) }
                #expect(taken || !model.isEmpty, "an empty queue refused \(count) of \(longest) bytes")
            } else if let first = queue.first() {
                #expect(Array(first.message) == model.first?.0 && first.isBinary == model.first?.1)
                queue.removeFirst()
                model.removeFirst()
            } else {
                #expect(model.isEmpty)
            }
            #expect(queue.isEmpty == model.isEmpty)
            #expect(queue.usedBytes <= queue.capacity)
        }
    }
}

struct Xorshift {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
