import Glibc
import PlainData
import StreamRuntime
import Synchronization
import Testing
import TradingModel
import WebSockets

@testable import MarketData

/// An output that remembers, and has room only when the test says so.
private final class Remembered: FeedOutput {
    struct Seen {
        var trades: [Trade] = []
        var quotes: [Quote] = []
        var statuses: [FeedStatus] = []
        var room = Int.max
        var refused = 0
        var isFinished = false
    }
    let seen = Mutex(Seen())

    private func put(_ body: (inout Seen) -> Void) -> Bool {
        seen.withLock { seen in
            if seen.room == 0 {
                seen.refused += 1
                return false
            }
            seen.room -= 1
            body(&seen)
            return true
        }
    }
    func take(_ trade: Trade) -> Bool { put { $0.trades.append(trade) } }
    func take(_ quote: Quote) -> Bool { put { $0.quotes.append(quote) } }
    func take(_ status: FeedStatus) -> Bool { put { $0.statuses.append(status) } }
    func finish() { seen.withLock { $0.isFinished = true } }

    var ids: [UInt64] { seen.withLock { $0.trades.map(\.tradeID) } }
    func kinds() -> [FeedStatus.Kind] { seen.withLock { $0.statuses.map(\.kind) } }
    func gaps() -> [[UInt64]] { seen.withLock { $0.statuses.filter { $0.kind == .gap }.map { [$0.from, $0.to] } } }
}

/// A venue that answers a subscription and then says what the test tells it to.
final class Venue: WebSocketServerHandler {
    let subscriptions = Mutex<[String]>([])
    let clients = Mutex<[WebSocketServer.ClientID]>([])

    func webSocketServer(_ server: WebSocketServer, opened client: WebSocketServer.ClientID) {}
    func webSocketServer(
        _ server: WebSocketServer, received message: UnsafeRawBufferPointer, isBinary: Bool, from client: WebSocketServer.ClientID
    ) {
        subscriptions.withLock { $0.append(String(decoding: message, as: UTF8.self)) }
        _ = server.send(text: #"{"type":"subscriptions","channels":[]}"#, to: client)
        clients.withLock { $0.append(client) }
    }
    func webSocketServer(_ server: WebSocketServer, closed client: WebSocketServer.ClientID, _ closure: WebSocketClosure) {}
}

func waits(_ seconds: Double = 10, until condition: () -> Bool) -> Bool {
    for _ in 0..<Int(seconds * 500) {
        if condition() { return true }
        usleep(2_000)
    }
    return condition()
}

func match(_ id: UInt64, type: String = "match", product: String = "BTC-USD") -> String {
    #"{"type":"\#(type)","trade_id":\#(id),"side":"buy","size":"1","price":"100","product_id":"\#(product)","sequence":\#(id * 10),"time":"2024-03-11T13:30:00.5Z"}"#
}

func ticker(_ sequence: UInt64) -> String {
    #"{"type":"ticker","sequence":\#(sequence),"product_id":"BTC-USD","best_bid":"99","best_ask":"101","time":"2024-03-11T13:30:00Z"}"#
}

@Suite("a live feed")
struct CoinbaseFeedTests {
    private let venue = Venue()
    private let output = Remembered()
    private let server: WebSocketServer
    private let names = Names()

    init() throws { server = try WebSocketServer(WebSocketServer.Configuration(), handler: venue) }

    private func makeFeed(_ configure: (inout CoinbaseFeed.Configuration) -> Void = { _ in }) throws -> CoinbaseFeed {
        var configuration = CoinbaseFeed.Configuration(
            url: try WebSocketURL("ws://127.0.0.1:\(server.port)/"), products: ["BTC-USD", "A\"B"])
        configuration.firstBackoff = .milliseconds(20)
        configure(&configuration)
        let feed = CoinbaseFeed(configuration, names: names, output: output)
        try feed.start()
        return feed
    }

    private func say(_ texts: [String], toClient number: Int = 0) {
        guard waits(until: { venue.clients.withLock { $0.count > number } }) else { return }
        let client = venue.clients.withLock { $0[number] }
        for text in texts {
            let bytes = Array(text.utf8)
            let result = bytes.withUnsafeBytes { server.send($0, to: client, waitingAtMost: .seconds(20)) }
            #expect(result == .queued)
        }
    }

    @Test("it subscribes, and hands on trades, quotes and what is wrong, in the order of arrival")
    func decodes() throws {
        let feed = try makeFeed()
        say([
            match(9, type: "last_match"), match(10), ticker(5), match(11), ticker(5), match(11), match(14), match(12), "{oops",
            #"{"type":"l2update"}"#,
            #"{"type":"heartbeat","last_trade_id":16,"product_id":"BTC-USD","sequence":160,"time":"2024-03-11T13:30:01Z"}"#,
            match(17),
        ])
        #expect(waits { output.ids.last == 17 })
        feed.stop()
        server.stop()
        #expect(
            venue.subscriptions.withLock { $0 } == [
                #"{"type":"subscribe","product_ids":["BTC-USD","A\"B"],"channels":["matches","ticker","heartbeat"]}"#
            ])
        #expect(output.ids == [10, 11, 14, 12, 17])
        #expect(output.seen.withLock { $0.quotes.map(\.bid.description) } == ["99"])
        #expect(output.kinds().prefix(2) == [.connected, .live])
        #expect(output.gaps() == [[12, 13], [15, 16]])
        let counters = feed.counters
        #expect(counters.trades == 5 && counters.quotes == 1 && counters.gaps == 2 && counters.missed == 4)
        #expect(counters.duplicates == 2 && counters.outOfOrder == 1 && counters.rejects == 1 && counters.discarded == 0)
        #expect(output.seen.withLock { $0.isFinished })
    }

