import FIXSessions
import PlainData
import Synchronization
import TradingModel
import WebSockets

/// A venue by itself: a tape, a matching engine, a FIX 4.4 acceptor and a market-data feed.
///
/// The tape plays when the first client has subscribed to the feed. Reports carry the tape's time (TransactTime). At the tape's
/// end day orders expire, every product gets a last heartbeat and the feed's connections close with code 1000, "end of tape",
/// and so does every later one once it has subscribed;
/// new orders are rejected from then on. The FIX sessions stay until their clients log out, or say nothing for `idleSeconds`.
///
/// - Order of things: one thread, the one that calls `run()`, takes tape events and requests in turn; between two events it
///   takes the requests as they come. Sockets have threads of their own that only copy.
/// - Slow clients: a message of the feed waits until each subscriber has room for it. Nothing is left out; the tape waits.
/// - ClOrdIDs share one space among all sessions.
public final class PaperVenueServer: Sendable {
    public struct Ports: Sendable, Equatable {
        public let fix: Int
        public let feed: UInt16
    }
    /// What the venue did.
    public struct Summary: Sendable, Equatable {
        public var events = 0, reports = 0, fills = 0
        /// False when it was stopped before.
        public var reachedEnd = false
    }

    public let configuration: VenueConfiguration
    let names: Names
    let instruments: [Instrument]
    let openTape: @Sendable (Names) throws(VenueError) -> any Tape
    let mailbox = Mailbox()
    private let listening = Mutex<Ports?>(nil)

    /// - Parameters:
    ///   - names: the texts of `instruments` and of what the tape will hold.
    ///   - instruments: what is listed. Where none is, whatever the tape shows is listed when it is first shown.
    ///   - openTape: called once, by `run()`.
    public init(
        _ configuration: VenueConfiguration, names: Names = Names(), instruments: [Instrument] = [],
        openTape: @escaping @Sendable (Names) throws(VenueError) -> any Tape
    ) {
        (self.configuration, self.names, self.instruments) = (configuration, names, instruments)
        self.openTape = openTape
    }

    /// Where it listens, once it does.
    public var ports: Ports? { listening.withLock { $0 } }

    /// Ends `run()` soon. From any thread; not from a signal handler.
    public func stop() { mailbox.post(.stop) }

    /// Opens the venue and keeps it open until the end (see `exitsAtEnd`) or `stop()`; then writes the statement and closes.
    /// Blocks the calling thread. Once per server.
    public func run() throws(VenueError) -> Summary {
        let tape = try openTape(names)
        let fix = try openFIX()
        defer { fix.stop(graceMilliseconds: 2_000, reason: "the venue closes") }
        let listed = instruments.isEmpty ? nil : Set(instruments.map { $0.symbol.text(names) })
        let hub = FeedHub(mailbox: mailbox, listed: listed)
        let feed = try openFeed(hub)
        defer { feed.stop() }
        listening.withLock { $0 = Ports(fix: configuration.fixPort, feed: feed.port) }
        configuration.announce(
            "venue: FIX 127.0.0.1:\(configuration.fixPort), feed ws://127.0.0.1:\(feed.port), tape \(configuration.tapeName)")
        var player = VenuePlayer(self, tape: tape, fix: fix, feed: feed, hub: hub)
        return try player.run()
    }

    private func openFIX() throws(VenueError) -> FIXEngine {
        let settings = configuration.clients.map {
            FIXSessionSettings(
                role: .acceptor, sender: $0.venue, target: $0.client, port: configuration.fixPort,
                storePath: configuration.storePath, gapFilled: [])
        }
        do throws(FIXEngineError) {
            let engine = try FIXEngine(settings, handler: FIXDesk(mailbox: mailbox, names: names))
            try engine.start()
            return engine
        } catch {
            throw .noPort(service: "FIX acceptor", reason: "\(error)")
        }
    }

    private func openFeed(_ hub: FeedHub) throws(VenueError) -> WebSocketServer {
        var settings = WebSocketServer.Configuration(port: configuration.feedPort)
        // Small, so that the tape does not run far ahead of what its clients have seen.
        settings.sendQueueBytes = 256 << 10
        do throws(WebSocketError) {
            return try WebSocketServer(settings, handler: hub)
        } catch {
            throw .noPort(service: "feed", reason: "\(error)")
        }
    }
}

extension PaperVenueServer {
    /// A venue for a tape in files; the instruments beside it are what is listed.
    public convenience init(_ configuration: VenueConfiguration, tapePath: String) throws(VenueError) {
        let names = Names()
        let instruments = try InstrumentFile.read(besideTape: tapePath, names: names)
        var configuration = configuration
        if configuration.tapeName == "-" { configuration.tapeName = tapePath }
        self.init(configuration, names: names, instruments: instruments) { (names) throws(VenueError) in
            try FileTape(tapePath, names: names)
        }
    }
}
