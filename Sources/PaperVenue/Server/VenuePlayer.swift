import FIXSessions
import Glibc
import PlainData
import TradingModel
import WebSockets

/// The venue's one thread: plays the tape, takes the mail, sends what comes of both.
struct VenuePlayer: ~Copyable {
    private enum Phase {
        case waiting, playing, ended
        /// There is no tape: the time of day is the venue's.
        case open
    }

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
    /// While no tape plays: a moment of the venue's time, and of the monotonic clock.
    private var asideTape: Int64 = 0, asideWall: Int64 = 0
    /// How many clients the script keeps out now.
    private var outages = 0, hadOutage = false

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
        tapeTime = configuration.hasTape ? upcoming?.eventTime ?? 0 : Self.timeOfDay()
        if !configuration.hasTape { phase = .open }
        setAside(at: tapeTime)
        floor.open(at: tapeTime)
        while !isStopping {
            handle(mailbox.take(until: nextDue()))
            switch phase {
            case .waiting: startWhenWanted()
            case .playing: try playDue()
            case .open: if configuration.exitsAtEnd, hadLogon, isDone { isStopping = true }
            case .ended:
                farewell()
                if configuration.exitsAtEnd, isDone { isStopping = true }
            }
            if phase != .playing {
                runScript()
                sendFeed()
            }
        }
        for place in floor.venue.idleSteps { configuration.announce("\(place): this step never came") }
        if phase == .open { tapeTime = moment() }
        try writeStatement()
        summary.events = floor.eventCount
        summary.fills = floor.fills.count
        return summary
    }

    // MARK: The tape

    private mutating func startWhenWanted() {
        guard hub.hasSubscriber, !configuration.waitsForLogon || hadLogon else { return }
        phase = .playing
        floor.setClock(to: tapeTime)
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
        if floor.venue.nextDue < .max { floor.advance(to: moment()) }
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
        setAside(at: tapeTime)
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
        // Whoever was cut off comes back. Without a tape there may be orders to wait for, however silent their client is.
        guard outages == 0, !hadOutage || silence >= configuration.idleSeconds else { return false }
        return loggedOn.isEmpty || (configuration.hasTape && silence >= configuration.idleSeconds)
    }

    // MARK: The mail

    /// Until when to wait for mail, on the monotonic clock.
    private func nextDue() -> Int64 {
        let now = Mailbox.now()
        switch phase {
        case .waiting: return min(now + 200_000_000, scriptDue())
        case .ended, .open: return min(now + 20_000_000, scriptDue())
        case .playing:
            guard let event = upcoming else { return 0 }
            return min(pace.due(min(event.eventTime, nextHeartbeat, floor.venue.nextDue)), now + 1_000_000_000)
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
                floor.loggedOn(client, at: moment())
            case .logout(let client): loggedOn.remove(client)
            case .order(let entry, let client): floor.enter(entry, from: client, at: moment())
            }
        }
        sendReports()
    }

    /// The tape's time now: between the last event and the next one.
    private mutating func moment() -> Int64 {
        guard phase == .playing, let upcoming else {
            // The tape stands; the script goes on, and what it says has its time.
            let goesOn = phase == .open || !configuration.script.isEmpty || floor.venue.nextDue < .max
            return goesOn ? asideTape + (Mailbox.now() - asideWall) : tapeTime
        }
        tapeTime = pace.moment(at: Mailbox.now(), from: tapeTime, to: max(tapeTime, upcoming.eventTime))
        return tapeTime
    }

    // MARK: The script

    /// From now on the venue's time goes on by the clock.
    private mutating func setAside(at time: Int64) { (asideTape, asideWall) = (time, Mailbox.now()) }

    /// When the script wants to go on, on the monotonic clock, while no tape plays.
    private func scriptDue() -> Int64 {
        let due = floor.venue.nextDue
        return due == .max ? .max : asideWall + max(0, due - asideTape)
    }

    private mutating func runScript() {
        guard floor.venue.nextDue < .max else { return }
        floor.advance(to: moment())
        sendReports()
    }

    private mutating func obey(_ commands: [ScriptedVenue.Command]) {
        for command in commands {
            switch command {
            case .disconnect(let client, let saysGoodbye):
                outages += 1
                hadOutage = true
                for id in sessions(client) { fix.shut(id, saysGoodbye: saysGoodbye) }
            case .admit(let client):
                outages -= 1
                lastSign = Mailbox.now()
                for id in sessions(client) { fix.admit(id) }
            }
        }
    }
    private func sessions(_ client: Int32) -> [FIXSessionID] {
        client < 0 ? fix.sessions : [FIXSessionID(rawValue: client)]
    }

    private static func timeOfDay() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * UTC.second + Int64(time.tv_nsec)
    }

    // MARK: What goes out

    private mutating func sendReports() {
        for remark in floor.takeRemarks() { configuration.announce(remark) }
        defer { obey(floor.takeCommands()) }
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
        floor.tellAuctions()
        if floor.feed.isEmpty { return }
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
