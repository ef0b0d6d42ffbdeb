import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing
import TradingModel
import WebSockets

@testable import MarketData

/// A venue that says more than the engine takes: our memory holds what the rings hold, and the venue waits.
@Suite("a feed in front of an engine that stands still", .timeLimit(.minutes(2)))
struct FeedCreditTests {
    private let venue = Venue()
    private let server: WebSocketServer
    private let names = Names()
    private let graph = Graph()
    private let engine: Engine
    private let output: IngressOutput
    private let trades: Ingress<Trade>, statuses: Ingress<FeedStatus>
    private let seen = Seen()

    private final class Seen: Sendable {
        let ids = Mutex<[UInt64]>([])
    }

    init() throws {
        var configuration = WebSocketServer.Configuration()
        configuration.sendQueueBytes = 256 << 10
        server = try WebSocketServer(configuration, handler: venue)
        let ports = (trades: graph.source("feed", Trade.self), statuses: graph.source("feed.status", FeedStatus.self))
        graph.sink("seen", from: ports.trades.edge) { [seen] offer in
            seen.ids.withLock { ids in for i in 0..<offer.count { ids.append(offer[i].tradeID) } }
            return offer.count
        }
        engine = Engine(graph, names: names)
        let doorway = Doorway()
        trades = engine.ingress(ports.trades, capacity: 256, doorway: doorway)
        statuses = engine.ingress(ports.statuses, capacity: 16, doorway: doorway)
        output = IngressOutput(trades: trades, quotes: nil, statuses: statuses)
        engine.begin(journal: nil)
    }

    private func makeFeed() throws -> CoinbaseFeed {
        var configuration = CoinbaseFeed.Configuration(
            url: try WebSocketURL("ws://127.0.0.1:\(server.port)/"), products: ["BTC-USD"])
        configuration.firstBackoff = .milliseconds(5)
        let feed = CoinbaseFeed(configuration, names: names, output: output)
        try feed.start()
        return feed
    }

    /// 24 MB, far more than the queue of the server and the socket's buffers on both sides.
    @Test("it stops reading with its ring full, the venue has to wait, and nothing is lost when the engine goes on")
    func stoppedEngine() throws {
        let feed = try makeFeed(), count: UInt64 = 20_000
        #expect(waits { venue.clients.withLock { $0.count } == 1 })
        let client = venue.clients.withLock { $0[0] }
        let padding = #","text":""# + String(repeating: "x", count: 1_000) + #""}"#
        var said: UInt64 = 0
        func say(waitingAtMost patience: Duration) -> Bool {
            let text = match(said + 1).dropLast() + padding
            let result = Array(text.utf8).withUnsafeBytes { server.send($0, to: client, waitingAtMost: patience) }
            if result == .queued { said += 1 }
            return result == .queued
        }
        // Until the venue has found no room for a second, though we have long stopped reading.
        while said < count, say(waitingAtMost: .seconds(1)) {}
        #expect(said < count, "the venue was never held back: the test shows nothing")
        #expect(feed.counters.stops > 0)
        #expect(trades.depth <= trades.capacity && trades.depth >= trades.capacity - 4)
        #expect(feed.counters.trades <= UInt64(trades.capacity), "what was read lies in the ring, and nowhere else")
        #expect(trades.credit < 4 && trades.account.dropped == 0)

        let isDone = Atomic<Bool>(false)
        let (engine, seen) = (Stepping(engine), seen)
        let taker = Thread { while !isDone.load(ordering: .acquiring) { engine.turn() } }
        taker.start()
        while said < count { #expect(say(waitingAtMost: .seconds(20))) }
        #expect(waits(20) { seen.ids.withLock { $0.count } == Int(count) })
        isDone.store(true, ordering: .releasing)
        feed.stop()
        server.stop()
        #expect(seen.ids.withLock { $0 } == Array(1...count))
        #expect(feed.counters.gaps == 0 && feed.counters.discarded == 0)
    }

    /// Each connection brings three statuses; 16 are held, and one more waits in the feed.
    @Test("while nobody takes what it says of itself it makes no connection after the other")
    func lostConnections() throws {
        let feed = try makeFeed()
        var connections = 0
        while connections < 20, waits(1, until: { venue.clients.withLock { $0.count } > connections }) {
            let client = venue.clients.withLock { $0[connections] }
            connections += 1
            server.close(client, code: 1011)
        }
        #expect((4...7).contains(connections), "\(connections)")
        #expect(statuses.depth <= 16)
        for _ in 0..<3 { _ = try engine.turn() }
        #expect(waits { venue.clients.withLock { $0.count } > connections })
        feed.stop()
        server.stop()
    }

    /// The one thread that has the engine.
    private final class Stepping: @unchecked Sendable {
        private let engine: Engine
        init(_ engine: Engine) { self.engine = engine }
        func turn() {
            if case .idle? = try? engine.turn() { usleep(100) }
        }
    }
}
