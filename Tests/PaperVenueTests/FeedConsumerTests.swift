import Glibc
import MarketData
import PlainData
import Synchronization
import Testing
import TradingModel
import WebSockets

@testable import PaperVenue

/// The floor's own feed source at the other end of the venue's feed.
@Suite("The venue's feed, as the floor reads it") struct FeedConsumerTests {
    private final class Collector: FeedOutput {
        struct Seen {
            var trades: [Trade] = [], quotes: [Quote] = [], hasEnded = false
        }
        let seen = Mutex(Seen())
        func take(_ trade: Trade) -> Bool {
            seen.withLock { $0.trades.append(trade) }
            return true
        }
        func take(_ quote: Quote) -> Bool {
            seen.withLock { $0.quotes.append(quote) }
            return true
        }
        func take(_ status: FeedStatus) -> Bool { true }
        func finish() { seen.withLock { $0.hasEnded = true } }
    }

    @Test("what the tape holds arrives exactly, without a gap, a double or a reject")
    func arrives() throws {
        let path = replayDay
        let run = try VenueRun(nil, tapePath: path)
        var tape = try FileTape(path, names: run.server.names)
        var trades: [Trade] = [], quotes: [Quote] = []
        while let event = try tape.next() {
            switch event {
            case .trade(let trade): trades.append(trade)
            case .quote(let quote): quotes.append(quote)
            case .book: Issue.record("a day of trades and quotes has no book")
            }
        }
        let collector = Collector()
        let products = run.server.instruments.map { $0.symbol.text(run.server.names) }
        let url = try WebSocketURL("ws://127.0.0.1:\(try #require(run.server.ports).feed)")
        let feed = CoinbaseFeed(.init(url: url, products: products), names: run.server.names, output: collector)
        try feed.start()
        for _ in 0..<30_000 where !collector.seen.withLock({ $0.hasEnded }) { usleep(2_000) }
        feed.stop()
        _ = try run.finish()
        let seen = collector.seen.withLock { $0 }
        let counters = feed.counters
        #expect(counters.gaps == 0 && counters.duplicates == 0 && counters.outOfOrder == 0 && counters.rejects == 0)
        #expect(counters.reconnects == 0)
        #expect(seen.trades.count == trades.count && seen.quotes.count == quotes.count)
        let isSame = zip(seen.trades, trades).allSatisfy {
            ($0.eventTime, $0.symbol, $0.price, $0.size) == ($1.eventTime, $1.symbol, $1.price, $1.size)
        }
        #expect(isSame)
        #expect(
            zip(seen.quotes, quotes).allSatisfy {
                ($0.eventTime, $0.symbol, $0.bid, $0.ask) == ($1.eventTime, $1.symbol, $1.bid, $1.ask) && $0.bidSize == $1.bidSize
                    && $0.askSize == $1.askSize
            })
    }
}
