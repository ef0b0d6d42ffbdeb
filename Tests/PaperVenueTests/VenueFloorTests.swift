import FIXSessions
import Foundation
import PlainData
import Testing
import TradingModel

@testable import PaperVenue

/// A venue without sockets.
struct FloorBench: ~Copyable {
    let names = Names()
    let elm: SymbolID
    var floor: VenueFloor

    init(hasQuotes: Bool = true, change: (inout VenueConfiguration) -> Void = { _ in }) {
        elm = names.symbol("ELM-USD")
        var configuration = VenueConfiguration()
        configuration.tickSize = cents(1)
        change(&configuration)
        floor = VenueFloor(configuration, names: names, instruments: InstrumentTable(), hasQuotes: hasQuotes)
    }
    mutating func quote(_ time: Int64, _ bid: Int64, _ bidSize: Int64, _ ask: Int64, _ askSize: Int64) {
        floor.play(
            .quote(
                Quote(
                    eventTime: time, symbol: elm, bid: cents(bid), bidSize: units(bidSize), ask: cents(ask),
                    askSize: units(askSize))))
    }
    mutating func trade(_ time: Int64, _ price: Int64, _ size: Int64, _ side: Side = .none) {
        floor.play(.trade(Trade(eventTime: time, symbol: elm, price: cents(price), size: units(size), aggressor: side)))
    }
    func order(_ id: String, _ side: Side, _ quantity: Int64, at price: Int64, symbol: SymbolID? = nil) -> OrderEntry {
        OrderEntry(
            request: OrderRequest(
                eventTime: 0, clOrdID: ClOrdID(foreign: names.text(id)), symbol: symbol ?? elm, side: side,
                orderQty: units(quantity), ordType: .limit, price: cents(price)), isPossResend: false)
    }
    /// The feed's messages since the last call.
    mutating func messages() throws -> [[String: String]] {
        let bytes = floor.feedBytes
        let found = try floor.feed.map { item in
            let object = try JSONSerialization.jsonObject(with: Data(bytes[item.range]))
            return (object as? [String: Any] ?? [:]).mapValues { "\($0)" }
        }
        floor.clearFeed()
        return found
    }
}

