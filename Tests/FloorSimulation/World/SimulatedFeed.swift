import Desk
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// The day's market data: trades of a few instruments that trend, turn and trend again, so that the desk has work.
struct Tape {
    struct Event {
        /// Nanoseconds after the tape's beginning.
        var time: Int64
        var symbol: String
        var price: Price
        var size: Quantity
    }
    static let symbols = ["ALDER", "BIRCH", "CEDAR"]
    let events: [Event]
    /// Nanoseconds since 1970.
    static let start: Int64 = 1_767_605_400 * 1_000_000_000  // 2026-01-05 09:30 UTC
    static let spacing: Int64 = 250_000_000

    init(seed: UInt64, events count: Int) {
        var random = SplitMix64(seed: seed), cents = [10_000, 4_000, 25_000], trend = [1, -1, 1]
        events = (0..<count).map { i in
            let k = i % Self.symbols.count
            if random.below(12) == 0 { trend[k] = -trend[k] }
            cents[k] = max(1_000, cents[k] + (trend[k] * cents[k] / 400) + random.below(21) - 10)
            return Event(
                time: Int64(i) * Self.spacing, symbol: Self.symbols[k], price: Price(rawValue: Int64(cents[k]) * 10_000_000),
                size: Quantity(units: Int64(1 + random.below(50))))
        }
    }
}

/// The tape as a feed of the desk's, played by hand.
final class SimulatedFeed: LiveFeed {
    private let trades: Ingress<Trade>?, statuses: Ingress<FeedStatus>?
    private let names: Names
    /// How many trades the journal has already.
    let taken: Int

    init(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine) {
        names = assembly.names
        let port = assembly.port(vertex, 0, as: Trade.self)
        taken = Int(port?.edge.total ?? 0)
        trades = port.map { engine.ingress($0) }
        _ = assembly.port(vertex, 1, as: Quote.self).map { engine.ingress($0).finish() }
        statuses = assembly.port(vertex, 2, as: FeedStatus.self).map { engine.ingress($0) }
        if let port, let idle = vertex.settings.durationIfPresent("idle") { engine.setIdleTimeout(of: port, idle) }
        for symbol in vertex.settings.texts("symbols") { _ = names.symbol(symbol) }
    }

    func start() throws {}
    func stop() {}

    func offer(_ event: Tape.Event) {
        _ = trades?.offer(
            Trade(eventTime: Tape.start + event.time, symbol: names.symbol(event.symbol), price: event.price, size: event.size))
    }
    func tell(_ kind: FeedStatus.Kind, at time: Int64) {
        _ = statuses?.offer(
            FeedStatus(eventTime: time, symbol: SymbolID(rawValue: 0), kind: kind, reason: names.text("simulated")))
    }
    var depth: Int { trades?.depth ?? 0 }
    var capacity: Int { trades?.capacity ?? 0 }
    func finish() {
        trades?.finish()
        statuses?.finish()
    }
}
