import TradingModel

/// What a client of the feed can subscribe to, by Coinbase Exchange's names.
enum FeedChannel: String, CaseIterable {
    case ticker, matches, heartbeat, auction
}

/// What one client has subscribed to.
struct FeedSubscription: Equatable {
    /// In order of subscription.
    private(set) var products: [FeedChannel: [String]] = [:]

    var isEmpty: Bool { products.values.allSatisfy(\.isEmpty) }
    mutating func add(_ product: String, _ channel: FeedChannel) {
        if !has(product, channel) { products[channel, default: []].append(product) }
    }
    mutating func remove(_ product: String, _ channel: FeedChannel) { products[channel]?.removeAll { $0 == product } }
    func has(_ product: String, _ channel: FeedChannel) -> Bool { products[channel]?.contains(product) ?? false }

    /// Coinbase's `subscriptions` answer: everything that is subscribed now.
    var message: String {
        let channels = FeedChannel.allCases.compactMap { channel -> String? in
            guard let list = products[channel], !list.isEmpty else { return nil }
            let names = list.map { "\"" + String(decoding: JSONWriter.escaped($0), as: UTF8.self) + "\"" }
            return "{\"name\":\"\(channel.rawValue)\",\"product_ids\":[\(names.joined(separator: ","))]}"
        }
        return "{\"type\":\"subscriptions\",\"channels\":[\(channels.joined(separator: ","))]}"
    }

    static func error(_ message: String, reason: String) -> String {
        let texts = [message, reason].map { String(decoding: JSONWriter.escaped($0), as: UTF8.self) }
        return "{\"type\":\"error\",\"message\":\"\(texts[0])\",\"reason\":\"\(texts[1])\"}"
    }
}
