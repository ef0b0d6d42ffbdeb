import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel
import WebSockets

@testable import MarketData

/// Recorded messages of venues beside what tardis-node, an independent library, makes of them.
@Suite("messages beside another library's reading", .enabled(if: ReferenceData.isPresent, "needs the recorded data"))
struct TardisTests {
    private struct Line {
        let number: Int
        let message: String
        let expected: [Object]

        init(_ text: String) throws {
            let line = try object(text)
            number = line["n"] as? Int ?? 0
            expected = line["expected"] as? [Object] ?? []
            // The message as it stands, so that its numbers keep their digits.
            let start = try #require(text.range(of: #""message":"#)).upperBound
            let end = try #require(text.range(of: #","expected":"#, options: .backwards)).lowerBound
            message = String(text[start..<end])
        }
    }

    private func decimal(_ value: Any?) -> Double { (value as? NSNumber)?.doubleValue ?? 0 }
    private func time(_ value: Any?) -> Int64 { (value as? String).flatMap { UTC.parse($0) } ?? 0 }

    /// Each message alone, decoded by the venue; books by their levels, before any rule of sequences.
    @Test(
        "each message gives the same trades, quotes and levels",
        arguments: [
            ("binance", VenueName.binance), ("binance-futures", .binanceFutures), ("coinbase", .coinbase), ("kraken-v2", .kraken),
            ("bitstamp", .bitstamp),
        ])
    func agrees(file: String, venue: VenueName) throws {
        let names = Names()
        var configuration = VenueFeed.Configuration(url: try .init("ws://localhost/"), products: ["X"])
        (configuration.venue, configuration.channels) = (venue, ["trades", "quotes", "book"])
        let decoder = VenueFeed.makeVenue(configuration, names)
        let received = try #require(UTC.parse("2019-09-01T00:00:01.275Z"))
        var compared = 0
        for text in try ReferenceData.lines("tardis-normalised/\(file).jsonl") {
            let line = try Line(text)
            let batch = VenueBatch()
            // The venue wrote a size "0.-10000" there once. Another library leaves the level out; here nothing of such a
            // message is believed.
            if line.message.contains("0.-10000") {
                let bytes = Array(line.message.utf8)
                #expect(throws: VenueReject.self) {
                    try bytes.withUnsafeBytes { try decoder.decode($0, receivedAt: received, into: batch) }
                }
                continue
            }
            // It leaves Kraken's snapshots of trades out, and Binance's aggregate trades; this one is of before they had ids.
            if file == "binance-futures" && line.number == 1 || file == "kraken-v2" && line.number == 1 { continue }
            try Array(line.message.utf8).withUnsafeBytes { try decoder.decode($0, receivedAt: received, into: batch) }
            let items = (0..<batch.items.count).map { batch.items.base[$0] }
            var expected = line.expected.filter { ["trade", "book_ticker", "book_change"].contains($0["type"] as? String) }
            // That library's books wait for their snapshot, and its snapshots come with what waited: the items are ours.
            let isBook = expected.isEmpty && items.contains { if case .book = $0 { true } else { false } }
            if isBook || line.message.contains(#""generated":true"#) && expected.count > 1
                || file == "binance" && line.number == 9
                || file == "binance-futures" && line.number == 7
            {
                expected = []
                continue
            }
            let ours = items.filter { if case .passedOver = $0 { false } else if case .subscribed = $0 { false } else { true } }
            try #require(ours.count == expected.count, "\(file) \(line.number): \(ours)")
            for (item, wanted) in zip(ours, expected) { expect(item, is: wanted, batch, names, "\(file) \(line.number)") }
            compared += ours.count
        }
        #expect(compared >= 4)
    }

    private func expect(_ item: VenueItem, is wanted: Object, _ batch: VenueBatch, _ names: Names, _ place: String) {
        switch item {
        case .trade(let trade, _):
            #expect(wanted["type"] as? String == "trade", "\(place)")
            #expect(names.text(of: trade.symbol) == wanted["symbol"] as? String, "\(place)")
            #expect(
                trade.price.nearest == decimal(wanted["price"]) && trade.size.nearest == decimal(wanted["amount"]), "\(place)")
            #expect(String(trade.tradeID) == wanted["id"] as? String, "\(place)")
            #expect((trade.aggressor == .buy ? "buy" : "sell") == wanted["side"] as? String, "\(place)")
            #expect(trade.eventTime == time(wanted["timestamp"]), "\(place)")
        case .quote(let quote, _):
            #expect(
                quote.bid.nearest == decimal(wanted["bidPrice"]) && quote.ask.nearest == decimal(wanted["askPrice"]), "\(place)")
            #expect(quote.bidSize.nearest == decimal(wanted["bidAmount"]), "\(place)")
            #expect(quote.askSize.nearest == decimal(wanted["askAmount"]), "\(place)")
            // What has no time there gets that of its arrival; here the driver gives it one.
            let isUnstamped = quote.eventTime == 0 && wanted["timestamp"] as? String == "2019-09-01T00:00:01.275Z"
            #expect(isUnstamped || quote.eventTime == time(wanted["timestamp"]), "\(place)")
        case .book(let message):
            #expect(message.isSnapshot == wanted["isSnapshot"] as? Bool, "\(place)")
            for (key, isBid) in [("bids", true), ("asks", false)] {
                let levels = (message.from..<message.from + message.count).map { batch.levels.base[$0] }
                    .filter { $0.isBid == isBid }
                let expected = wanted[key] as? [Object] ?? []
                #expect(levels.map { Double($0.price) / 1e9 } == expected.map { decimal($0["price"]) }, "\(place)")
                #expect(levels.map { Double($0.size) / 1e8 } == expected.map { decimal($0["amount"]) }, "\(place)")
            }
        default: Issue.record("\(place): \(item)")
        }
    }

    /// The stateful mapper's result: what waits for a snapshot is applied after it.
    @Test("a book that waited for its snapshot is the same")
    func bridged() throws {
        let run = try CoreRun(.binance, ["GNTBTC"])
        for text in try ReferenceData.lines("tardis-normalised/binance.jsonl") where text.contains("gntbtc") {
            run.receive(try Line(text).message)
        }
        // By hand, from lines 7 to 10 of the file: the snapshot is as of …417, the messages to …418 and …419 follow.
        #expect(
            try run.levels("GNTBTC", .buy).map(\.price.description) == [
                "0.00002248", "0.00002246", "0.00002245", "0.00002244", "0.00002243",
            ])
        #expect(try run.levels("GNTBTC", .buy).map(\.size.description) == ["114", "375", "2673", "390", "3425"])
        #expect(
            try run.levels("GNTBTC", .sell).map(\.price.description) == ["0.00002253", "0.00002256", "0.00002258", "0.00002262"])
        #expect(run.core.counters.gaps == 0)
    }
}
