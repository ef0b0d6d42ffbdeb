import Glibc
import PlainData
import StreamRuntime
import Synchronization
import TradingModel
import WebSockets

/// A live feed of one venue: connects, says who we are, subscribes, and keeps trades and books whole (`FeedCore`); connects
/// again when a connection is lost or silent, and subscribes again.
///
/// Everything it learns goes to its `FeedOutput`, in the order of arrival: trades, quotes, bars, books, and what happened to
/// the feed itself (`FeedStatus`). Where the output has no room it stops reading, so that the venue waits and nothing is lost.
///
/// `@unchecked Sendable`: what is mutable is touched with `lock` held: by the connections' threads, one at a time, by whoever asks
/// for the counters, and after they have ended; `isStopping` is atomic.
public final class VenueFeed: @unchecked Sendable {
    public let configuration: Configuration
    private let output: any FeedOutput
    private let isStopping = Atomic(false)
    private let lock = Mutex(())

    private var core: FeedCore?
    private(set) var lines: [FeedLine] = []
    // As in `FieldTable`: the lock sees to it.
    @exclusivity(unchecked) private var gathered = Gathered()
    /// What the output had no room for, in order.
    @exclusivity(unchecked) private var pending: [FeedItem] = []
    /// How many elements the output takes for certain, when it was last asked and less what it was given since.
    @exclusivity(unchecked) private var room = 0
    private var hasFinished = false
    private var snapshots: SnapshotQueue

    static let tick = Duration.milliseconds(250)
    /// The most that one message makes of an element and what is wrong with it; a book's levels may wait.
    private static let mostPerMessage = 4

    public init(_ configuration: Configuration, names: Names, output: any FeedOutput) {
        (self.configuration, self.output) = (configuration, output)
        snapshots = SnapshotQueue(pause: configuration.snapshotPause)
        let urls = [configuration.url] + (configuration.backup.map { [$0] } ?? [])
        core = FeedCore(
            Self.makeVenue(configuration, names), names: names, host: self, policy: configuration.books, lines: urls.count)
        for (number, url) in urls.enumerated() { lines.append(FeedLine(number, url, configuration, self)) }
    }

    /// Connects, and goes on until `stop()` or the venue's normal end. A venue that cannot be reached is tried again.
    /// - Throws: where not even an attempt can be made (a certificate file that is not there).
    public func start() throws(WebSocketError) {
        for line in lines { try line.start() }
    }

