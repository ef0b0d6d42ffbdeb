import CAllocations
import Foundation
import MarketData
import PlainData
import StreamRuntime
import TradingModel
import WebSockets

/// What a live feed does, piece by piece: decoding venues' messages, changing books, and one connection from its socket to the
/// sequencer.
struct FeedBench {
    let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> [BenchLine] {
        var allocations: Int64 = 0
        var lines = try FeedMessages.all.map { try decoding($0, &allocations) }
        lines.append(.atMost("decode: allocations per message, all venues", Double(allocations), "", 0))
        lines.append(try books())
        lines.append(try connection())
        return lines
    }

    /// Elements counted, and a sum that only the right ones have.
    private final class Counted: FeedOutput, @unchecked Sendable {  // one thread
        var count = 0, sum: Int64 = 0, wantsBooks = false
        func take(_ trade: Trade) -> Bool { add(trade.price.rawValue) }
        func take(_ quote: Quote) -> Bool { add(quote.bid.rawValue) }
        func take(_ status: FeedStatus) -> Bool { true }
        func take(_ bar: Bar) -> Bool { add(bar.close.rawValue) }
        func finish() {}
        private func add(_ value: Int64) -> Bool {
            count += 1
            sum &+= value
            return true
        }
    }

    // MARK: Decoding

    /// Messages of one kind, each with a number of its own, from memory: decoded, checked for order, put out.
    /// - Parameter allocations: grows by those of all messages but the first hundred, which teach the reader symbols and keys.
    private func decoding(_ messages: FeedMessages, _ allocations: inout Int64) throws -> BenchLine {
        let count = 400_000
        var all: [UInt8] = [], ends = [0]
        for n in 1...count {
            all += messages.text(n).utf8
            ends.append(all.count)
        }
        var rates: [Double] = [], sums: Set<Int64> = []
        for _ in 0..<options.rounds {
            let output = Counted()
            let reader = try FeedReader(
                messages.venue, symbols: messages.symbols, channels: messages.channels, names: Names(), output: output)
            let begin = TickClock.monotonic()
            all.withUnsafeBytes { all in
                var before: Int64 = 0
                for n in 0..<count {
                    if n == 100 { before = ca_allocations() }
                    reader.received(UnsafeRawBufferPointer(rebasing: all[ends[n]..<ends[n + 1]]), receivedAt: 1)
                }
                allocations += ca_allocations() - before
            }
            let seconds = Double(TickClock.monotonic() - begin) / 1e9
            sums.insert(output.sum)
            let counters = reader.counters
            guard output.count == count, counters.rejects == 0, counters.gaps == 0, counters.duplicates == 0, sums.count == 1
            else {
                throw Refusal.answer("\(messages.name): \(output.count) of \(count) elements, \(counters.rejects) refused")
            }
            rates.append(Double(count) / seconds / 1e6)
        }
        return .atLeast("decode \(messages.name), \(all.count / count) bytes", median(rates), "M messages/s", 5)
    }

    // MARK: Books

    /// Changes of levels around a touch that wanders, as `level2` tells them; the sum of the best prices is the answer.
    private func books() throws -> BenchLine {
        let count = 4_000_000
        var random = SplitMix64(seed: 7)
        var middle: Int64 = 100_000
        var deltas: [BookDelta] = []
        deltas.reserveCapacity(count)
        for n in 0..<count {
            if n % 64 == 0 { middle += Int64(random.below(3)) - 1 }
            let isBid = random.below(2) == 0
            let away = Int64(random.below(4) == 0 ? random.below(200) : random.below(12)) + 1
            let price = Price(rawValue: (isBid ? middle - away : middle + away) * 10_000_000)
            deltas.append(
                BookDelta(
                    eventTime: Int64(n), symbol: SymbolID(rawValue: 1), action: random.below(3) == 0 ? .cancel : .modify,
                    side: isBid ? .buy : .sell, price: price, size: Quantity(units: Int64(1 + random.below(50))),
                    flags: [.level, .endOfTransaction]))
        }
        var rates: [Double] = [], answers: Set<Int64> = []
        for _ in 0..<options.rounds {
            var book = LevelBook(BookPolicy(crossed: .allow)), sum: Int64 = 0
            let begin = TickClock.monotonic()
            for delta in deltas where book.apply(delta) { sum &+= delta.price.rawValue &+ Int64(book.bidLevels) }
            rates.append(Double(count) / Double(TickClock.monotonic() - begin) * 1e3)
            let quote = try book.quote(SymbolID(rawValue: 1), accepting: [.building, .crossed, .locked])
            answers.insert(sum &+ quote.bid.rawValue &* 31 &+ quote.ask.rawValue)
        }
        guard answers.count == 1 else { throw Refusal.answer("the book is not the same every time") }
        return .atLeast("book updates, one instrument of levels", median(rates), "M updates/s", 10)
    }

    // MARK: One connection