    @Test("a lost connection is made again, the subscription with it, and what was missed is a gap")
    func reconnects() throws {
        let feed = try makeFeed()
        say([match(1), match(2)])
        #expect(waits { output.ids == [1, 2] })
        server.close(venue.clients.withLock { $0[0] }, code: 1011, reason: "service restart")
        say([match(5, type: "last_match"), match(6)], toClient: 1)
        #expect(waits { output.ids == [1, 2, 5, 6] })
        server.close(venue.clients.withLock { $0[1] }, code: 1011)
        say([match(6, type: "last_match"), match(7)], toClient: 2)
        #expect(waits { output.ids == [1, 2, 5, 6, 7] })
        feed.stop()
        server.stop()
        #expect(output.gaps() == [[3, 4]])
        #expect(feed.counters.reconnects == 2 && feed.counters.duplicates == 0)
        #expect(venue.subscriptions.withLock { $0.count } == 3)
        let reasons = output.seen.withLock { $0.statuses.filter { $0.kind == .disconnected }.map { names.text(of: $0.reason) } }
        #expect(reasons.first == "closed with code 1011 \"service restart\"")
    }

    @Test("a venue that is not there is tried again, and the cause is told")
    func notThere() throws {
        server.stop()
        let feed = try makeFeed()
        #expect(waits { feed.counters.reconnects >= 3 })
        feed.stop()
        let reason = output.seen.withLock { $0.statuses.first.map { names.text(of: $0.reason) } }
        #expect(reason == "cannot connect to 127.0.0.1:\(server.port): Connection refused")
    }

    @Test("an output without room stops the reading, and nothing is lost or reordered")
    func backpressure() throws {
        output.seen.withLock { $0.room = 50 }
        let feed = try makeFeed()
        // The room comes in small pieces, from another thread.
        var thread = pthread_t()
        final class Job {
            let work: @Sendable () -> Void
            init(_ work: @escaping @Sendable () -> Void) { self.work = work }
        }
        let output = output
        let box = Unmanaged.passRetained(
            Job {
                _ = waits(until: { output.seen.withLock { $0.refused > 0 } })
                for _ in 0..<20_000 {
                    usleep(1_000)
                    output.seen.withLock { $0.room += 100 }
                    if output.seen.withLock({ $0.trades.count >= 20_000 }) { return }
                }
            })
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            }, box.toOpaque())
        say((1...20_000).map { match(UInt64($0)) })
        #expect(waits(20) { output.ids.count == 20_000 })
        pthread_join(thread, nil)
        feed.stop()
        server.stop()
        #expect(output.ids == Array(1...20_000))
        #expect(feed.counters.stops > 0 && feed.counters.gaps == 0 && feed.counters.discarded == 0)
    }

    @Test("silence makes the feed stale, and a longer one makes a new connection")
    func silence() throws {
        let feed = try makeFeed {
            $0.staleAfter = .milliseconds(500)
            $0.reconnectAfter = .milliseconds(1_000)
        }
        say([match(1)])
        #expect(waits { output.kinds().contains(.stale) })
        #expect(waits { feed.counters.reconnects == 1 })
        say([match(2)], toClient: 1)
        #expect(waits { output.ids == [1, 2] })
        #expect(waits { output.kinds().last == .live })
        feed.stop()
        server.stop()
    }

    @Test("a normal close ends the feed: after everything was handed on")
    func ends() throws {
        let feed = try makeFeed()
        say((1...500).map { match(UInt64($0)) })
        server.close(venue.clients.withLock { $0[0] }, code: 1000, reason: "end of tape")
        #expect(waits { output.seen.withLock { $0.isFinished } })
        #expect(output.ids == Array(1...500))
        #expect(output.kinds().suffix(2) == [.disconnected, .ended])
        feed.stop()
        server.stop()
        #expect(feed.counters.reconnects == 0)
    }

    @Test("a refusal of the venue is a status in its words")
    func refused() throws {
        let feed = try makeFeed()
        say([#"{"type":"error","message":"Failed to subscribe","reason":"X is not a valid product"}"#])
        #expect(waits { output.kinds().contains(.rejected) })
        feed.stop()
        server.stop()
        let reason = output.seen.withLock { $0.statuses.first { $0.kind == .rejected }.map { names.text(of: $0.reason) } }
        #expect(reason == "the venue says: Failed to subscribe X is not a valid product")
    }
}