    /// Ends the feed and its threads. What the output has no room for within a second is discarded, and counted.
    public func stop() {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return }
        for line in lines { line.stop() }
        lock.withLock { _ in
            putGathered()
            for _ in 0..<1_000 where !pending.isEmpty {
                flush()
                if !pending.isEmpty { usleep(1_000) }
            }
            core?.counters.discarded += UInt64(pending.count)
            pending = []
            finish()
        }
        lines = []  // They hold the feed, and it holds them.
    }

    /// Not from a call of the output's.
    public var counters: Counters { lock.withLock { _ in core?.counters ?? Counters() } }

    /// An operator's word: while true, the feed and its books are stale, whatever comes.
    /// - Parameter reason: who says so, and why: it is on record with the status.
    public func setForcedStale(_ isForced: Bool, reason: String = "") {
        lock.withLock { _ in
            core?.setForcedStale(isForced, reason: reason)
            putGathered()
        }
    }

    // MARK: Out

    private func offer(_ item: FeedItem) -> Bool {
        switch item {
        case .trade(let trade): output.take(trade)
        case .quote(let quote): output.take(quote)
        case .bar(let bar): output.take(bar)
        case .delta(let delta): output.take(delta)
        case .top(let quote): output.take(top: quote)
        case .correction(let correction): output.take(correction)
        case .status(let status): output.take(status)
        }
    }

    /// What was gathered goes out, all that came in one turn at once.
    private func putGathered() {
        guard gathered.count > 0 else { return }
        gathered.put(to: output) { pending.append($0) }
    }

    private func flush() {
        var taken = 0
        while taken < pending.count, offer(pending[taken]) { taken += 1 }
        if taken > 0 { pending.removeFirst(taken) }
    }

    private func finish() {
        if hasFinished { return }
        hasFinished = true
        output.finish()
    }

    // MARK: From the lines, on their threads

    func opened(_ line: FeedLine) {
        lock.withLock { _ in
            guard let core else { return }
            core.opened(line.number, isAlone: !lines.contains { $0 !== line && $0.state == .open })
            core.emit(.connected)
            for text in core.venue.greetings() { line.queue(text) }
            line.sendQueued(atMost: core.rules.messagesPerSecond)
        }
    }

    /// All that has come is taken: nothing waits for more to come.
    func turnEnded(_ line: FeedLine) {
        line.turnBegan = 0
        lock.withLock { _ in putGathered() }
    }

    func received(_ message: UnsafeRawBufferPointer, _ line: FeedLine) -> WebSocketReading {
        lock.withLock { _ in
            guard let core else { return .goOn }
            // What comes in one turn was read from the socket at once.
            if line.turnBegan == 0 { line.turnBegan = WallClock.now() }
            core.received(message, receivedAt: line.turnBegan, line: line.number)
            line.messages &+= 1
            line.backoff.reset()
            if core.isStale { core.setStale(false) }
            if room >= Self.mostPerMessage, pending.isEmpty { return .goOn }
            putGathered()
            room = output.credit
            if room >= Self.mostPerMessage, pending.isEmpty { return .goOn }
            line.isStopped = true
            core.counters.stops += 1
            line.client?.setTimer(after: .milliseconds(1))
            return .stop
        }
    }

    func closed(_ line: FeedLine, _ closure: WebSocketClosure) {
        lock.withLock { _ in
            core?.emit(.disconnected, reason: closure.description)
            if closure.code == WebSocketClosure.normal, configuration.endsAtNormalClosure {
                line.state = .ended
                loseBooks(line)
                if lines.allSatisfy({ $0.state == .ended }) { core?.emit(.ended, reason: closure.description) }
                line.client?.setTimer(after: .zero)
            } else {
                reconnect(line)
            }
        }
    }

    func failed(_ line: FeedLine, _ error: WebSocketError) {
        lock.withLock { _ in
            core?.emit(.disconnected, reason: error.description)
            reconnect(line)
        }
    }

    /// Without any connection nothing is known of a book; another one goes on with what it can.
    private func loseBooks(_ line: FeedLine) {
        if let other = lines.first(where: { $0.state == .open }) {
            core?.closed(line.number, remaining: other.number)
        } else {
            core?.disconnected()
            snapshots.removeAll()
        }
    }

    private func reconnect(_ line: FeedLine) {
        line.state = .waiting
        line.isStopped = false
        loseBooks(line)
        if isStopping.load(ordering: .relaxed) { return }
        core?.counters.reconnects += 1
        line.client?.setTimer(after: line.backoff.next())
    }

    func timerFired(_ line: FeedLine) {
        lock.withLock { _ in
            putGathered()
            flush()
            switch line.state {
            case .waiting:
                // While nobody takes what the last connection brought, another would only bring more.
                if !pending.isEmpty { return line.client?.setTimer(after: .milliseconds(1)) ?? () }
                line.state = .connecting
                line.client?.connect()
            case .connecting: break
            case .ended:
                if !pending.isEmpty {
                    line.client?.setTimer(after: .milliseconds(1))
                } else if lines.allSatisfy({
                    $0.state == .ended
                }) {
                    finish()
                }
            case .open:
                if !pending.isEmpty || line.isStopped && output.credit < Self.mostPerMessage {
                    line.client?.setTimer(after: .milliseconds(1))
                    return
                }
                if line.isStopped {
                    line.isStopped = false
                    line.client?.resumeReading()
                } else {
                    tick(line)
                }
                line.client?.setTimer(after: snapshots.isEmpty ? Self.tick : .milliseconds(50))
            }
        }
    }

    /// Four times a second: what waits for its turn, and whether anything was heard.
    private func tick(_ line: FeedLine) {
        guard let core else { return }
        line.sendQueued(atMost: max(1, core.rules.messagesPerSecond / 4))
        fetchNext(line)
        guard line.isQuarterPast() else { return }
        core.tick()
        switch line.silence() {
        case let silence where silence >= configuration.reconnectAfter:
            line.client?.close(code: WebSocketClosure.goingAway, reason: "no message")
            fallthrough
        case let silence where silence >= configuration.staleAfter:
            if lines.allSatisfy({ $0.state != .open || $0.silentFor >= configuration.staleAfter }) { core.setStale(true) }
        case let silence where silence >= configuration.staleAfter / 2:
            if let ping = core.venue.ping, line.pingsOnce() { line.send(ping) }
        default: break
        }
    }

    // MARK: Snapshots

    private func fetchNext(_ line: FeedLine) {
        guard let core, let symbol = snapshots.next(WallClock.now()), let path = core.venue.snapshotPath(symbol) else { return }
        let url = configuration.snapshots
        line.client?.fetch(url, path: url.path + path, tag: UInt64(symbol.rawValue))
    }

    func fetched(_ line: FeedLine, _ symbol: SymbolID, _ answer: HTTPAnswer) {
        lock.withLock { _ in
            snapshots.isUnderWay = false
            switch answer {
            case .body(let bytes, status: 200):
                let isGood = core?.snapshot(symbol, bytes, receivedAt: WallClock.now()) ?? true
                if isGood { snapshots.succeeded() } else { snapshots.failed(WallClock.now()) }
            case .body(_, let status):
                snapshots.failed(WallClock.now())
                core?.snapshotFailed(symbol, "HTTP \(status)")
            case .failure(let cause):
                snapshots.failed(WallClock.now())
                core?.snapshotFailed(symbol, cause)
            }
        }
    }
}

