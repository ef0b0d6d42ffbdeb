import PlainData
import StreamRuntime
import TradingModel
import WebSockets

/// One connection of a feed. Its state is the feed's to touch, with the feed's lock held.
final class FeedLine: WebSocketClientHandler, @unchecked Sendable {
    enum State {
        case connecting, open
        /// Waiting for the moment of the next attempt.
        case waiting
        case ended
    }

    let number: Int
    private let configuration: VenueFeed.Configuration
    private let url: WebSocketURL
    private let feed: VenueFeed
    private(set) var client: WebSocketClient?
    var state = State.waiting
    var isStopped = false
    var backoff: Backoff
    var messages: UInt64 = 0
    /// By our clock: when this turn's first message was handed over, 0 before. The connection's thread alone has it.
    @exclusivity(unchecked) var turnBegan: Int64 = 0
    private var messagesBefore: UInt64 = 0
    private(set) var silentFor = Duration.zero
    private var hasPinged = false
    private var outbox: [String] = []
    private var lastQuarter: Int64 = 0

    init(_ number: Int, _ url: WebSocketURL, _ configuration: VenueFeed.Configuration, _ feed: VenueFeed) {
        (self.number, self.url, self.configuration, self.feed) = (number, url, configuration, feed)
        backoff = Backoff(
            first: configuration.firstBackoff, longest: configuration.longestBackoff,
            seed: configuration.seed &+ UInt64(number))
    }

    func start() throws(WebSocketError) {
        precondition(client == nil, "a feed is started once")
        var settings = WebSocketClient.Configuration(url: url, caFile: configuration.caFile)
        settings.offersCompression = configuration.compresses
        settings.fetchesSecurely = configuration.snapshots.isSecure
        let client = try WebSocketClient(settings, handler: self)
        self.client = client
        client.setTimer(after: .zero)
    }
    func stop() {
        client?.stop()
        client = nil  // Each holds the other.
    }

    // MARK: What is sent

    func queue(_ text: String) { outbox.append(text) }
    func sendQueued(atMost count: Int) {
        let now = min(count, outbox.count)
        for text in outbox[..<now] { send(text) }
        outbox.removeFirst(now)
    }
    func send(_ text: String) { _ = client?.send(text: text) }

    // MARK: Silence

    /// Whether a quarter of a second has passed since it last said so.
    func isQuarterPast() -> Bool {
        let now = SystemTime().monotonic()
        guard now - lastQuarter >= 240_000_000 else { return false }
        lastQuarter = now
        return true
    }
    /// How long nothing was heard, to a tick. Called once a tick.
    func silence() -> Duration {
        if messages != messagesBefore {
            (messagesBefore, silentFor, hasPinged) = (messages, .zero, false)
            return .zero
        }
        silentFor += VenueFeed.tick
        return silentFor
    }
    func pingsOnce() -> Bool {
        defer { hasPinged = true }
        return !hasPinged
    }

    // MARK: From the client's thread

    func webSocketOpened(_ client: WebSocketClient) {
        state = .open
        (silentFor, hasPinged, outbox) = (.zero, false, [])
        feed.opened(self)
        client.setTimer(after: VenueFeed.tick)
    }
    func webSocket(
        _ client: WebSocketClient, received message: UnsafeRawBufferPointer, isBinary: Bool
    ) -> WebSocketReading { feed.received(message, self) }
    func webSocketTurnEnded(_ client: WebSocketClient) { feed.turnEnded(self) }
    func webSocket(_ client: WebSocketClient, closed closure: WebSocketClosure) { feed.closed(self, closure) }
    func webSocket(_ client: WebSocketClient, failed error: WebSocketError) { feed.failed(self, error) }
    func webSocketTimerFired(_ client: WebSocketClient) { feed.timerFired(self) }
    func webSocket(_ client: WebSocketClient, fetched tag: UInt64, _ answer: HTTPAnswer) {
        feed.fetched(self, SymbolID(rawValue: UInt32(truncatingIfNeeded: tag)), answer)
    }
}