    private final class Seen: @unchecked Sendable {  // the engine's thread, then its end
        var trades = 0, last: UInt64, isInOrder = true
        init(last: UInt64) { self.last = last }
    }

    /// A venue that says as much as the socket takes, over loopback, to the sequencer: received, decoded, checked for gaps,
    /// stamped. Three threads on what cores there are.
    private func connection() throws -> BenchLine {
        let count = 3_000_000, first = 1_000_000_000
        var rates: [Double] = []
        for _ in 0..<max(1, min(3, options.rounds)) {
            let venue = try RawVenue(messages: count, first: first) { id in
                #"{"type":"match","trade_id":\#(id),"side":"buy","size":"0.97","price":"4978.25","product_id":"ETC-GBP","#
                    + #""sequence":\#(id),"time":"2019-08-01T00:00:03.81Z"}"#
            }
            let graph = Graph(), names = Names(), seen = Seen(last: UInt64(first) - 1)
            let port = graph.source("feed", Trade.self)
            graph.sink("seen", from: port.edge) { offer in
                for n in 0..<offer.count {
                    seen.isInOrder = seen.isInOrder && offer[n].tradeID == seen.last + 1
                    seen.last = offer[n].tradeID
                }
                seen.trades += offer.count
                return offer.count
            }
            let engine = Engine(graph, names: names)
            let trades = engine.ingress(port, capacity: 65_536)
            var configuration = VenueFeed.Configuration(
                url: try WebSocketURL("ws://127.0.0.1:\(venue.port)/"), products: ["ETC-GBP"])
            configuration.channels = ["matches"]
            let feed = VenueFeed(configuration, names: names, output: IngressOutput(trades: trades, quotes: nil))
            try feed.start()
            let begin = TickClock.monotonic()
            try engine.run(journal: nil)
            let seconds = Double(TickClock.monotonic() - begin) / 1e9
            feed.stop()
            venue.join()
            guard seen.trades == count, seen.isInOrder, feed.counters.gaps == 0 else {
                throw Refusal.answer("one connection: \(seen.trades) of \(count) trades, \(feed.counters.gaps) gaps")
            }
            rates.append(Double(count) / seconds / 1e6)
        }
        return .atLeast("one connection, 150 bytes, socket to sequencer", median(rates), "M messages/s", 1)
    }
}

/// Messages as venues write them, by the number that is in them.
private struct FeedMessages {
    let name: String
    let venue: VenueName
    let symbols: [String], channels: [String]
    let text: @Sendable (Int) -> String

    static let all = [
        FeedMessages(name: "Binance trade", venue: .binance, symbols: ["BTCUSDT"], channels: ["trade"]) {
            #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":\#($0),"p":"61837.63000000","#
                + #""q":"0.02000000","T":1723161255342,"m":true,"M":true}}"#
        },
        FeedMessages(name: "Coinbase match", venue: .coinbase, symbols: ["ETC-GBP"], channels: ["matches"]) {
            #"{"type":"match","trade_id":\#($0),"maker_order_id":"4c2aa376-4bda-4947-84ee-4dc5a6337cba","#
                + #""taker_order_id":"247a6eb2-b5c1-42db-b0ac-cb74b85bcac8","side":"buy","size":"0.97133855","price":"4.97800000","#
                + #""product_id":"ETC-GBP","sequence":253395153,"time":"2019-08-01T00:00:03.816000Z"}"#
        },
        FeedMessages(name: "Kraken ticker", venue: .kraken, symbols: ["BTC/USD"], channels: ["ticker"]) {
            #"{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":\#($0).2,"bid_qty":2.5,"ask":105944.30,"#
                + #""ask_qty":3.2,"timestamp":"2022-12-25T09:30:59.123456Z"}]}"#
        },
        FeedMessages(name: "Bitstamp trade", venue: .bitstamp, symbols: ["BTC/USD"], channels: ["live_trades"]) {
            #"{"data":{"id":\#(100_000_000 + $0),"timestamp":"1580337602","amount":0.01513062,"amount_str":"0.01513062","#
                + #""price":9297.18,"price_str":"9297.18","type":0,"microtimestamp":"1580337602120000","buy_order_id":4621328,"#
                + #""sell_order_id":4621324},"event":"trade","channel":"live_trades_btcusd"}"#
        },
        FeedMessages(name: "Alpaca trade", venue: .alpaca, symbols: ["AAPL"], channels: ["trades"]) {
            #"[{"T":"t","i":\#($0),"S":"AAPL","x":"D","p":126.55,"s":100,"t":"2021-02-22T15:51:44.208Z","c":["@","I"],"z":"C"}]"#
        },
        FeedMessages(name: "Polygon quote", venue: .polygon, symbols: ["MSFT"], channels: ["Q"]) {
            #"[{"ev":"Q","sym":"MSFT","bx":4,"bp":114.125,"bs":100,"ax":7,"ap":114.128,"as":160,"c":0,"i":[604],"#
                + #""t":1536036818784,"q":\#(50_385_480 + $0),"z":3}]"#
        },
    ]
}
