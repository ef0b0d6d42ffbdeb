import Glibc
import MarketData
import PlainData
import StreamRuntime
import Synchronization
import Topology
import TradingModel
import WebSockets

/// A `websocket` source: the venue's connection feeds the ports of its vertex, in the order of arrival.
final class VenueFeedSource: LiveFeed {
    private let feed: VenueFeed
    private let name: String, address: String, seconds: Int
    private let status: StatusTeller

    init(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ run: DeskRunSettings) throws {
        (name, address, seconds) = (vertex.name, vertex.settings.text("url"), run.logonSeconds)
        let settings = vertex.settings
        var configuration: VenueFeed.Configuration
        do { configuration = try VenueFeed.Configuration(settings) } catch {
            throw DeskRunError.venue("source \(vertex.name): \(error)")
        }
        let credentials = FeedCredentials(vertex)
        guard credentials.missing.isEmpty else { throw DeskRunError.venue(credentials.complaint) }
        configuration.credentials = credentials.values
        for product in configuration.products { _ = assembly.names.symbol(product) }
        let doorway = Doorway()
        let trades = assembly.entrance(vertex, 0, as: Trade.self, engine, doorway) { $0.symbol.rawValue }
        let quotes = assembly.entrance(vertex, 1, as: Quote.self, engine, doorway) { $0.symbol.rawValue }
        let statuses = assembly.entrance(vertex, 2, as: FeedStatus.self, engine, doorway) { $0.symbol.rawValue }
        let bars = assembly.entrance(vertex, 3, as: Bar.self, engine, doorway) { $0.symbol.rawValue }
        let deltas = assembly.entrance(vertex, 4, as: BookDelta.self, engine, doorway) { $0.symbol.rawValue }
        let tops = assembly.entrance(vertex, 5, as: Quote.self, engine, doorway) { $0.symbol.rawValue }
        let corrections = assembly.entrance(vertex, 6, as: TradeCorrection.self, engine, doorway) { $0.symbol.rawValue }
        if let quotes { trades?.closes(quotes) { $0.symbol.rawValue } }
        if let tops { trades?.closes(tops) { $0.symbol.rawValue } }
        if let idle = settings.durationIfPresent("idle"), let port = assembly.port(vertex, 0, as: Trade.self) {
            engine.setIdleTimeout(of: port, idle)
        }
        status = StatusTeller(
            IngressOutput(
                trades: trades, quotes: quotes, statuses: statuses, bars: bars, deltas: deltas, tops: tops,
                corrections: corrections),
            source: vertex.name, names: assembly.names, metrics: assembly.graph.counters.source(vertex.name),
            gauges: BookGauges(vertex.name, assembly.names, assembly.graph.counters), run.notice)
        feed = VenueFeed(configuration, names: assembly.names, output: status)
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
    func listen(to switches: FeedSwitches) {
        switches.add(name) { [feed] isForced, reason in feed.setForcedStale(isForced, reason: reason) }
    }
}

/// Passes a feed's elements on, and says aloud when its connection comes and goes.
///
/// `@unchecked Sendable`: the feed calls it from one thread at a time.
private final class StatusTeller: FeedOutput, @unchecked Sendable {
    private let output: IngressOutput
    private let source: String, names: Names
    private let notice: @Sendable (String) -> Void
    private let metrics: SourceMetrics
    /// Touched by whoever holds the feed's lock.
    private var state = SourceMetrics.State.down
    private var books: [SymbolID: SourceMetrics.State] = [:]
    private var gauges: BookGauges
    private let connected = Atomic<Bool>(false)
    private let reason = Mutex("no answer")

    init(
        _ output: IngressOutput, source: String, names: Names, metrics: SourceMetrics, gauges: consuming BookGauges,
        _ notice: @escaping @Sendable (String) -> Void
    ) {
        (self.output, self.source, self.names, self.metrics, self.notice) = (output, source, names, metrics, notice)
        self.gauges = gauges
        metrics.state = .down
    }
    var hasConnected: Bool { connected.load(ordering: .acquiring) }
    var lastReason: String { reason.withLock { $0 } }
    var credit: Int { output.credit }

    var wantsBooks: Bool { output.wantsBooks }

    func take(_ trade: Trade) -> Bool { output.take(trade) }
    func take(_ quote: Quote) -> Bool { output.take(quote) }
    func take(_ bar: Bar) -> Bool { output.take(bar) }
    func take(_ delta: BookDelta) -> Bool {
        guard output.take(delta) else { return false }
        gauges.take(delta)
        return true
    }
    func take(_ correction: TradeCorrection) -> Bool { output.take(correction) }
    func take(top quote: Quote) -> Bool {
        guard output.take(top: quote) else { return false }
        gauges.take(top: quote)
        return true
    }
    func take(trades: UnsafeBufferPointer<Trade>) -> Int { output.take(trades: trades) }
    func take(quotes: UnsafeBufferPointer<Quote>) -> Int { output.take(quotes: quotes) }
    func take(deltas: UnsafeBufferPointer<BookDelta>) -> Int {
        let taken = output.take(deltas: deltas)
        for at in 0..<taken { gauges.take(deltas[at]) }
        return taken
    }
    func take(_ status: FeedStatus) -> Bool {
        guard output.take(status) else { return false }
        count(status)
        if wantsBooks { gauges.take(status) }
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
    /// The feed's state is that of its worst book, where its connection is live.
    private func count(_ status: FeedStatus) {
        switch status.kind {
        case .connected:
            if hasConnected { metrics.reconnects += 1 }
            state = .connected
        case .live where status.symbol.rawValue != 0: books[status.symbol] = nil
        case .live: state = .live
        case .disconnected: (state, books) = (.down, [:])
        case .stale: state = .stale
        case .forcedStale: state = .forcedStale
        case .ended: state = .ended
        case .snapshotting: books[status.symbol] = .snapshotting
        case .recovering: books[status.symbol] = .recovering
        case .gap: metrics.gaps += 1
        default: return
        }
        let isUp = state == .live || state == .connected
        metrics.state = isUp ? books.values.max { $0.rawValue < $1.rawValue } ?? state : state
    }
    func finish() { output.finish() }
}
