import PlainData
import Testing

@testable import Publishing

@Suite("what waits for a subscriber") struct SubscriptionTests {
    private func entry(_ key: UInt32, _ sequence: UInt64) -> Subscription.Entry {
        Subscription.Entry(key: key, sequence: sequence, object: Array("{\(sequence)}".utf8))
    }

    @Test("up to the backlog every element waits as it is")
    func first() {
        var waiting = Subscription(symbols: nil, credit: nil)
        for n in 1...4 { #expect(waiting.append(entry(1, UInt64(n)), backlog: 4, conflates: true) == 0) }
        #expect(waiting.waiting.map(\.sequence) == [1, 2, 3, 4])
    }

    @Test("beyond it the latest of each symbol remains, in the order of the journal, and the others are counted")
    func conflates() {
        var waiting = Subscription(symbols: nil, credit: nil), replaced = 0
        let keys: [UInt32] = [1, 2, 1, 1, 3, 2, 1]
        for (i, key) in keys.enumerated() {
            replaced += waiting.append(entry(key, UInt64(i + 1)), backlog: 3, conflates: true) ?? -100
        }
        waiting.order()
        // By hand: the last of 3 is the 5th, of 2 the 6th, of 1 the 7th.
        #expect(waiting.waiting.map(\.sequence) == [5, 6, 7] && waiting.waiting.map(\.key) == [3, 2, 1])
        #expect(replaced == 4 && waiting.conflated == 4)
        waiting.sent(1)
        #expect(waiting.append(entry(2, 8), backlog: 3, conflates: true) == 1)
        waiting.order()
        #expect(waiting.waiting.map(\.sequence) == [7, 8])
        waiting.sent(2)
        for n in 9...11 { #expect(waiting.append(entry(1, UInt64(n)), backlog: 3, conflates: true) == 0) }
        #expect(waiting.waiting.map(\.sequence) == [9, 10, 11])
    }

    @Test("whatever comes and is taken, elements in = taken + replaced + waiting, and the last of each symbol is never lost")
    func account() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var waiting = Subscription(symbols: nil, credit: nil)
            var offered = 0, taken = 0, replaced = 0, last: [UInt32: UInt64] = [:], seen: [UInt32: UInt64] = [:]
            for n in 1...300 as ClosedRange<UInt64> {
                let key = UInt32(random.next() % 7)
                replaced += waiting.append(entry(key, n), backlog: 10, conflates: true) ?? -1_000
                (offered, last[key]) = (offered + 1, n)
                if random.next() % 5 == 0 {
                    waiting.order()
                    let next = Array(waiting.next(Int(random.next() % 20) + 1, bytes: 1_000))
                    for entry in next {
                        #expect(seen[entry.key] ?? 0 < entry.sequence)
                        seen[entry.key] = entry.sequence
                    }
                    if !next.isEmpty { waiting.sent(next.count) }
                    taken += next.count
                }
                #expect(offered == taken + replaced + waiting.waiting.count)
                #expect(waiting.waiting.count <= 10)
            }
            for entry in waiting.waiting { seen[entry.key] = max(seen[entry.key] ?? 0, entry.sequence) }
            #expect(seen == last)
        }
    }

    @Test("where nothing may be replaced, the one too many finds no room")
    func cut() {
        var waiting = Subscription(symbols: nil, credit: nil)
        for n in 1...3 { #expect(waiting.append(entry(1, UInt64(n)), backlog: 3, conflates: false) == 0) }
        #expect(waiting.append(entry(1, 4), backlog: 3, conflates: false) == nil)
    }
}
