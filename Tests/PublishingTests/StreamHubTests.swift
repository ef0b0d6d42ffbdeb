import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing
import TradingModel
import WebSockets

@testable import Publishing

@Suite("streams over WebSocket") struct StreamHubTests {
    /// A subscriber that keeps what it is told.
    private final class Subscriber: WebSocketClientHandler {
        private let messages = Mutex<[String]>([])
        private let closure = Mutex<WebSocketClosure?>(nil)
        func webSocketOpened(_ client: WebSocketClient) {}
        func webSocket(_ client: WebSocketClient, received message: UnsafeRawBufferPointer, isBinary: Bool) -> WebSocketReading {
            messages.withLock { $0.append(String(decoding: message, as: UTF8.self)) }
            return .goOn
        }
        func webSocket(_ client: WebSocketClient, closed closure: WebSocketClosure) { self.closure.withLock { $0 = closure } }
        func webSocket(_ client: WebSocketClient, failed error: WebSocketError) {}

        var count: Int { messages.withLock { $0.count } }
        var closedBy: WebSocketClosure? { closure.withLock { $0 } }
        func object(_ n: Int) throws -> [String: Any] {
            let text = messages.withLock { n < $0.count ? $0[n] : "{}" }
            return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        func sequences(_ n: Int) throws -> [String] {
            (try object(n)["elements"] as? [[String: String]] ?? []).compactMap { $0["sequence"] }
        }
    }

    /// A hub with one stream of trades, and clients of it.
    private final class Rig {
        let hub: StreamHub, names = Names(), topic: StreamTopic<Trade>, counters: Counters
        private let graph = Graph()
        private var clients: [WebSocketClient] = []

        init(backlog: Int = 4, slow: SlowClients = .conflate) throws {
            hub = try StreamHub(host: "127.0.0.1", port: 0)
            counters = graph.counters
            topic = hub.topic(
                "trades", of: Trade.self, names: names, backlog: backlog, slow: slow, counters: counters
            ) { $0.symbol.rawValue }
        }
        deinit {
            for client in clients { client.stop() }
            hub.stop()
        }
        /// - Returns: with the greeting received.
        func subscriber() throws -> (Subscriber, WebSocketClient) {
            let subscriber = Subscriber()
            let client = try WebSocketClient(
                .init(url: try WebSocketURL("ws://127.0.0.1:\(hub.port)/")), handler: subscriber)
            clients.append(client)
            client.connect()
            try #require(eventually { subscriber.count == 1 })
            return (subscriber, client)
        }
        func trade(_ n: Int, _ symbol: String) {
            topic.publish(
                UInt64(n),
                Trade(
                    eventTime: Int64(n) * 1_000_000_000, symbol: names.symbol(symbol), price: Price(rawValue: 12_345_678_900),
                    size: Quantity(units: Int64(n)), tradeID: UInt64(n)))
        }
        func metric(_ name: String) -> Double {
            name == "clients"
                ? counters.gauge("floor_stream_clients", [("stream", "trades")], help: "").value
                : counters.counter("floor_stream_\(name)_total", [("stream", "trades")], help: "").value
        }
    }

    @Test("whoever comes is told the streams, then gets the latest of each symbol, then every element, exactly")
    func snapshotThenDeltas() throws {
        let rig = try Rig()
        for (n, symbol) in [(1, "A"), (2, "B"), (3, "A")] { rig.trade(n, symbol) }
        let (heard, client) = try rig.subscriber()
        #expect((try heard.object(0)["streams"] as? [[String: String]]) == [["stream": "trades", "element": "Trade"]])
        _ = client.send(text: #"{"subscribe": ["trades"]}"#)
        try #require(eventually { heard.count == 2 })
        #expect(try heard.object(1)["snapshot"] as? Bool == true && heard.object(1)["last"] as? Bool == true)
        #expect(try heard.sequences(1) == ["2", "3"])
        rig.trade(4, "B\"\u{1}")
        rig.topic.flush()
        try #require(eventually { heard.count == 3 })
        let element = try #require(try (heard.object(2)["elements"] as? [[String: String]])?.first)
        #expect(
            element == [
                "sequence": "4", "time": "1970-01-01T00:00:04Z", "symbol": "B\"\u{1}", "price": "12.3456789", "size": "4",
                "aggressor": element["aggressor"] ?? "?", "trade_id": "4",
            ], "\(element)")
        #expect(rig.metric("clients") == 1 && rig.metric("sent") == 1)
    }

