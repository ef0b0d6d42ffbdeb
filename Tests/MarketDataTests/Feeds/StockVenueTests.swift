import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel

@testable import MarketData

/// The vendors' documented examples, read by Foundation for what is expected.
@Suite("stock venues", .enabled(if: ReferenceData.isPresent, "needs the recorded data"))
struct StockVenueTests {
    private func number(_ value: Any?) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }

    @Test("Alpaca: trades, quotes and bars of the documentation, in arrays as on the wire; the rest is passed over")
    func alpaca() throws {
        let run = try CoreRun(.alpaca, ["AAPL"], ["trades", "quotes", "bars"])
        let lines = try ReferenceData.lines("alpaca/ws_examples_stocks.jsonl")
        run.receive("[" + lines.joined(separator: ",") + "]")
        for line in lines { run.receive(line) }
        let objects = try lines.map { try object($0) }
        let trades = objects.filter { $0["T"] as? String == "t" }, quotes = objects.filter { $0["T"] as? String == "q" }
        let bars = objects.filter { $0["T"] as? String == "b" }
        #expect(run.core.counters.rejects == 0 && !trades.isEmpty && !quotes.isEmpty && !bars.isEmpty)
        #expect(run.trades.count == 2 * trades.count && run.quotes.count == 2 * quotes.count && run.bars.count == 2 * bars.count)
        let amended = objects.filter { $0["T"] as? String == "c" || $0["T"] as? String == "x" }
        #expect(run.corrections.count == 2 * amended.count && run.core.counters.corrections == UInt64(2 * amended.count))
        for (correction, wanted) in zip(run.corrections, amended) {
            let isCancel = wanted["T"] as? String == "x"
            #expect(correction.isCancel == isCancel && correction.tradeID == wanted[isCancel ? "i" : "oi"] as? UInt64)
            #expect(correction.price.nearest == number(wanted[isCancel ? "p" : "op"]))
            #expect(correction.size.nearest == number(wanted[isCancel ? "s" : "os"]))
            #expect(correction.newTradeID == (isCancel ? 0 : wanted["ci"] as? UInt64) && correction.newPrice.isNone == isCancel)
            #expect(isCancel || correction.newPrice.nearest == number(wanted["cp"]))
            #expect(correction.newSize.nearest == (isCancel ? 0 : number(wanted["cs"])))
            #expect(UTC.parse(wanted["t"] as? String ?? "") == correction.eventTime)
        }
        for (trade, wanted) in zip(run.trades, trades) {
            #expect(trade.price.nearest == number(wanted["p"]) && trade.size.nearest == number(wanted["s"]))
            #expect(UTC.parse(wanted["t"] as? String ?? "") == trade.eventTime && trade.tradeID == wanted["i"] as? UInt64)
            #expect(run.names.text(of: trade.symbol) == wanted["S"] as? String)
        }
        for (quote, wanted) in zip(run.quotes, quotes) {
            #expect(quote.bid.nearest == number(wanted["bp"]) && quote.ask.nearest == number(wanted["ap"]))
            #expect(quote.bidSize.nearest == number(wanted["bs"]) && quote.askSize.nearest == number(wanted["as"]))
        }
        for (bar, wanted) in zip(run.bars, bars) {
            #expect(
                [bar.open, bar.high, bar.low, bar.close, bar.vwap].map(\.nearest)
                    == ["o", "h", "l", "c", "vw"].map { number(wanted[$0]) })
            #expect(bar.volume.nearest == number(wanted["v"]) && Double(bar.trades) == number(wanted["n"]))
            #expect(bar.closeTime - bar.time == 60_000_000_000 && UTC.parse(wanted["t"] as? String ?? "") == bar.time)
        }
    }

    @Test("Polygon: trades, quotes and bars of the documentation; bands, imbalances and values are passed over")
    func polygon() throws {
        let run = try CoreRun(.polygon, ["MSFT"], ["T", "Q", "AM"])
        var expected: [Object] = []
        for line in try ReferenceData.lines("polygon/ws_examples_stocks.jsonl") {
            let wanted = try #require(try object(line)["example"] as? Object)
            let start = try #require(line.range(of: #""example": "#)).upperBound
            run.receive("[" + line[start...].dropLast() + "]")
            expected.append(wanted)
        }
        #expect(run.core.counters.rejects == 0 && run.trades.count == 1 && run.quotes.count == 1 && run.bars.count == 3)
        let bars = expected.filter { ["A", "AM"].contains($0["ev"] as? String) }
        #expect(run.trades[0].price.nearest == 114.125 && run.trades[0].size.nearest == 100 && run.trades[0].tradeID == 3_681_328)
        #expect(run.trades[0].eventTime == 1_536_036_818_784_000_000)
        #expect(
            run.quotes[0].bid.nearest == 114.125 && run.quotes[0].ask.nearest == 114.128 && run.quotes[0].askSize.nearest == 160)
        for (bar, wanted) in zip(run.bars, bars) {
            #expect(
                [bar.open, bar.high, bar.low, bar.close, bar.vwap].map(\.nearest)
                    == ["o", "h", "l", "c", "vw"].map { number(wanted[$0]) })
            #expect(bar.volume.nearest == number(wanted["v"]))
            #expect(Double(bar.time) == number(wanted["s"]) * 1e6 && Double(bar.closeTime) == number(wanted["e"]) * 1e6)
        }
    }

    @Test("who we are is said first, and only that; a refusal is told in the venue's words")
    func credentials() throws {
        let names = Names()
        let alpaca = AlpacaVenue(["A", "B"], [.trades, .bars], credentials: ["k", "s\"x"], names: names)
        #expect(
            alpaca.greetings() == [
                #"{"action":"auth","key":"k","secret":"s\"x"}"#, #"{"action":"subscribe","trades":["A","B"],"bars":["A","B"]}"#,
            ])
        let polygon = PolygonVenue(["A"], [.trades, .secondBars], credentials: ["k"], names: names)
        #expect(
            polygon.greetings() == [#"{"action":"auth","params":"k"}"#, #"{"action":"subscribe","params":"T.A,A.A"}"#])
        let run = try CoreRun(.alpaca, ["A"], ["trades"])
        run.receive(#"[{"T":"error","code":402,"msg":"auth failed"}]"#)
        #expect(run.names.text(of: try #require(run.statuses.last).reason) == "the venue says: auth failed")
        let other = try CoreRun(.polygon, ["A"], ["T"])
        other.receive(#"[{"ev":"status","status":"auth_failed","message":"authentication failed"}]"#)
        #expect(
            other.names.text(of: try #require(other.statuses.last).reason) == "the venue says: auth_failed: authentication failed"
        )
    }
}
