import Glibc
import MarketData
import PlainData
import StreamRuntime
import Synchronization
import Topology
import TradingModel
import WebSockets

/// A `websocket` source: the venue's connection feeds the ports of its vertex, in the order of arrival.
final class CoinbaseFeedSource: LiveFeed {
    private let feed: CoinbaseFeed
    private let name: String, address: String, seconds: Int
    private let status: StatusTeller

    init(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ run: DeskRunSettings) throws {
        (name, address, seconds) = (vertex.name, vertex.settings.text("url"), run.logonSeconds)
        let settings = vertex.settings
        let url: WebSocketURL
        do { url = try WebSocketURL(settings.text("url")) } catch { throw DeskRunError.venue("source \(vertex.name): \(error)") }
        var configuration = CoinbaseFeed.Configuration(
            url: url, products: settings.texts("symbols"), caFile: settings.textIfPresent("ca"))
        configuration.channels = settings.texts("channels")
        configuration.staleAfter = .nanoseconds(settings.duration("stale"))
        configuration.endsAtNormalClosure = settings.boolean("ends")
        for product in configuration.products { _ = assembly.names.symbol(product) }
        let doorway = Doorway()
        let trades = assembly.entrance(vertex, 0, as: Trade.self, engine, doorway) { $0.symbol.rawValue }
        let quotes = assembly.entrance(vertex, 1, as: Quote.self, engine, doorway) { $0.symbol.rawValue }
        let statuses = assembly.entrance(vertex, 2, as: FeedStatus.self, engine, doorway) { $0.symbol.rawValue }
        if let quotes { trades?.closes(quotes) { $0.symbol.rawValue } }
        if let idle = settings.durationIfPresent("idle"), let port = assembly.port(vertex, 0, as: Trade.self) {
            engine.setIdleTimeout(of: port, idle)
        }
        status = StatusTeller(
            IngressOutput(trades: trades, quotes: quotes, statuses: statuses), source: vertex.name, names: assembly.names,
            metrics: assembly.graph.counters.source(vertex.name), run.notice)
        feed = CoinbaseFeed(configuration, names: assembly.names, output: status)
    }

    /// Connects and waits for the first word: a desk without data should say so at once.
    func start() throws {
        do { try feed.start() } catch { throw DeskRunError.venue("source \(name): \(error)") }
        for _ in 0..<seconds * 100 {
            if status.hasConnected { return }
            usleep(10_000)
        }
        feed.stop()
        throw DeskRunError.venue(
            "source \(name): no connection to \(address) within \(seconds) s (\(status.lastReason)); is the venue running?")
    }
    func stop() { feed.stop() }
}

/// Passes a feed's elements on, and says aloud when its connection comes and goes.
private final class StatusTeller: FeedOutput {
    private let output: IngressOutput
    private let source: String, names: Names
    private let notice: @Sendable (String) -> Void
    private let metrics: SourceMetrics
    private let connected = Atomic<Bool>(false)
    private let reason = Mutex("no answer")

    init(
        _ output: IngressOutput, source: String, names: Names, metrics: SourceMetrics,
        _ notice: @escaping @Sendable (String) -> Void
    ) {
        (self.output, self.source, self.names, self.metrics, self.notice) = (output, source, names, metrics, notice)
        metrics.state = .down
    }
    var hasConnected: Bool { connected.load(ordering: .acquiring) }
    var lastReason: String { reason.withLock { $0 } }
    var credit: Int { output.credit }

    func take(_ trade: Trade) -> Bool { output.take(trade) }
    func take(_ quote: Quote) -> Bool { output.take(quote) }
    func take(_ status: FeedStatus) -> Bool {
        guard output.take(status) else { return false }
        count(status.kind)
        let text = names.text(of: status.reason)
        switch status.kind {
        case .connected:
            connected.store(true, ordering: .releasing)
            notice("feed \(source): connected")
        case .disconnected:
            let isNews = reason.withLock { last in
                defer { last = text }
                return last != text
            }
            if isNews { notice("feed \(source): disconnected: \(text)") }
        case .stale: notice("feed \(source): silent for too long")
        case .ended: notice("feed \(source): ended: \(text)")
        default: break
        }
        return true
    }
    private func count(_ kind: FeedStatus.Kind) {
        switch kind {
        case .connected:
            if hasConnected { metrics.reconnects += 1 }
            metrics.state = .connected
        case .live: metrics.state = .live
        case .disconnected: metrics.state = .down
        case .stale: metrics.state = .stale
        case .ended: metrics.state = .ended
        case .gap: metrics.gaps += 1
        default: break
        }
    }
    func finish() { output.finish() }
}
