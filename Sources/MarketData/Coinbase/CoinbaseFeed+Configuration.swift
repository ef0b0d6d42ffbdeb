import WebSockets

extension CoinbaseFeed {
    public struct Configuration: Sendable {
        public var url: WebSocketURL
        /// A private certificate authority, as a PEM file.
        public var caFile: String?
        /// The venue's names of instruments, such as "BTC-USD".
        public var products: [String]
        public var channels = ["matches", "ticker", "heartbeat"]
        /// Silence after which the feed is called stale, and after which the connection is made anew. The heartbeat
        /// channel speaks once a second.
        public var staleAfter: Duration = .seconds(5)
        public var reconnectAfter: Duration = .seconds(20)
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
        public var gaps: UInt64 = 0
        /// How many trades the gaps miss.
        public var missed: UInt64 = 0
        public var duplicates: UInt64 = 0
        public var outOfOrder: UInt64 = 0
        /// Messages that were not understood.
        public var rejects: UInt64 = 0
        public var reconnects: UInt64 = 0
        /// How often the reading had to stop because there was no room.
        public var stops: UInt64 = 0
        /// Elements that were still waiting for room when the feed was stopped.
        public var discarded: UInt64 = 0
    }

    /// The message that asks for the products: the JSON of the venue's documentation.
    static func subscription(_ configuration: Configuration) -> String {
        func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ",") + "]" }
        return #"{"type":"subscribe","product_ids":"# + list(configuration.products) + #","channels":"#
            + list(configuration.channels) + "}"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
