import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// Policies before the sequencer, against a list that does what the specification says in the plainest way.
@Suite("overflow before the sequencer", .timeLimit(.minutes(2))) struct OverflowIngressTests {
    /// A clock that stands still, leaps and steps back, as the test says.
    private final class HandClock: TimeSource {
        let time = Mutex<Int64>(1_000_000)
        func now() -> Int64 { time.withLock { $0 } }
        func monotonic() -> Int64 { now() }
    }

    enum Policy: String, CaseIterable, Sendable {
        case block, conflate, oneIn3, oneEvery20, shed

        var overflow: Overflow<Value> {
            switch self {
            case .block: .block
            case .conflate: .conflate { $0.key }
            case .oneIn3: .sample(.oneIn(3)) { $0.key }
            case .oneEvery20: .sample(.oneEvery(nanoseconds: 20)) { $0.key }
            case .shed: .shed
            }
        }
    }

    /// One connection: quotes with a policy, trades that block, in the order of their arrival.
    private struct Model {
        let policy: Policy, capacity: Int
        var waiting: [(isTrade: Bool, value: Value)] = []
        var trades = EdgeAccount(), quotes = EdgeAccount()
        /// By key: quotes since the one kept last, and its time.
        var since: [UInt32: Int] = [:], kept: [UInt32: Int64] = [:]

        private var depths = (trades: 0, quotes: 0)
        init(policy: Policy, capacity: Int) { (self.policy, self.capacity) = (policy, capacity) }
        private func depth(_ isTrade: Bool) -> Int { isTrade ? depths.trades : depths.quotes }
        private mutating func append(_ isTrade: Bool, _ value: Value) {
            waiting.append((isTrade, value))
            if isTrade { depths.trades += 1 } else { depths.quotes += 1 }
        }

        mutating func offer(trade value: Value) -> Bool {
            guard depth(true) < capacity else { return false }
            trades.offered += 1
            append(true, value)
            return true
        }
        mutating func offer(quote value: Value) -> Bool {
            let isFull = depth(false) == capacity
            switch policy {
            case .block: guard !isFull else { return false }
            case .conflate:
                // In the place of the quote that waits, unless a trade of its instrument has come after that one.
                if let place = waiting.lastIndex(where: { $0.value.key == value.key }), !waiting[place].isTrade {
                    waiting[place].value = value
                    quotes.offered += 1
                    quotes.conflated += 1
                    return true
                }
                guard !isFull else { return false }
            case .oneIn3, .oneEvery20:
                let isKept: Bool
                if policy == .oneIn3 {
                    isKept = since[value.key].map { $0 == 2 } ?? true
                    since[value.key] = isKept ? 0 : (since[value.key] ?? 0) + 1
                } else {
                    isKept = kept[value.key].map { abs(value.eventTime - $0) >= 20 } ?? true
                    if isKept { kept[value.key] = value.eventTime }
                }
                quotes.offered += 1
                if !isKept { quotes.sampledOut += 1 } else if isFull { quotes.shed += 1 }
                if isKept, !isFull { append(false, value) }
                return true
            case .shed:
                quotes.offered += 1
                if isFull { quotes.shed += 1 } else { append(false, value) }
                return true
            }
            quotes.offered += 1
            append(false, value)
            return true
        }
        mutating func take(_ most: Int) -> [(isTrade: Bool, value: Value)] {
            let taken = Array(waiting.prefix(most))
            waiting.removeFirst(taken.count)
            let count = taken.count { $0.isTrade }
            trades.taken += UInt64(count)
            quotes.taken += UInt64(taken.count - count)
            depths = (depths.trades - count, depths.quotes - (taken.count - count))
            return taken
        }
        /// What the two ingresses must say now.
        func expected(_ isTrade: Bool) -> [UInt64] {
            let account = isTrade ? trades : quotes
            return [
                account.offered, account.taken, account.conflated, account.sampledOut, account.shed, UInt64(depth(isTrade)),
            ]
        }
    }

    private static func figures(_ account: EdgeAccount) -> [UInt64] {
        [account.offered, account.taken, account.conflated, account.sampledOut, account.shed, account.inFlight]
    }

    /// The sequencer takes 64 records a turn, the ingresses hold 256 each; in some stretches nobody takes anything.
    @Test(
        "any order of offering and taking gives what the specification says, and every element is accounted for at every step",
        arguments: Policy.allCases, 1...6 as ClosedRange<UInt64>)
    func interleavings(policy: Policy, seed: UInt64) throws {
        let graph = Graph(), clock = HandClock()
        let tradePort = graph.source("trades", Value.self), quotePort = graph.source("quotes", Value.self, sharing: tradePort)
        var seen: [(isTrade: Bool, sequence: UInt64, value: Value)] = []
        for (isTrade, port) in [(true, tradePort), (false, quotePort)] {
            graph.sink(port.name + ".seen", from: port.edge) { offer in
                for i in 0..<offer.count { seen.append((isTrade, offer.sequence(i), offer[i])) }
                return offer.count
            }
        }
        var options = EngineOptions()
        options.batch = 64
        let engine = Engine(graph, names: Names(), options: options, time: clock)
        let doorway = Doorway()
        let trades = engine.ingress(tradePort, capacity: 256, doorway: doorway)
        let quotes = engine.ingress(quotePort, capacity: 256, overflow: policy.overflow, doorway: doorway)
        trades.closes(quotes) { $0.key }
        engine.begin(journal: nil)

        var random = SplitMix64(seed: seed), model = Model(policy: policy, capacity: 256)
        var takes = 1, keys = 1, number = 0.0
        for step in 0..<3_000 {
            // An expectation costs more than the step that it looks at, so only what fails is told.
            func hold(_ condition: Bool, _ what: String) { if !condition { Issue.record("seed \(seed), step \(step): \(what)") } }
            if step % 400 == 0 {
                (takes, keys) = (step == 0 || random.below(4) == 0 ? 0 : 1 + random.below(3), 1 + random.below(600))
            }
            clock.time.withLock { $0 += random.below(20) == 0 ? -1_000 : Int64(random.below(2)) }
            let (time, key) = (Int64(step) - Int64(random.below(30)), UInt32(random.below(keys)))
            number += 1
            let value = Value(time, number, key: key)
            switch random.below(100) {
            case 0..<takes:
                _ = try engine.turn()
                let expected = model.take(64)
                seen.sort { $0.sequence < $1.sequence }
                let isAsExpected =
                    seen.count == expected.count
                    && zip(seen, expected).allSatisfy { $0.isTrade == $1.isTrade && $0.value.value == $1.value.value }
                hold(isAsExpected, "what was sequenced: \(seen), not \(expected)")
                seen.removeAll()
            case ..<20: hold(trades.offer(value) == model.offer(trade: value), "a trade")
            default: hold(quotes.offer(value) == model.offer(quote: value), "a quote")
            }
            for (ingress, isTrade) in [(trades, true), (quotes, false)] {
                let account = ingress.account
                hold(Self.figures(account) == model.expected(isTrade), "\(account), not \(model.expected(isTrade))")
                hold(account.isBalanced && account.inFlight <= 256 && account.capacity == 256, "\(account)")
                hold(!isTrade && policy != .block || account.dropped == 0, "nothing of these is dropped")
                let canWait = isTrade || policy == .block || policy == .conflate
                hold(ingress.credit == (canWait ? 256 - ingress.depth : .max), "credit \(ingress.credit)")
            }
        }
        if policy != .block { #expect(quotes.account.dropped > 0) }
        #expect(engine.entranceAccounts.map(\.name) == ["trades", "quotes"])
    }

    /// Quotes A1 A2 B1, a trade of A, A3 A4: A2 stands where A1 did, A4 behind the trade.
    @Test("a trade closes the slot of its instrument, and no other")
    func barrier() throws {
        let graph = Graph()
        let tradePort = graph.source("trades", Value.self), quotePort = graph.source("quotes", Value.self, sharing: tradePort)
        var seen: [(UInt64, Double)] = []
        for port in [tradePort, quotePort] {
            graph.sink(port.name + ".seen", from: port.edge) { offer in
                for i in 0..<offer.count { seen.append((offer.sequence(i), offer[i].value)) }
                return offer.count
            }
        }
        let engine = Engine(graph, names: Names()), doorway = Doorway()
        let trades = engine.ingress(tradePort, doorway: doorway)
        let quotes = engine.ingress(quotePort, overflow: .conflate { $0.key }, doorway: doorway)
        trades.closes(quotes) { $0.key }
        func quote(_ value: Double, _ key: UInt32) { #expect(quotes.offer(Value(0, value, key: key))) }
        quote(11, 1)
        quote(12, 1)
        quote(21, 2)
        #expect(trades.offer(Value(0, 100, key: 1)))
        quote(13, 1)
        quote(14, 1)
        quote(22, 2)
        engine.begin(journal: nil)
        _ = try engine.turn()
        #expect(seen.sorted { $0.0 < $1.0 }.map(\.1) == [12, 22, 100, 14])
        #expect(quotes.account.conflated == 3)
    }

    @Test("the journal says when the quote that survived came in")
    func ingestTimes() throws {
        let folder = try TemporaryFolder()
        let graph = Graph(), clock = HandClock()
        let port = graph.source("quotes", Value.self)
        let engine = Engine(graph, names: Names(), time: clock)
        let quotes = engine.ingress(port, capacity: 16, overflow: .conflate { $0.key })
        for (time, key) in [(100, 1), (200, 2), (300, 1), (400, 3)] as [(Int64, UInt32)] {
            #expect(quotes.offer(Value(0, 0, key: key), ingestTime: time))
        }
        for key in 4...16 as ClosedRange<UInt32> { #expect(quotes.offer(Value(0, 0, key: key), ingestTime: 500)) }
        #expect(!quotes.offer(Value(0, 0, key: 17), ingestTime: 600), "16 keys wait, and none of them is this one")
        let journal = try JournalWriter(
            directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os)
        engine.begin(journal: journal)
        _ = try engine.turn()
        journal.flush()
        journal.close()
        let reader = try JournalReader(directory: folder.path)
        #expect(try reader.next() != nil)
        let group = try #require(reader.groups.first), offsets = try #require(group.ingestOffsets)
        #expect(
            (0..<group.count).map { group.ingestTime + Int64(offsets[$0]) } == [300, 200, 400] + Array(repeating: 500, count: 13))
    }

    /// What one thread offers in a line of trades and quotes, the engine takes on another.
    private func run(_ policy: Policy, stalls: Bool) throws -> (
        trades: [Double], quotes: [(Double, UInt32)], account: EdgeAccount
    ) {
        let graph = Graph()
        let tradePort = graph.source("trades", Value.self), quotePort = graph.source("quotes", Value.self, sharing: tradePort)
        var trades: [Double] = [], quotes: [(Double, UInt32)] = [], lastTrade: [UInt32: (UInt64, Double)] = [:]
        var lastQuote: [UInt32: (UInt64, Double)] = [:]
        var batches = 0
        graph.sink("trades.seen", from: tradePort.edge) { offer in
            batches += 1
            if stalls, batches % 40 == 0 { usleep(2_000) }
            for i in 0..<offer.count {
                let value = offer[i]
                trades.append(value.value)
                lastTrade[value.key] = (offer.sequence(i), value.value)
            }
            return offer.count
        }
        graph.sink("quotes.seen", from: quotePort.edge) { offer in
            for i in 0..<offer.count {
                let value = offer[i]
                quotes.append((value.value, value.key))
                // Sequences say which came first; numbers say which was offered first. They never disagree.
                if let (sequence, number) = lastTrade[value.key] {
                    #expect((sequence < offer.sequence(i)) == (number < value.value))
                }
                lastQuote[value.key] = (offer.sequence(i), value.value)
            }
            return offer.count
        }
        var options = EngineOptions()
        options.batch = 64
        let engine = Engine(graph, names: Names(), options: options), doorway = Doorway()
        let tradeDoor = engine.ingress(tradePort, capacity: 128, doorway: doorway)
        // Others between the two, so that time passes between the engine's looks at the one and at the other.
        for number in 0..<60 {
            _ = engine.ingress(graph.source("idle\(number)", Value.self), capacity: 16, isService: true)
        }
        let quoteDoor = engine.ingress(quotePort, capacity: 128, overflow: policy.overflow, doorway: doorway)
        tradeDoor.closes(quoteDoor) { $0.key }
        let isDone = Atomic<Bool>(false)
        let producer = Thread {
            var random = SplitMix64(seed: 7)
            for number in 0..<40_000 {
                let value = Value(Int64(number), Double(number), key: UInt32(random.below(20)))
                if random.below(4) == 0 { tradeDoor.offerWaiting(value) } else { quoteDoor.offerWaiting(value) }
            }
            tradeDoor.finish()
            quoteDoor.finish()
        }
        let watcher = Thread {
            while !isDone.load(ordering: .acquiring) {
                for account in [tradeDoor.account, quoteDoor.account] {
                    #expect(account.isBalanced && account.inFlight <= UInt64(account.capacity))
                }
            }
        }
        producer.start()
        watcher.start()
        try engine.run(journal: nil)
        isDone.store(true, ordering: .releasing)
        withExtendedLifetime((producer, watcher)) {}
        #expect(tradeDoor.account.dropped == 0)
        return (trades, quotes, quoteDoor.account)
    }

    @Test("between two threads the same holds: trades whole and in order, no quote ahead of a trade", arguments: Policy.allCases)
    func threads(policy: Policy) throws {
        let (trades, quotes, account) = try run(policy, stalls: true)
        var random = SplitMix64(seed: 7)
        var offered: (trades: [Double], quotes: [UInt32: [Double]]) = ([], [:])
        for number in 0..<40_000 {
            let key = UInt32(random.below(20))
            if random.below(4) == 0 {
                offered.trades.append(Double(number))
            } else {
                offered.quotes[key, default: []].append(Double(number))
            }
        }
        #expect(trades == offered.trades)
        #expect(account.isBalanced && account.inFlight == 0)
        #expect(account.offered == UInt64(offered.quotes.values.reduce(0) { $0 + $1.count }))
        #expect(account.taken == UInt64(quotes.count))
        for (key, all) in offered.quotes {
            let survivors = quotes.filter { $0.1 == key }.map(\.0)
            #expect(zip(survivors, survivors.dropFirst()).allSatisfy { $0 < $1 }, "in the order in which they were offered")
            switch policy {
            case .block: #expect(survivors == all)
            case .conflate: #expect(survivors.last == all.last, "the latest always comes through")
            case .oneIn3, .oneEvery20, .shed: #expect(Set(survivors).isSubset(of: all))
            }
        }
        if policy == .block { #expect(account.refused > 0 && account.blockedTicks > 0) }
    }
}
