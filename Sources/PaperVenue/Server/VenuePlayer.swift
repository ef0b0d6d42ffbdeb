import FIXSessions
import PlainData
import TradingModel
import WebSockets

/// The venue's one thread: plays the tape, takes the mail, sends what comes of both.
struct VenuePlayer: ~Copyable {
    private enum Phase { case waiting, playing, ended }

    private let configuration: VenueConfiguration
    private let mailbox: Mailbox
    private let fix: FIXEngine, feed: WebSocketServer, hub: FeedHub
    private let names: Names
    private var tape: any Tape
    private var floor: VenueFloor
    private var reporter: ReportMessage
    private var routes = FeedRoutes()
    private var pace: Pace
    private var phase = Phase.waiting
    private var upcoming: TapeEvent?
    private var tapeTime: Int64 = 0, nextHeartbeat = Int64.max
    private var loggedOn: Set<Int32> = []
    private var hadLogon = false, isStopping = false
    private var lastSign: Int64 = 0
    /// The feed's clients that know of the end.
    private var dismissed: Set<WebSocketServer.ClientID> = []
    private var summary = PaperVenueServer.Summary()

    /// Tape events between two looks at the mail.
    private static let batch = 64
    private static let longestFarewellSeconds = 60.0

    init(_ server: PaperVenueServer, tape: any Tape, fix: FIXEngine, feed: WebSocketServer, hub: FeedHub) {
        (configuration, mailbox, names) = (server.configuration, server.mailbox, server.names)
        (self.tape, self.fix, self.feed, self.hub) = (tape, fix, feed, hub)
        floor = VenueFloor(
            server.configuration, names: server.names, instruments: InstrumentTable(server.instruments),
            hasQuotes: tape.hasQuotes)
        reporter = ReportMessage(names: server.names)
        pace = Pace(server.configuration.speed)
    }

    mutating func run() throws(VenueError) -> PaperVenueServer.Summary {
        upcoming = try tape.next()
        tapeTime = upcoming?.eventTime ?? 0
        while !isStopping {
            handle(mailbox.take(until: nextDue()))
            switch phase {
            case .waiting: startWhenWanted()
            case .playing: try playDue()
            case .ended:
                farewell()
                if configuration.exitsAtEnd, isDone { isStopping = true }
            }
        }
        try writeStatement()
        summary.events = floor.eventCount
        summary.fills = floor.fills.count
        return summary
    }

    // MARK: The tape

    private mutating func startWhenWanted() {
        guard hub.hasSubscriber, !configuration.waitsForLogon || hadLogon else { return }
        phase = .playing
        pace.start(tape: tapeTime, wall: Mailbox.now())
        nextHeartbeat = (tapeTime / UTC.second + 1) * UTC.second
    }

    /// Plays what is due, at most a batch, and sends it.
    private mutating func playDue() throws(VenueError) {
        let now = Mailbox.now()
        for _ in 0..<Self.batch {
            guard let event = upcoming else { break }
            if event.eventTime >= nextHeartbeat {
                guard pace.due(nextHeartbeat) <= now else { break }
                beat(at: nextHeartbeat)
                continue
            }
            guard pace.due(event.eventTime) <= now else { break }
            tapeTime = max(tapeTime, event.eventTime)
            floor.play(event)
            upcoming = try tape.next()
        }
        if upcoming == nil { endDay() }
        sendFeed()
        sendReports()
    }

    private mutating func beat(at time: Int64) {
        tapeTime = max(tapeTime, time)
        routes.refresh(hub, productCount: floor.productCount) { floor.productName($0) }
        if routes.wantsHeartbeats {
            floor.heartbeat(at: time)
            nextHeartbeat = time + UTC.second
        } else {
            // Nobody listens: the next one is the one before the next event.
            let next = upcoming?.eventTime ?? time
            nextHeartbeat = max(time + UTC.second, next / UTC.second * UTC.second)
        }
    }

    private mutating func endDay() {
        floor.close(at: tapeTime)
        floor.heartbeat(at: tapeTime)
        sendFeed()
        sendReports()
        farewell()
        (phase, summary.reachedEnd, lastSign) = (.ended, true, Mailbox.now())
    }

    /// Tells every subscriber that the tape has ended, also one that comes, or comes back, after that.
    private mutating func farewell() {
        let open = phase == .ended ? hub.subscribers : feed.openClients
        for client in open where !dismissed.contains(client) {
            feed.close(client, code: WebSocketClosure.normal, reason: "end of tape")
            dismissed.insert(client)
        }
    }

    /// After the end: whether nobody is there any more, or nobody says anything.
    private var isDone: Bool {
        let silence = Double(Mailbox.now() - lastSign) / 1e9
        // A feed client that still reads what is queued for it may yet have something to say, but not for ever.
        guard hub.isEmpty || silence > Self.longestFarewellSeconds else { return false }
        return loggedOn.isEmpty || silence >= configuration.idleSeconds
    }

    // MARK: The mail

    /// Until when to wait for mail, on the monotonic clock.
    private func nextDue() -> Int64 {
        let now = Mailbox.now()
        switch phase {
        case .waiting: return now + 200_000_000
        case .ended: return now + 20_000_000
        case .playing:
            guard let event = upcoming else { return 0 }
            return min(pace.due(min(event.eventTime, nextHeartbeat)), now + 1_000_000_000)
        }
    }

    private mutating func handle(_ mail: [VenueMail]) {
        for item in mail {
            lastSign = Mailbox.now()
            switch item {
            case .stop: isStopping = true
            case .feed: break
            case .logon(let client):
                loggedOn.insert(client)
                hadLogon = true
            case .logout(let client): loggedOn.remove(client)
            case .order(let entry, let client): floor.enter(entry, from: client, at: moment())
            }
        }
        sendReports()
    }

    /// The tape's time now: between the last event and the next one.
    private mutating func moment() -> Int64 {
        guard phase == .playing, let upcoming else { return tapeTime }
        tapeTime = pace.moment(at: Mailbox.now(), from: tapeTime, to: max(tapeTime, upcoming.eventTime))
        return tapeTime
    }

    // MARK: What goes out

    private mutating func sendReports() {
        guard !floor.reports.isEmpty else { return }
        for item in floor.reports {
            let message = reporter.make(item.report, isReplace: item.isReplace)
            summary.reports += 1
            do throws(FIXEngineError) {
                try fix.send(message, to: FIXSessionID(rawValue: item.client), policy: .storeAndResend)
            } catch {
                configuration.announce("venue: a report could not be sent: \(error)")
            }
        }
        floor.clearReports()
    }

    private mutating func sendFeed() {
        routes.refresh(hub, productCount: floor.productCount) { floor.productName($0) }
        var i = 0
        while i < floor.feed.count, !isStopping {
            let item = floor.feed[i]
            i += 1
            for client in routes.clients(of: item) { send(item.range, to: client) }
        }
        floor.clearFeed()
    }

    /// Sends one message of the feed, however long the client takes for it; meanwhile the orders go on.
    private mutating func send(_ range: Range<Int>, to client: WebSocketServer.ClientID) {
        while !isStopping {
            let result = floor.feedBytes.withUnsafeBytes {
                feed.send(UnsafeRawBufferPointer(rebasing: $0[range]), to: client)
            }
            guard result == .full else { return }
            handle(mailbox.take(until: Mailbox.now() + 1_000_000))
        }
    }

    private mutating func writeStatement() throws(VenueError) {
        guard let path = configuration.statementPath else { return }
        try Statement.write(floor.fills, closedAt: tapeTime, names: names, to: path)
    }
}
