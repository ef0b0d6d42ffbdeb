/// What a feed may be asked for, in words that mean the same at every venue.
public enum Channel: String, Sendable, CaseIterable {
    case trades
    /// Trades of one taker order at one price in one.
    case aggregateTrades
    case quotes, book
    /// Of a minute.
    case bars
    /// Of a second.
    case secondBars
    case heartbeat
}

/// The venues whose messages are understood.
public enum VenueName: String, Sendable, CaseIterable {
    case coinbase, binance
    /// Binance's USD-M futures: other addresses, messages that say which one they follow.
    case binanceFutures = "binance-futures"
    case kraken, bitstamp, alpaca, polygon

    /// The names of its channels: the venue's own, and the common ones.
    public var channels: [(name: String, channel: Channel)] {
        switch self {
        case .coinbase:
            [
                ("matches", .trades), ("ticker", .quotes), ("level2", .book), ("level2_batch", .book), ("heartbeat", .heartbeat),
            ]
        case .binance, .binanceFutures:
            [
                ("trade", .trades), ("aggTrade", .aggregateTrades), ("bookTicker", .quotes), ("depth", .book),
                ("matches", .trades), ("ticker", .quotes), ("heartbeat", .heartbeat),
            ]
        case .kraken: [("trade", .trades), ("ticker", .quotes), ("book", .book), ("matches", .trades), ("heartbeat", .heartbeat)]
        case .bitstamp:
            [
                ("live_trades", .trades), ("diff_order_book", .book), ("matches", .trades), ("ticker", .quotes),
                ("heartbeat", .heartbeat),
            ]
        case .alpaca: [("bars", .bars), ("matches", .trades), ("ticker", .quotes), ("heartbeat", .heartbeat)]
        case .polygon:
            [
                ("T", .trades), ("Q", .quotes), ("A", .secondBars), ("AM", .bars), ("matches", .trades), ("ticker", .quotes),
                ("heartbeat", .heartbeat),
            ]
        }
    }

    /// The common words that mean something here.
    private var common: [Channel] {
        switch self {
        case .coinbase, .kraken, .binance, .binanceFutures: [.trades, .quotes, .book]
        case .bitstamp: [.trades, .book]
        case .alpaca, .polygon: [.trades, .quotes, .bars]
        }
    }

    /// What a channel's name means here; nil where it means nothing.
    public func channel(_ name: String) -> Channel? {
        channels.first { $0.name == name }?.channel ?? common.first { $0.rawValue == name }
    }

    /// Every name of every venue.
    public static let channelNames: [String] = {
        var names: [String] = []
        for venue in allCases {
            for name in venue.channels.map(\.name) + venue.common.map(\.rawValue) where !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }()

    /// The environment variables that hold who we are, in the order in which the venue is told; none where it does not ask.
    public func credentials(prefix: String?) -> [String] {
        switch (self, prefix) {
        case (.alpaca, nil): ["APCA_API_KEY_ID", "APCA_API_SECRET_KEY"]
        case (.alpaca, let prefix?): [prefix + "_KEY_ID", prefix + "_SECRET_KEY"]
        case (.polygon, nil): ["POLYGON_API_KEY"]
        case (.polygon, let prefix?): [prefix + "_API_KEY"]
        default: []
        }
    }

    /// Whether two connections of one stream can be made one: trades have numbers without steps, so that what one has brought is
    /// known, and what it has lost. Bitstamp's and Polygon's numbers have steps, Alpaca's say nothing.
    public var arbitrates: Bool {
        switch self {
        case .binance, .binanceFutures, .coinbase, .kraken: true
        case .bitstamp, .alpaca, .polygon: false
        }
    }
}
