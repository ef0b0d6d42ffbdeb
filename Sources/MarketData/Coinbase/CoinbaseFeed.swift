import Glibc
import PlainData
import StreamRuntime
import Synchronization
import TradingModel
import WebSockets

/// A live feed of one venue that speaks the Coinbase Exchange protocol: subscribes, decodes, checks that trades come
/// complete and once, and connects again when the connection is lost or silent.
///
/// Everything it learns goes to its `FeedOutput`, in the order of arrival: trades, quotes, and what happened to the feed
/// itself (`FeedStatus`). Where the output has no room it stops reading, so that the venue waits and nothing is lost.
///
/// `@unchecked Sendable`: what is mutable is touched on the client's service thread only, or after that thread has ended;
/// the counters have a lock, and `isStopping` is atomic.
public final class CoinbaseFeed: @unchecked Sendable {
    enum Item {
        case trade(Trade)
        case quote(Quote)
        case status(FeedStatus)
    }

    private enum State {
        case connecting, open
        /// Waiting for the moment of the next attempt.
        case waiting
        case ended
    }

    public let configuration: Configuration
    private let output: any FeedOutput
    private let names: Names
    private let lockedCounters = Mutex(Counters())
    private let isStopping = Atomic(false)
    private var client: WebSocketClient?

    private var decoder: CoinbaseDecoder
    private var sequence = CoinbaseSequence()
    private var backoff: Backoff
    private var state = State.waiting
    /// What the output had no room for, in order.
    private var pending: [Item] = []
    private var isStopped = false
    private var isStale = false
    private var messagesAtTick: UInt64 = 0
    private var messages: UInt64 = 0
    private var silentTicks = 0
    private var hasFinished = false
    /// The newest time that the venue has said, which is the time of whatever the feed says of itself.
    private var venueTime: Int64 = 0

    private static let tick = Duration.milliseconds(250)
    /// The most that one message makes: an element, and what is wrong with it.
    private static let mostPerMessage = 4

    public init(_ configuration: Configuration, names: Names, output: any FeedOutput) {
        (self.configuration, self.names, self.output) = (configuration, names, output)
        decoder = CoinbaseDecoder(names: names)
        backoff = Backoff(first: configuration.firstBackoff, longest: configuration.longestBackoff, seed: configuration.seed)
    }

    /// Connects, and goes on until `stop()` or the venue's normal end. A venue that cannot be reached is tried again.
    /// - Throws: where not even an attempt can be made (a certificate file that is not there).
    public func start() throws(WebSocketError) {
        precondition(client == nil, "a feed is started once")
        let client = try WebSocketClient(.init(url: configuration.url, caFile: configuration.caFile), handler: self)
        self.client = client
        client.setTimer(after: .zero)
    }

    /// Ends the feed and its thread. What the output has no room for within a second is discarded, and counted.
    public func stop() {
        guard let client else { return }
        isStopping.store(true, ordering: .relaxed)
        client.stop()
        self.client = nil  // Each holds the other.
        for _ in 0..<1_000 where !pending.isEmpty {
            flush()
            if !pending.isEmpty { usleep(1_000) }
        }
        let left = UInt64(pending.count)
        if left > 0 { lockedCounters.withLock { $0.discarded += left } }
        pending = []
        finish()
    }

    public var counters: Counters { lockedCounters.withLock { $0 } }

    // MARK: Out

    private func emit(_ item: Item) {
        if !pending.isEmpty || !offer(item) { pending.append(item) }
    }

    private func emit(
        _ kind: FeedStatus.Kind, time: Int64? = nil, symbol: SymbolID = SymbolID(rawValue: 0), from: UInt64 = 0,
        to: UInt64 = 0, reason: String = ""
    ) {
        let text = reason.isEmpty ? TextID.none : names.text(reason)
        emit(.status(FeedStatus(eventTime: time ?? venueTime, symbol: symbol, kind: kind, from: from, to: to, reason: text)))
    }

    private func offer(_ item: Item) -> Bool {
        switch item {
        case .trade(let trade): output.take(trade)
        case .quote(let quote): output.take(quote)
        case .status(let status): output.take(status)
        }
    }

    private func flush() {
        var taken = 0
        while taken < pending.count, offer(pending[taken]) { taken += 1 }
        pending.removeFirst(taken)
    }

    private func finish() {
        if hasFinished { return }
        hasFinished = true
        output.finish()
    }
}

// MARK: In

extension CoinbaseFeed: WebSocketClientHandler {
    public func webSocketOpened(_ client: WebSocketClient) {
        state = .open
        silentTicks = 0
        emit(.connected)
        _ = client.send(text: Self.subscription(configuration))
        client.setTimer(after: Self.tick)
    }

    public func webSocket(
        _ client: WebSocketClient, received message: UnsafeRawBufferPointer, isBinary: Bool
    ) -> WebSocketReading {
        messages += 1
        do throws(CoinbaseReject) {
            take(try decoder.decode(message, receivedAt: WallClock.now()))
        } catch {
            lockedCounters.withLock { $0.rejects += 1 }
            emit(.rejected, reason: error.kind)
        }
        lockedCounters.withLock { $0.messages = messages }
        if pending.isEmpty, output.credit >= Self.mostPerMessage { return .goOn }
        isStopped = true
        lockedCounters.withLock { $0.stops += 1 }
        client.setTimer(after: .milliseconds(1))
        return .stop
    }

