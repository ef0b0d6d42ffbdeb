import PlainData
import WebSockets

extension VenueFeed {
    public struct Configuration: Sendable {
        public var venue = VenueName.coinbase
        public var url: WebSocketURL
        /// A second connection that carries the same streams: whichever says a thing first is believed.
        public var backup: WebSocketURL?
        /// Where snapshots are had by HTTP; nil: the venue's own, or the host of `url`.
        public var rest: HTTPURL?
        /// A private certificate authority, as a PEM file.
        public var caFile: String?
        /// The venue's names of instruments, such as "BTC-USD".
        public var products: [String]
        public var channels = ["matches", "ticker", "heartbeat"]
        /// What the venue wants to know of us, in the order of `VenueName.credentials`.
        public var credentials: [String] = []
        /// Levels of a book, where the venue has several depths (Kraken).
        public var depth = 10
        public var books = BookPolicy()
        /// Offer permessage-deflate.
        public var compresses = false
        /// Silence after which the feed is called stale, and after which the connection is made anew. The heartbeat
        /// channel speaks once a second.
        public var staleAfter: Duration = .seconds(5)
        public var reconnectAfter: Duration = .seconds(20)
        /// Between two requests for snapshots.
        public var snapshotPause: Duration = .milliseconds(500)
        public var firstBackoff: Duration = .milliseconds(250)
        public var longestBackoff: Duration = .seconds(30)
        /// For the random part of the backoff.
        public var seed: UInt64 = 1
        /// A close with code 1000 says that all is said (the tape of a paper venue has ended): the feed ends then.
        /// False: it connects again.
        public var endsAtNormalClosure = true

        public init(url: WebSocketURL, products: [String], caFile: String? = nil) {
            (self.url, self.products, self.caFile) = (url, products, caFile)
        }
    }

    public struct Counters: Hashable, Sendable {
        public var messages: UInt64 = 0
        public var trades: UInt64 = 0
        public var quotes: UInt64 = 0
        /// Trades that the venue has taken back, or told differently.
        public var corrections: UInt64 = 0
        /// Changes of levels that went out.
        public var bookUpdates: UInt64 = 0
        public var gaps: UInt64 = 0
        /// How many messages or trades the gaps miss.
        public var missed: UInt64 = 0
        public var duplicates: UInt64 = 0
        public var outOfOrder: UInt64 = 0
        /// Elements of the second connection that the first had brought.
        public var arbitrated: UInt64 = 0
        public var snapshots: UInt64 = 0
        /// Messages that waited for a snapshot and lay in it.
        public var bridged: UInt64 = 0
        /// Books that were not what the checksum says.
        public var checksums: UInt64 = 0
        /// How often more waited for a snapshot than is kept: it was dropped, and another snapshot taken.
        public var overflows: UInt64 = 0
        /// Messages that were not understood.
        public var rejects: UInt64 = 0
        public var reconnects: UInt64 = 0
        /// How often the reading had to stop because there was no room.
        public var stops: UInt64 = 0
        /// Elements that were still waiting for room when the feed was stopped.
        public var discarded: UInt64 = 0
    }

    static func makeVenue(_ configuration: Configuration, _ names: Names) -> any Venue {
        let name = configuration.venue, symbols = configuration.products
        var channels: [Channel] = []
        for channel in configuration.channels.compactMap({ name.channel($0) }) where !channels.contains(channel) {
            channels.append(channel)
        }
        return switch name {
        case .coinbase: CoinbaseVenue(symbols, configuration.channels, names: names)
        case .binance, .binanceFutures: BinanceVenue(symbols, channels, isFutures: configuration.isFutures, names: names)
        case .kraken: KrakenVenue(symbols, channels, depth: configuration.depth, names: names)
        case .bitstamp: BitstampVenue(symbols, channels, names: names)
        case .alpaca: AlpacaVenue(symbols, channels, credentials: configuration.credentials, names: names)
        case .polygon: PolygonVenue(symbols, channels, credentials: configuration.credentials, names: names)
        }
    }
}

extension VenueFeed.Configuration {
    var isFutures: Bool { venue == .binanceFutures || url.host.hasPrefix("fstream.") }

    /// Where snapshots are had: as configured, else at the venue's own host for its stream's, else at the stream's host.
    var snapshots: HTTPURL {
        if let rest { return rest }
        let known = [
            "stream.binance.com": "api.binance.com", "fstream.binance.com": "fapi.binance.com",
            "ws.bitstamp.net": "www.bitstamp.net",
        ]
        if let host = known[url.host] { return HTTPURL(isSecure: true, host: host, port: 443) }
        return HTTPURL(isSecure: url.isSecure, host: url.host, port: url.port)
    }
}
