import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel

@testable import MarketData

/// Whole captures through a feed's core, held against what the data says of itself.
@Suite("recorded streams", .enabled(if: ReferenceData.isPresent, "needs the recorded data"))
struct CaptureTests {
    private func messages(_ path: String) throws -> [String] {
        try ReferenceData.lines(path).map { String($0[$0.index($0.startIndex, offsetBy: 20)...]) }
    }

    /// Expected (README of the captures): no gap, and whenever a depth event ends at the update of a bookTicker, best prices and
    /// sizes agree: 1,072 times in the spot files.
    @Test("Binance spot: the book's best levels are those of bookTicker, each of 1,072 times")
    func spot() throws {
        let run = try CoreRun(.binance, ["BTCUSDT"])
        let lines =
            try messages("binance-ws-captures/spot_btcusdt_20240808.gz")
            + messages("binance-ws-captures/spot_btcusdt_20240809.gz")
        #expect(try compare(run, lines, "BTCUSDT") == 1_072)
        #expect(run.core.counters.gaps == 0 && run.core.counters.duplicates == 0 && run.core.counters.rejects == 0)
        #expect(run.core.counters.trades == lines.count { $0.contains(#""e":"trade""#) })
    }

    /// 551 times.
    @Test("Binance USD-M: the messages' links hold, and the best levels are those of bookTicker, each of 551 times")
    func futures() throws {
        let run = try CoreRun(.binanceFutures, ["ETHUSDT"])
        #expect(try compare(run, messages("binance-ws-captures/usdm_ethusdt_20240808.gz"), "ETHUSDT") == 551)
        #expect(run.core.counters.gaps == 0 && run.core.counters.outOfOrder == 0 && run.core.counters.rejects == 0)
    }

