import TradingModel
import WebSockets

/// The feed's subscriptions by symbol number, worked out again only when they change.
struct FeedRoutes {
    private var clients: [[WebSocketServer.ClientID]] = []
    private var version = 0, productCount = 0
    private(set) var wantsHeartbeats = false

    mutating func refresh(_ hub: FeedHub, productCount count: Int, name: (SymbolID) -> String) {
        let current = hub.version
        guard current != version || count != productCount else { return }
        (version, productCount) = (current, count)
        clients.removeAll(keepingCapacity: true)
        wantsHeartbeats = false
        for symbol in 0..<count {
            let product = name(SymbolID(rawValue: UInt32(symbol)))
            for channel in FeedChannel.allCases {
                let found = product.isEmpty ? [] : hub.clients(channel, product)
                clients.append(found)
                if channel == .heartbeat, !found.isEmpty { wantsHeartbeats = true }
            }
        }
    }

    func clients(of item: VenueFloor.FeedItem) -> [WebSocketServer.ClientID] {
        let channels = FeedChannel.allCases.count
        let place = item.symbol.index * channels + item.channel.place
        return place < clients.count ? clients[place] : []
    }
}

extension FeedChannel {
    /// Its place among all channels.
    var place: Int {
        switch self {
        case .ticker: 0
        case .matches: 1
        case .heartbeat: 2
        case .auction: 3
        }
    }
}
