import PlainData
import StreamRuntime
import WebSockets

/// What becomes of a client that takes less than there is.
public enum SlowClients: String, Sendable, CaseIterable {
    /// It gets the latest of each symbol.
    case conflate
    /// It is cut off, with close code 1008.
    case cut
}

/// One stream, as the hub sees it; behind the hub's lock.
class StreamBase {
    let name: String, elementName: String
    let backlog: Int, slow: SlowClients
    var subscriptions: [WebSocketServer.ClientID: Subscription] = [:]
    /// Those with something that waits.
    var behind: Set<WebSocketServer.ClientID> = []
    private let clients: SeriesMetrics, spent: SeriesMetrics, sent: SeriesMetrics, conflated: SeriesMetrics, cut: SeriesMetrics

    init(_ name: String, element: String, backlog: Int, slow: SlowClients, counters: Counters) {
        (self.name, elementName, self.backlog, self.slow) = (name, element, backlog, slow)
        let label = [("stream", name)]
        clients = counters.gauge("floor_stream_clients", label, help: "Clients that are subscribed to the stream.")
        spent = counters.gauge(
            "floor_stream_clients_without_credit", label, help: "Clients whose credit is used up: they have to give more.")
        sent = counters.counter("floor_stream_sent_total", label, help: "Elements sent to clients, snapshots left out.")
        conflated = counters.counter(
            "floor_stream_conflated_total", label,
            help: "Elements that a later one of the symbol replaced before a slow client took them.")
        cut = counters.counter("floor_stream_cut_total", label, help: "Clients cut off because they were too slow.")
    }

    /// The latest element of each symbol, in the order of their sequences.
    func snapshot(for subscription: Subscription) -> [Subscription.Entry] { [] }

    func noteClients() {
        clients.value = Double(subscriptions.count)
        spent.value = Double(subscriptions.values.count { $0.credit == 0 })
    }
    func noteSent(_ n: Int) { sent.value += Double(n) }
    func noteConflated(_ n: Int) { conflated.value += Double(n) }
    func noteCut() { cut.value += 1 }
}

/// A stream of one type: what an edge publishes.
public final class StreamTopic<T: Element>: @unchecked Sendable {
    // Touched behind the hub's lock.
    private let hub: StreamHub
    private let stream: TypedStream<T>

    init(_ hub: StreamHub, _ stream: TypedStream<T>) { (self.hub, self.stream) = (hub, stream) }

    /// One thread, in the order of the journal. Never waits for a client.
    public func publish(_ sequence: UInt64, _ element: T) { hub.publish(sequence, element, on: stream) }
    /// What was published since the last time is sent to whoever has room.
    public func flush() { hub.flush(stream) }
}

final class TypedStream<T: Element>: StreamBase {
    private let names: Names
    let key: (T) -> UInt32
    private struct Latest {
        var symbol: String, sequence: UInt64, element: T
    }
    private var latest: [UInt32: Latest] = [:]

    init(
        _ name: String, names: Names, backlog: Int, slow: SlowClients, counters: Counters, key: @escaping (T) -> UInt32
    ) {
        (self.names, self.key) = (names, key)
        super.init(name, element: T.elementName, backlog: backlog, slow: slow, counters: counters)
    }

    func entry(_ key: UInt32, _ sequence: UInt64, _ element: T) -> Subscription.Entry {
        Subscription.Entry(
            key: key, sequence: sequence, object: ElementJSON.object(element, sequence: sequence, names: names))
    }
    /// - Returns: the symbol's name.
    func remember(_ key: UInt32, _ sequence: UInt64, _ element: T) -> String {
        let symbol = latest[key]?.symbol ?? names.text(key, in: .symbols)
        latest[key] = Latest(symbol: symbol, sequence: sequence, element: element)
        return symbol
    }
    override func snapshot(for subscription: Subscription) -> [Subscription.Entry] {
        latest.filter { subscription.wants($0.value.symbol) }
            .map { entry($0.key, $0.value.sequence, $0.value.element) }
            .sorted { $0.sequence < $1.sequence }
    }
}
