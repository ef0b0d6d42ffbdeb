import FloorTesting
import Foundation
import PlainData
import TradingModel
import WebSockets

@testable import MarketData

/// A feed's core without sockets: what it says is kept, and what it asks for.
final class CoreRun: FeedHost {
    let names = Names()
    var trades: [Trade] = [], quotes: [Quote] = [], bars: [Bar] = [], deltas: [BookDelta] = [], tops: [Quote] = []
    var statuses: [FeedStatus] = [], corrections: [TradeCorrection] = []
    var sent: [String] = [], asked: [SymbolID] = [], restarts = 0
    var wantsBooks: Bool { true }
    /// Called with each element, when it comes.
    var watch: ((FeedItem) -> Void)?
    private var storedCore: FeedCore?
    var core: FeedCore {
        guard let storedCore else { preconditionFailure("made by init") }
        return storedCore
    }

    init(
        _ venue: VenueName, _ symbols: [String], _ channels: [String] = ["trades", "quotes", "book"], lines: Int = 1,
        depth: Int = 10
    ) throws {
        var configuration = VenueFeed.Configuration(url: try .init("ws://localhost/"), products: symbols)
        (configuration.venue, configuration.channels, configuration.depth) = (venue, channels, depth)
        storedCore = FeedCore(VenueFeed.makeVenue(configuration, names), names: names, host: self, lines: lines)
    }

    func emit(_ item: FeedItem) {
        switch item {
        case .trade(let trade): trades.append(trade)
        case .quote(let quote): quotes.append(quote)
        case .bar(let bar): bars.append(bar)
        case .correction(let correction): corrections.append(correction)
        case .delta(let delta): deltas.append(delta)
        case .top(let quote): tops.append(quote)
        case .status(let status): statuses.append(status)
        }
        watch?(item)
    }
    func send(_ text: String) { sent.append(text) }
    func requestSnapshot(_ symbol: SymbolID) { asked.append(symbol) }
    func restart(_ line: Int, _ reason: String) { restarts += 1 }

    func receive(_ text: some StringProtocol, at time: Int64 = 0, line: Int = 0) {
        Array(text.utf8).withUnsafeBytes { core.received($0, receivedAt: time, line: line) }
    }
    func snapshot(_ symbol: String, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { core.snapshot(names.symbol(symbol), $0, receivedAt: 0) }
    }
    var kinds: [FeedStatus.Kind] { statuses.map(\.kind) }
    func clear() {
        (trades, quotes, bars, deltas, tops, statuses, sent, asked) = ([], [], [], [], [], [], [], [])
    }
    /// The feed's own book.
    func levels(_ symbol: String, _ side: Side, _ most: Int = .max) throws -> [BookLevel] {
        guard let keeper = core.books[names.symbol(symbol).index] else { return [] }
        return try keeper.book.levels(side, most: most)
    }
}

/// What an independent reader makes of JSON.
typealias Object = [String: Any]
func object(_ text: some StringProtocol) throws -> Object {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? Object ?? [:]
}

extension Price {
    /// The binary number nearest to the decimal, as a reader of JSON has it.
    var nearest: Double { Double(rawValue) / 1e9 }
}

extension Quantity {
    var nearest: Double { Double(rawValue) / 1e8 }
}