    /// How often a depth event and a bookTicker speak of the same update, and that they say the same then.
    private func compare(_ run: CoreRun, _ lines: [String], _ symbol: String) throws -> Int {
        var tickers: [UInt64: Quote] = [:], books: [UInt64: Quote] = [:]
        let id = run.names.symbol(symbol)
        for line in lines {
            let before = (run.quotes.count, run.core.counters.bookUpdates)
            run.receive(line)
            if run.quotes.count > before.0, let quote = run.quotes.last {
                let update = line.components(separatedBy: #""u":"#)[1].prefix { $0.isNumber }
                tickers[try #require(UInt64(update))] = quote
            }
            if run.core.counters.bookUpdates > before.1, let keeper = run.core.books[id.index] {
                books[keeper.sync.sequence] = try keeper.book.quote(id)
            }
            run.deltas.removeAll(keepingCapacity: true)
            run.tops.removeAll(keepingCapacity: true)
        }
        var agreements = 0
        for (update, quote) in tickers {
            guard let book = books[update] else { continue }
            agreements += 1
            #expect(
                quote.bid == book.bid && quote.ask == book.ask && quote.bidSize == book.bidSize && quote.askSize == book.askSize)
        }
        return agreements
    }

    /// Where a snapshot holds a level of size 0.1 and so on: the first snapshot fills the book, each change replaces a level.
    @Test("Coinbase: level2 books are those of a plain dictionary, and matches come without a gap")
    func coinbase() throws {
        let run = try CoreRun(.coinbase, [], ["matches", "ticker", "level2"])
        var models: [String: LevelModel] = [:]
        for line in try ReferenceData.lines("cryptofeed-ws-captures/COINBASE.ws.28.0.part1.gz") {
            guard !line.hasPrefix("wss:"), let brace = line.firstIndex(of: "{") else { continue }
            run.receive(line[brace...])
            let message = try object(line[brace...]), product = message["product_id"] as? String ?? ""
            switch message["type"] as? String {
            case "snapshot":
                var model = LevelModel()
                for (key, isBid) in [("bids", true), ("asks", false)] {
                    for level in message[key] as? [[String]] ?? [] { set(&model, isBid, level[0], level[1]) }
                }
                models[product] = model
            case "l2update":
                for change in message["changes"] as? [[String]] ?? [] {
                    if models[product] != nil {
                        set(&models[product, default: .init()], change[0] == "buy", change[1], change[2])
                    }
                }
            default: break
            }
        }
        #expect(models.count > 2 && run.core.counters.rejects == 0)
        #expect(run.core.counters.bookUpdates > 1_000)
        for (product, model) in models {
            guard let keeper = run.core.books[run.names.symbol(product).index] else { continue }
            #expect(try keeper.book.levels(.buy, accepting: .crossed) == model.levels(.buy), "\(product)")
            #expect(try keeper.book.levels(.sell, accepting: .crossed) == model.levels(.sell), "\(product)")
        }
    }
    private func set(_ model: inout LevelModel, _ isBid: Bool, _ price: String, _ size: String) {
        guard let price = try? Price(price), let size = try? Quantity(size) else { return }
        model.apply(
            BookDelta(
                eventTime: 0, symbol: SymbolID(rawValue: 1), action: .modify, side: isBid ? .buy : .sell, price: price, size: size
            ))
    }

    /// The version 1 messages of the capture, told as version 2 would: the checksum is of the same digits. Expected: the venue's
    /// own checksums, of which the README counts 4,269 in all parts, and that every one agrees.
    @Test("Kraken: every checksum of the capture agrees")
    func kraken() throws {
        let run = try CoreRun(.kraken, [], ["book"], depth: 1_000)
        var updates = 0
        for file in ["KRAKEN.ws.48.0.gz", "KRAKEN.ws.49.0.gz", "KRAKEN.ws.50.0.part1.gz"] {
            for line in try ReferenceData.lines("cryptofeed-ws-captures/" + file) {
                guard !line.hasPrefix("wss:"), let bracket = line.range(of: ": [") else { continue }
                guard let text = try second(String(line[line.index(bracket.lowerBound, offsetBy: 2)...])) else { continue }
                run.receive(text)
                if text.contains("checksum") { updates += 1 }
                run.deltas.removeAll(keepingCapacity: true)
            }
        }
        #expect(updates > 1_500)
        // One pair's snapshot holds a size beyond 92 billion, which no quantity here holds: refused, and that book alone.
        let refusals = run.statuses.filter { $0.kind == .rejected }.map { run.names.text(of: $0.reason) }
        #expect(refusals == ["asks is out of range"])
        #expect(run.core.counters.checksums == 0 && run.core.counters.gaps == 0 && run.restarts == 0 && run.sent.isEmpty)
    }

    /// `[0,{"as":[["price","volume","time"],…],"bs":[…]},"book-1000","XMR/USD"]`, or with `a`, `b` and `c`, as version 2.
    private func second(_ text: String) throws -> String? {
        guard let parts = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any], let pair = parts.last as? String,
            let channel = parts.dropLast().last as? String, channel.hasPrefix("book")
        else { return nil }
        var bids: [String] = [], asks: [String] = [], checksum = "", isSnapshot = false
        for case let object as Object in parts {
            for (key, value) in object {
                if key == "c" { checksum = #","checksum":\#(value)"# }
                if key == "as" || key == "bs" { isSnapshot = true }
                for level in value as? [[String]] ?? [] {
                    let text = #"{"price":\#(level[0]),"qty":\#(level[1])}"#
                    if key.hasPrefix("a") { asks.append(text) } else { bids.append(text) }
                }
            }
        }
        let (bidText, askText) = (bids.joined(separator: ","), asks.joined(separator: ","))
        return
            #"{"channel":"book","type":"\#(isSnapshot ? "snapshot" : "update")","data":[{"symbol":"\#(pair)","bids":[\#(bidText)],"#
            + #""asks":[\#(askText)]\#(checksum)}]}"#
    }

    @Test("Bitstamp: books start from their REST snapshots and follow, and trades come")
    func bitstamp() throws {
        let run = try CoreRun(.bitstamp, [], ["live_trades", "diff_order_book"])
        var snapshots: [String: String] = [:]
        for line in try ReferenceData.lines("cryptofeed-ws-captures/http/BITSTAMP.http.0.0.gz") {
            guard let brace = line.firstIndex(of: "{"), let arrow = line.range(of: " -> ") else { continue }
            let pair = line[..<arrow.lowerBound].split(separator: "/").last.map { $0.uppercased() } ?? ""
            snapshots[pair] = String(line[brace...])
        }
        var models: [String: LevelModel] = [:], after: [String: UInt64] = [:]
        for (pair, text) in snapshots {
            let message = try object(text)
            var model = LevelModel()
            for (key, isBid) in [("bids", true), ("asks", false)] {
                for level in message[key] as? [[String]] ?? [] { set(&model, isBid, level[0], level[1]) }
            }
            (models[pair], after[pair]) = (model, UInt64(message["microtimestamp"] as? String ?? "") ?? 0)
        }
        var trades = 0
        for line in try ReferenceData.lines("cryptofeed-ws-captures/BITSTAMP.ws.1.0.part1.gz") {
            guard !line.hasPrefix("wss:"), let brace = line.firstIndex(of: "{") else { continue }
            run.receive(line[brace...])
            let message = try object(line[brace...]), channel = message["channel"] as? String ?? ""
            if message["event"] as? String == "trade" { trades += 1 }
            guard channel.hasPrefix("diff_order_book_"), let data = message["data"] as? Object, data["bids"] != nil else {
                continue
            }
            let pair = channel.split(separator: "_").last.map { $0.uppercased() } ?? ""
            let asked = run.asked
            run.asked = []
            for symbol in asked {
                let name = run.names.text(of: symbol)
                // The capture's snapshots may be older than the first message; then the book waits for ever.
                if let text = snapshots[name] { run.snapshot(name, text) }
            }
            run.asked = []
            guard let time = UInt64(data["microtimestamp"] as? String ?? ""), time > after[pair] ?? .max else { continue }
            for (key, isBid) in [("bids", true), ("asks", false)] {
                for level in data[key] as? [[String]] ?? [] { set(&models[pair, default: .init()], isBid, level[0], level[1]) }
            }
        }
        #expect(run.trades.count == trades && run.core.counters.rejects == 0)
        var live = 0
        for (pair, model) in models {
            let at = run.names.symbol(pair).index
            guard at < run.core.books.count, let keeper = run.core.books[at], keeper.book.quality.isOK else { continue }
            live += 1
            #expect(try keeper.book.levels(.buy) == model.levels(.buy), "\(pair)")
            #expect(try keeper.book.levels(.sell) == model.levels(.sell), "\(pair)")
        }
        #expect(live >= 1)
    }
}
