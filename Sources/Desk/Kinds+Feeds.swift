import MarketData
import Topology
import WebSockets

extension SourceKinds {
    static let websocket = VertexKind(
        "websocket", .source,
        parameters: [
            Parameter("venue", .choice(VenueName.allCases.map(\.rawValue)), doc: "whose messages these are"),
            Parameter("url", .text, doc: "ws://HOST:PORT or wss://HOST", isPlace: true),
            Parameter("symbols", .list(of: .text), doc: "the instruments to subscribe to, as the venue names them"),
            Parameter(
                "channels", .list(of: .choice(VenueName.channelNames)), .default("[matches, ticker, heartbeat]"),
                doc:
                    "what to subscribe to: the venue's own names, or trades, quotes, book, bars; the default is trades and quotes"
            ),
            Parameter("ca", .path, .optional, doc: "a certificate authority of your own, PEM", isPlace: true),
            Parameter(
                "backup", .text, .optional, doc: "a second address of the same stream: what comes first counts", isPlace: true),
            Parameter(
                "rest", .text, .optional, doc: "where a book's snapshot is had, http:// or https://; else the venue's own",
                isPlace: true),
            Parameter(
                "credentials", .text, .optional, doc: "the prefix of the environment variables that say who we are; see feeds.md"),
            Parameter("depth", .integer(10...1_000), .optional, doc: "levels of a book, where the venue has several depths"),
            Parameter("compress", .boolean, .optional, doc: "offer permessage-deflate"),
            Parameter("crossed", .choice(["mark", "allow"]), .optional, doc: "whether a crossed book is bad; it is"),
            Parameter("locked", .choice(["mark", "allow"]), .optional, doc: "whether a locked book is bad; it is not"),
            Parameter("stale", .duration(atLeast: 1_000_000), .default("30s"), doc: "silence after which the feed is stale"),
            Parameter(
                "reconnect", .duration(atLeast: 1_000_000), .optional, doc: "silence after which the connection is made anew; 20s"
            ),
            Parameter(
                "ends", .boolean, .default("false"),
                doc: "whether a close with code 1000 ends the source (a tape) instead of a reconnect (a market)"),
            Parameter("lateness", .duration(atLeast: 0), .default("0s"), doc: "how far behind the newest message one may lie"),
            Parameter(
                "idle", .duration(atLeast: 1_000_000), .optional,
                doc: "silence after which time goes on without this source until it speaks again; without it, time waits"),
        ],
        outputs: [
            OutputPort("out", "Trade", eachCounts: true), OutputPort("quotes", "Quote", optional: true),
            OutputPort("status", "FeedStatus", optional: true, eachCounts: true),
            OutputPort("bars", "Bar", optional: true, eachCounts: true),
            OutputPort("book", "BookDelta", optional: true, eachCounts: true), OutputPort("tops", "Quote", optional: true),
            OutputPort("corrections", "TradeCorrection", optional: true, eachCounts: true),
        ],
        summary: "Streams a venue's market data: trades, best quotes, bars, books (feeds.md).", rule: feedRule)

    @Sendable private static func feedRule(_ settings: Settings) -> [VertexKind.Complaint] {
        guard let venue = VenueName(rawValue: settings.text("venue")) else { return [] }
        var complaints: [VertexKind.Complaint] = []
        for channel in settings.texts("channels") where venue.channel(channel) == nil {
            complaints.append(
                .init(
                    parameter: "channels", "\(venue.rawValue) has no channel \(channel)",
                    suggestion: "it has \(venue.channels.map(\.name).joined(separator: ", "))"))
        }
        let meant = settings.texts("channels").compactMap { venue.channel($0) }
        if meant.contains(.trades), meant.contains(.aggregateTrades) {
            complaints.append(
                .init(parameter: "channels", "trade and aggTrade tell the same trades twice", suggestion: "keep one of them"))
        }
        do { _ = try VenueFeed.Configuration(settings) } catch {
            complaints.append(.init(parameter: error.parameter, error.text))
        }
        if settings.textIfPresent("backup") != nil, !venue.arbitrates {
            complaints.append(
                .init(
                    parameter: "backup",
                    "\(venue.rawValue) does not number its trades one by one, so nobody can tell what one of two connections has lost",
                    suggestion: "leave it out"))
        }
        return complaints
    }
}

/// What is wrong with one key of a feed.
struct FeedMistake: Error, CustomStringConvertible {
    let parameter: String
    let text: String
    var description: String { text }
}

extension VenueFeed.Configuration {
    /// The settings of a `websocket` source, but for who we are.
    init(_ settings: Settings) throws(FeedMistake) {
        func address(_ key: String, _ text: String) throws(FeedMistake) -> WebSocketURL {
            do { return try WebSocketURL(text) } catch { throw FeedMistake(parameter: key, text: error.description) }
        }
        self.init(
            url: try address("url", settings.text("url")), products: settings.texts("symbols"),
            caFile: settings.textIfPresent("ca"))
        venue = VenueName(rawValue: settings.text("venue")) ?? .coinbase
        if let text = settings.textIfPresent("backup") { backup = try address("backup", text) }
        if let text = settings.textIfPresent("rest") {
            do { rest = try HTTPURL(text) } catch { throw FeedMistake(parameter: "rest", text: error.description) }
        }
        channels = settings.texts("channels")
        staleAfter = .nanoseconds(settings.duration("stale"))
        reconnectAfter = max(reconnectAfter, staleAfter)
        if let wait = settings.durationIfPresent("reconnect") { reconnectAfter = .nanoseconds(wait) }
        endsAtNormalClosure = settings.boolean("ends")
        if settings.has("depth") { depth = Int(settings.integer("depth")) }
        if settings.has("compress") { compresses = settings.boolean("compress") }
        books.crossed = settings.textIfPresent("crossed").flatMap { CrossPolicy(rawValue: $0) } ?? .mark
        books.locked = settings.textIfPresent("locked").flatMap { CrossPolicy(rawValue: $0) } ?? .allow
    }
}