@Suite("The venue without its sockets") struct VenueFloorTests {
    /// By hand: ours joins behind 10, of which 4 trade and 6 are canceled; then the tape trades 5 with who came after it.
    @Test("a tape of single orders: executions are matches, best levels tickers, and an order has its place")
    func byOrder() throws {
        var bench = FloorBench()
        func change(_ action: BookDelta.Action, _ id: UInt64, _ side: Side, _ price: Int64, _ size: Int64, isLast: Bool = true) {
            bench.floor.play(
                .book(
                    BookDelta(
                        eventTime: bench.floor.venue.now + 1, symbol: bench.elm, action: action, side: side, price: cents(price),
                        size: units(size), orderID: id, flags: isLast ? .endOfTransaction : [])))
        }
        bench.floor.open(at: 1_000)
        change(.add, 1, .buy, 999, 10)
        change(.add, 2, .sell, 1001, 7)
        bench.floor.enter(bench.order("A", .buy, 5, at: 999), from: 1, at: 1_010)
        change(.add, 3, .buy, 999, 8)
        change(.add, 4, .buy, 990, 1)  // not the best: no ticker
        change(.fill, 1, .buy, 999, 4, isLast: false)
        change(.cancel, 1, .buy, 999, 4)
        change(.cancel, 1, .buy, 999, 6)
        #expect(bench.floor.reports.map(\.report.execType) == [.new])
        change(.fill, 3, .buy, 999, 5, isLast: false)
        change(.cancel, 3, .buy, 999, 5)
        #expect(bench.floor.reports.map(\.report.execType) == [.new, .trade])
        #expect(bench.floor.reports.last?.report.lastQty == units(5))
        let messages = try bench.messages()
        #expect(
            messages.map { $0["type"] ?? "" } == ["ticker", "ticker", "ticker", "match", "ticker", "ticker", "match", "ticker"])
        #expect(
            messages.filter { $0["type"] == "match" }.map { "\($0["side"] ?? "") \($0["size"] ?? "")" } == ["buy 4", "buy 5"])
        #expect(messages.last?["best_bid_size"] == "3" && messages.last?["best_ask_size"] == "7", "\(messages.last ?? [:])")
    }

    @Test("how an auction stands and what it came to is on the feed, and reports are late by the stated latency")
    func auctionOnTheFeed() throws {
        let script = try VenueScript(
            text: """
                script: auction
                steps:
                  - { call: "*" }
                  - { at: "00:00:02", auction: { symbol: "*", kind: opening } }

                """, named: "s.yaml", names: Names())
        var bench = FloorBench {
            $0.latency = Latency(response: [500])
            $0.script = script
        }
        bench.floor.open(at: 0)
        bench.quote(10, 999, 10, 1001, 5)
        var entry = bench.order("A", .buy, 8, at: 1005)
        entry.request.timeInForce = .atTheOpening
        bench.floor.enter(entry, from: 1, at: 20)
        #expect(bench.floor.reports.isEmpty)
        bench.floor.advance(to: 520)
        #expect(bench.floor.reports.map(\.report.execType) == [.new] && bench.floor.reports.first?.report.eventTime == 20)
        bench.floor.advance(to: 3_000_000_000)
        #expect(bench.floor.reports.map(\.report.execType) == [.new, .trade, .expired])
        bench.floor.tellAuctions()
        let told = try bench.messages().filter { $0["type"] == "auction" }
        #expect(
            told.map { "\($0["auction_state"] ?? "") \($0["open_price"] ?? "") \($0["open_size"] ?? "")" } == [
                "collection 10.05 5", "complete 10.05 5",
            ])
        #expect(told.allSatisfy { $0["imbalance_side"] == "buy" && $0["imbalance_size"] == "3" && $0["can_open"] == "yes" })
    }

    @Test("a trade becomes a match with the maker's side, a quote a ticker, with sequences that grow by one")
    func feedMessages() throws {
        var bench = FloorBench()
        let time = try #require(UTC.parse("2024-03-11T13:30:00.5Z"))
        bench.quote(time, 999, 10, 1001, 5)
        bench.trade(time + 1_000, 1001, 3, .buy)
        bench.quote(time + 1_001, 999, 10, 1001, 2)
        bench.floor.heartbeat(at: time + 500_000_000)
        let messages = try bench.messages()
        #expect(messages.map { $0["type"] } == ["ticker", "match", "ticker", "heartbeat"])
        #expect(messages.map { $0["sequence"] } == ["1", "2", "3", "3"])
        #expect(messages.allSatisfy { $0["product_id"] == "ELM-USD" })
        #expect(messages[0]["best_bid"] == "9.99" && messages[0]["best_ask_size"] == "5" && messages[0]["price"] == "9.99")
        #expect(messages[1]["side"] == "sell" && messages[1]["size"] == "3" && messages[1]["price"] == "10.01")
        #expect(messages[1]["trade_id"] == "1" && messages[1]["time"] == "2024-03-11T13:30:00.500001Z")
        #expect(messages[2]["price"] == "10.01" && messages[2]["last_size"] == "3" && messages[2]["side"] == "buy")
        #expect(messages[2]["time"] == "2024-03-11T13:30:00.500001001Z")
        #expect(messages[3]["last_trade_id"] == "1" && messages[3]["time"] == "2024-03-11T13:30:01.000000Z")
    }

    /// The capture is of 2021; `best_bid_size`, `best_ask_size` and `last_size` came to tickers since.
    @Test("messages have the fields of the real feed's", .enabled(if: dataFolder != nil, "no recorded data found"))
    func realFields() throws {
        let path = try #require(dataFolder) + "/cryptofeed-ws-captures/COINBASE.ws.28.0.part1.gz"
        let gzip = Process(), pipe = Pipe()
        gzip.executableURL = URL(filePath: "/bin/gzip")
        gzip.arguments = ["-dc", path]
        gzip.standardOutput = pipe
        try gzip.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        gzip.waitUntilExit()
        var real: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where line.contains(#""type":"match""#) || line.contains(#""type":"ticker""#) {
            guard let start = line.firstIndex(of: "{"),
                let object = try? JSONSerialization.jsonObject(with: Data(line[start...].utf8)) as? [String: Any],
                let type = object["type"] as? String
            else { continue }
            real[type, default: Set(object.keys)].formIntersection(object.keys)
        }
        var bench = FloorBench()
        bench.quote(1, 999, 10, 1001, 5)
        bench.trade(2, 1001, 3)
        let ours = try bench.messages()
        #expect(Set(ours[1].keys) == real["match"])
        // Statistics of the last day and month are left out: a tape does not hold them.
        let statistics: Set = ["open_24h", "volume_24h", "low_24h", "high_24h", "volume_30d"]
        #expect(Set(ours[0].keys).isSuperset(of: try #require(real["ticker"]).subtracting(statistics)))
    }

    @Test("an unnamed aggressor follows from the quote, else from the last price")
    func aggressor() throws {
        var bench = FloorBench()
        bench.trade(1, 1000, 1)
        bench.trade(2, 999, 1)
        bench.trade(3, 999, 1)
        bench.quote(4, 990, 1, 1010, 1)
        bench.trade(5, 1005, 1)
        bench.trade(6, 995, 1)
        let sides = try bench.messages().filter { $0["type"] == "match" }.map { $0["side"] }
        // The maker's side: the other one.
        #expect(sides == ["sell", "buy", "buy", "sell", "buy"])
    }

    @Test("a tape without quotes gets a tick on each side of the last trade, of the trade's size")
    func derivedQuotes() throws {
        var bench = FloorBench(hasQuotes: false)
        bench.trade(1, 1000, 7)
        let messages = try bench.messages()
        #expect(messages.map { $0["type"] } == ["match", "ticker"])
        #expect(messages[1]["best_bid"] == "9.99" && messages[1]["best_ask"] == "10.01" && messages[1]["best_ask_size"] == "7")
        bench.floor.enter(bench.order("A", .buy, 9, at: 1001), from: 0, at: 2)
        #expect(bench.floor.reports.map(\.report.execType) == [.new, .trade])
        #expect(bench.floor.reports.map(\.report.lastQty) == [.zero, units(7)])
    }

    @Test("reports of a request go to who asked, reports of the market to who owns the order")
    func addressed() {
        var bench = FloorBench()
        bench.quote(1, 999, 10, 1001, 5)
        bench.floor.enter(bench.order("A", .buy, 5, at: 999), from: 2, at: 2)
        bench.floor.enter(bench.order("B", .buy, 5, at: 998), from: 3, at: 3)
        bench.floor.enter(bench.order("A", .buy, 5, at: 999), from: 4, at: 4)
        bench.trade(5, 997, 100, .sell)
        #expect(bench.floor.reports.map(\.client) == [2, 3, 4, 2, 3])
        #expect(bench.floor.reports.map(\.report.eventTime) == [2, 3, 4, 5, 5])
    }

    @Test("a possible resend of a known order is answered with its status")
    func possResend() {
        var bench = FloorBench()
        bench.quote(1, 999, 10, 1001, 5)
        var entry = bench.order("A", .buy, 5, at: 999)
        entry.isPossResend = true
        bench.floor.enter(entry, from: 0, at: 2)
        bench.floor.enter(entry, from: 0, at: 3)
        #expect(bench.floor.reports.map(\.report.execType) == [.new, .orderStatus])
    }

    @Test("after the close day orders have expired and new ones are rejected; unlisted symbols always are")
    func close() {
        var bench = FloorBench()
        bench.quote(1, 999, 10, 1001, 5)
        bench.floor.enter(bench.order("A", .buy, 5, at: 999), from: 0, at: 2)
        bench.floor.enter(bench.order("X", .buy, 5, at: 999, symbol: bench.names.symbol("NOPE")), from: 0, at: 2)
        bench.floor.close(at: 9)
        bench.floor.enter(bench.order("B", .buy, 5, at: 999), from: 0, at: 9)
        #expect(bench.floor.reports.map(\.report.execType) == [.new, .rejected, .expired, .rejected])
        #expect(bench.floor.reports.map(\.report.ordRejReason) == [-1, 1, -1, 2])
    }

    /// By hand: 5 × 10.01 × 2 bp = 0.01001.
    @Test("the statement lists every fill and what they add up to")
    func statement() throws {
        var bench = FloorBench { $0.fees = FeeSchedule(makerRate: 0, takerRate: 20_000) }
        let time = try #require(UTC.parse("2024-03-11T13:30:00Z"))
        bench.quote(time, 999, 10, 1001, 5)
        bench.floor.enter(bench.order("A,1", .buy, 5, at: 1001), from: 0, at: time + 1_000_000)
        bench.floor.enter(bench.order("B", .sell, 8, at: 999), from: 0, at: time + 2_000_000)
        let text = Statement.text(bench.floor.fills, closedAt: time + 3_000_000, names: bench.names)
        #expect(
            text == """
                record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee
                fill,2024-03-11T13:30:00.001Z,V-E2,"A,1",ELM-USD,1,5,10.01,0.01001
                fill,2024-03-11T13:30:00.002Z,V-E4,B,ELM-USD,2,8,9.99,0.015984
                position,2024-03-11T13:30:00.003Z,,,ELM-USD,,-3,,

                """)
    }
}

/// The folder of recorded data, if it is there: `FLOOR_DATA`, else `../shared/data` beside the package.
let dataFolder: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = ProcessInfo.processInfo.environment["FLOOR_DATA"] ?? root.appending(path: "../shared/data").path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
}()

/// The generated day of the repository.
let replayDay = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "replay-data/day").path
