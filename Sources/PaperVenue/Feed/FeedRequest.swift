import Foundation

/// A client's `subscribe` or `unsubscribe`.
///
/// Channels are names, or objects with products of their own: `{"name":"ticker","product_ids":["ELM"]}`. `level2` and the other
/// channels of the venue it copies are not carried, and an error says so.
struct FeedRequest: Equatable {
    var isSubscribe: Bool
    var wanted: [Wanted] = []

    struct Wanted: Equatable {
        var channel: FeedChannel, product: String
    }
    /// What the client is told, in the venue's own words.
    struct Flaw: Error, Equatable {
        var message: String, reason: String
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
        let value = try? JSONSerialization.jsonObject(with: Data(bytes))
        guard let object = value as? [String: Any] else { throw Flaw(message: "Malformed JSON", reason: "an object is expected") }
        switch object["type"] as? String {
        case "subscribe": isSubscribe = true
        case "unsubscribe": isSubscribe = false
        default: throw Flaw(message: "Unknown type", reason: "type is subscribe or unsubscribe")
        }
        let products = object["product_ids"] as? [String] ?? []
        for item in object["channels"] as? [Any] ?? [] {
            let (name, own) = try Self.channel(item)
            guard let channel = FeedChannel(rawValue: name) else {
                throw Flaw(
                    message: "Failed to subscribe",
                    reason: "\(name) is not a valid channel; there are ticker, matches, heartbeat, auction")
            }
            for product in own ?? products { wanted.append(Wanted(channel: channel, product: product)) }
        }
        if wanted.isEmpty, isSubscribe {
            throw Flaw(message: "Failed to subscribe", reason: "channels and product_ids name nothing")
        }
    }

    private static func channel(_ item: Any) throws(Flaw) -> (String, [String]?) {
        if let name = item as? String { return (name, nil) }
        if let object = item as? [String: Any], let name = object["name"] as? String {
            return (name, object["product_ids"] as? [String])
        }
        throw Flaw(message: "Failed to subscribe", reason: "a channel is a name, or an object with a name")
    }
}