    @Test("only the symbols that were asked for, also those that nobody knew then")
    func symbols() throws {
        let rig = try Rig(backlog: 100)
        rig.trade(1, "A")
        let (heard, client) = try rig.subscriber()
        let before = rig.names.count(in: .symbols)
        _ = client.send(text: #"{"subscribe": ["trades"], "symbols": ["B", "LATER"]}"#)
        try #require(eventually { heard.count == 2 })
        #expect(try heard.sequences(1) == [] && rig.names.count(in: .symbols) == before, "a client gives nothing a number")
        for (n, symbol) in [(2, "A"), (3, "B"), (4, "LATER")] { rig.trade(n, symbol) }
        rig.topic.flush()
        try #require(eventually { heard.count == 3 })
        #expect(try heard.sequences(2) == ["3", "4"])
    }

    @Test("without credit nothing is sent; then the latest of each symbol, and how many they replaced")
    func credit() throws {
        let rig = try Rig(backlog: 4)
        let (heard, client) = try rig.subscriber()
        _ = client.send(text: #"{"subscribe": ["trades"], "credit": 0}"#)
        try #require(eventually { heard.count == 2 })
        for n in 1...10 { rig.trade(n, n % 2 == 0 ? "A" : "B") }
        rig.topic.flush()
        _ = client.send(text: #"{"subscribe": ["nothing"]}"#)  // its answer comes after whatever was sent before it
        try #require(eventually { heard.count == 3 })
        #expect((try heard.object(2)["error"] as? String)?.contains("there is no stream nothing; there are trades") == true)
        _ = client.send(text: #"{"streams": ["trades"], "credit": 1}"#)
        try #require(eventually { heard.count == 4 })
        #expect(try heard.sequences(3) == ["9", "10"] && heard.object(3)["conflated"] as? Int == 8)
        #expect(rig.metric("conflated") == 8 && rig.metric("sent") == 2)
    }

    @Test("a client that may not be conflated is cut off, and others are not")
    func cut() throws {
        let rig = try Rig(backlog: 4, slow: .cut)
        let (slow, client) = try rig.subscriber(), (quick, other) = try rig.subscriber()
        _ = client.send(text: #"{"subscribe": ["trades"], "credit": 0}"#)
        _ = other.send(text: #"{"subscribe": ["trades"]}"#)
        try #require(eventually { slow.count == 2 && quick.count == 2 })
        for n in 1...5 {
            rig.trade(n, "A")
            rig.topic.flush()
        }
        try #require(eventually { slow.closedBy != nil && quick.count == 7 })
        #expect(slow.closedBy == WebSocketClosure(code: 1008, reason: "trades: more than 4 elements wait"))
        #expect(quick.closedBy == nil && rig.metric("cut") == 1 && rig.metric("clients") == 1)
    }

    @Test("a client that reads nothing costs a bounded queue; when it reads again it gets the latest, and all is accounted for")
    func stands() throws {
        let rig = try Rig(backlog: 50)
        let (heard, client) = try rig.subscriber()
        _ = client.send(text: #"{"subscribe": ["trades"]}"#)
        try #require(eventually { heard.count == 2 })
        let published = 60_000
        for n in 1...published {
            rig.trade(n, "S\(n % 10)")
            if n % 100 == 0 { rig.topic.flush() }
        }
        rig.topic.flush()
        #expect(eventually { rig.metric("sent") + rig.metric("conflated") == Double(published) })
        try #require(eventually { (try? heard.sequences(heard.count - 1).last) == "\(published)" })
        var last = 0, received = 0, conflated = 0
        for n in 2..<heard.count {
            let sequences = try heard.sequences(n).compactMap { Int($0) }
            #expect(sequences == sequences.sorted() && sequences.first ?? 0 > last)
            (last, received) = (sequences.last ?? last, received + sequences.count)
            conflated += try heard.object(n)["conflated"] as? Int ?? 0
        }
        #expect(received + conflated == published)
    }

    @Test("a port that is taken is named, and what to do")
    func taken() throws {
        let rig = try Rig()
        let error = #expect(throws: WebSocketError.self) { try StreamHub(host: "127.0.0.1", port: rig.hub.port) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("\(rig.hub.port)"))
    }
}
