import StreamRuntime

extension FloorReport {
    /// A book that a feed keeps: its best levels when it was good last, and what it is worth now.
    public struct Book: Hashable, Sendable {
        public var source: String, symbol: String
        public var state: String
        public var quality: Quality
        public var bid: Double, bidSize: Double, ask: Double, askSize: Double
    }
    /// What is wrong with a book; the bits are those of the `quality` of its changes.
    public struct Quality: Hashable, Sendable, CustomStringConvertible {
        public var bits: UInt8
        public var isOK: Bool { bits == 0 }
        public var description: String {
            let words = ["building", "gap", "stale", "crossed", "locked", "checksum", "inconsistent", "open"]
            return isOK ? "ok" : words.indices.filter { bits & 1 << UInt8($0) != 0 }.map { words[$0] }.joined(separator: "+")
        }
    }

    /// By source and symbol.
    public var books: [Book] {
        var books: [String: Book] = [:]
        for figure in series {
            guard figure.name.hasPrefix("floor_book_"), let source = figure.labels["source"], let symbol = figure.labels["symbol"]
            else { continue }
            let key = source + "\u{0}" + symbol
            var book =
                books[key]
                ?? Book(
                    source: source, symbol: symbol, state: "", quality: Quality(bits: 0), bid: 0, bidSize: 0, ask: 0, askSize: 0)
            switch figure.name.dropFirst("floor_book_".count) {
            case "best_bid": book.bid = figure.value
            case "best_bid_size": book.bidSize = figure.value
            case "best_ask": book.ask = figure.value
            case "best_ask_size": book.askSize = figure.value
            case "state": book.state = SourceMetrics.State(rawValue: UInt64(max(0, figure.value))).map { "\($0)" } ?? ""
            case "quality": book.quality = Quality(bits: UInt8(clamping: Int(figure.value)))
            default: break
            }
            books[key] = book
        }
        return books.sorted { $0.key < $1.key }.map(\.value)
    }
}