    public func webSocket(_ client: WebSocketClient, closed closure: WebSocketClosure) {
        emit(.disconnected, reason: closure.description)
        if closure.code == WebSocketClosure.normal, configuration.endsAtNormalClosure {
            state = .ended
            emit(.ended, reason: closure.description)
            client.setTimer(after: .zero)
        } else {
            reconnect(client)
        }
    }

    public func webSocket(_ client: WebSocketClient, failed error: WebSocketError) {
        emit(.disconnected, reason: error.description)
        reconnect(client)
    }

    private func reconnect(_ client: WebSocketClient) {
        state = .waiting
        isStopped = false
        if isStopping.load(ordering: .relaxed) { return }
        lockedCounters.withLock { $0.reconnects += 1 }
        client.setTimer(after: backoff.next())
    }

    public func webSocketTimerFired(_ client: WebSocketClient) {
        flush()
        switch state {
        case .waiting:
            // While nobody takes what the last connection brought, another would only bring more.
            if !pending.isEmpty { return client.setTimer(after: .milliseconds(1)) }
            state = .connecting
            client.connect()
        case .connecting: break
        case .ended:
            if pending.isEmpty { finish() } else { client.setTimer(after: .milliseconds(1)) }
        case .open:
            if !pending.isEmpty || isStopped && output.credit < Self.mostPerMessage {
                return client.setTimer(after: .milliseconds(1))
            }
            if isStopped {
                isStopped = false
                client.resumeReading()
            } else {
                checkSilence(client)
            }
            client.setTimer(after: Self.tick)
        }
    }

    /// No message since the last tick: the feed is stale after a while, and lost after a longer one.
    private func checkSilence(_ client: WebSocketClient) {
        if messages != messagesAtTick {
            messagesAtTick = messages
            silentTicks = 0
            if isStale {
                isStale = false
                emit(.live)
            }
            return
        }
        silentTicks += 1
        let silence = Self.tick * silentTicks
        if silence >= configuration.staleAfter, !isStale {
            isStale = true
            emit(.stale)
        }
        if silence >= configuration.reconnectAfter {
            silentTicks = 0
            client.close(code: WebSocketClosure.goingAway, reason: "no message")
        }
    }
}

// MARK: Messages

extension CoinbaseFeed {
    private func take(_ message: CoinbaseMessage) {
        switch message {
        case .match(let trade, _, let isLast): take(trade, isLast: isLast)
        case .ticker(let quote, let number): take(quote, number)
        case .heartbeat(let symbol, let time, _, let lastTradeID):
            if case .gap(let from, let to) = sequence.heartbeat(symbol, lastTradeID: lastTradeID) { gap(symbol, time, from, to) }
            // Time passes when nothing trades: the first heartbeat that says so is an event, its likes are not.
            if time > venueTime {
                venueTime = time
                emit(.heartbeat, time: time)
            }
        case .subscriptions: emit(.live)
        case .error(let message, let reason): emit(.rejected, reason: "the venue says: \(message) \(reason)")
        case .other: break
        }
    }

    /// The trade before the subscription says where the ids stand. The first time it is older than the feed, so it is not
    /// used; later it may be one that was missed.
    private func take(_ trade: Trade, isLast: Bool) {
        backoff.reset()
        let isBaseline = isLast && !sequence.hasTrade(trade.symbol)
        switch sequence.trade(trade.symbol, id: trade.tradeID) {
        case .next: if isBaseline { return }
        case .gap(let from, let to): gap(trade.symbol, trade.eventTime, from, to)
        case .duplicate:
            if isLast { return }
            lockedCounters.withLock { $0.duplicates += 1 }
            return emit(.duplicate, time: trade.eventTime, symbol: trade.symbol, from: trade.tradeID, to: trade.tradeID)
        case .outOfOrder(let fills):
            lockedCounters.withLock { $0.outOfOrder += 1 }
            emit(.outOfOrder, time: trade.eventTime, symbol: trade.symbol, from: trade.tradeID, to: trade.tradeID)
            if !fills { return }
        }
        lockedCounters.withLock { $0.trades += 1 }
        venueTime = max(venueTime, trade.eventTime)
        emit(.trade(trade))
    }

    private func take(_ quote: Quote, _ number: UInt64) {
        backoff.reset()
        switch sequence.ticker(quote.symbol, sequence: number) {
        case .next, .gap:
            lockedCounters.withLock { $0.quotes += 1 }
            venueTime = max(venueTime, quote.eventTime)
            emit(.quote(quote))
        case .duplicate:
            lockedCounters.withLock { $0.duplicates += 1 }
            emit(.duplicate, time: quote.eventTime, symbol: quote.symbol, from: number, to: number)
        case .outOfOrder:
            lockedCounters.withLock { $0.outOfOrder += 1 }
            emit(.outOfOrder, time: quote.eventTime, symbol: quote.symbol, from: number, to: number)
        }
    }

    private func gap(_ symbol: SymbolID, _ time: Int64, _ from: UInt64, _ to: UInt64) {
        lockedCounters.withLock {
            $0.gaps += 1
            $0.missed += to - from + 1
        }
        emit(.gap, time: time, symbol: symbol, from: from, to: to)
    }
}

extension CoinbaseReject {
    /// The kind without the value: texts that are kept must be few.
    var kind: String {
        switch self {
        case .notJSON: "no JSON"
        case .tooDeep: "nested too deeply"
        case .missing(let key): "no \(key)"
        case .twice(let key): "\(key) is there twice"
        case .bad(let key, _, let flaw): "\(key) \(flaw)"
        }
    }
}