extension VenueFeed: FeedHost {
    var wantsBooks: Bool { output.wantsBooks }

    func emit(_ item: FeedItem) {
        room &-= 1
        if pending.isEmpty {
            if gathered.takes(item) {
                if gathered.count == Gathered.most { putGathered() }
                return
            }
            putGathered()
        }
        if !pending.isEmpty || !offer(item) { pending.append(item) }
    }
    func send(_ text: String) { for line in lines where line.state == .open { line.queue(text) } }
    func requestSnapshot(_ symbol: SymbolID) {
        snapshots.add(symbol)
        for line in lines where line.state == .open && !line.isStopped { line.client?.setTimer(after: .milliseconds(10)) }
    }
    func restart(_ line: Int, _ reason: String) {
        if line < lines.count { lines[line].client?.close(code: WebSocketClosure.goingAway, reason: reason) }
    }
}

/// Books whose snapshots are wanted, one at a time and none too soon.
struct SnapshotQueue {
    private var waiting: [SymbolID] = []
    private var failures = 0
    private var notBefore: Int64 = 0
    /// Between two requests, ns: venues count them.
    let pause: Int64

    init(pause: Duration) {
        self.pause = pause.components.seconds * 1_000_000_000 + pause.components.attoseconds / 1_000_000_000
    }
    var isUnderWay = false

    var isEmpty: Bool { waiting.isEmpty }
    mutating func add(_ symbol: SymbolID) { if !waiting.contains(symbol) { waiting.append(symbol) } }
    mutating func removeAll() { waiting = [] }

    mutating func next(_ now: Int64) -> SymbolID? {
        guard !isUnderWay, !waiting.isEmpty, now >= notBefore else { return nil }
        isUnderWay = true
        notBefore = now + pause
        return waiting.removeFirst()
    }
    mutating func succeeded() { failures = 0 }
    /// Twice as long each time, up to 16 s.
    mutating func failed(_ now: Int64) {
        failures += 1
        notBefore = now + 250_000_000 << Int64(min(6, failures - 1))
    }
}

public typealias CoinbaseFeed = VenueFeed
