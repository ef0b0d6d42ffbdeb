import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel

/// How one venue is spoken to, over which wire, and what goes wrong.
struct MarketCase: Sendable, CustomTestStringConvertible {
    var venue: String, symbol: String, channels: String, faults: String
    var wire = FeedDay.Wire()
    var testDescription: String {
        venue + (wire.isSecure ? " tls" : "") + (wire.deflates ? " deflate" : "") + (wire.fragments ? " fragments" : "")
    }
}

extension FloorTests {
    /// `floor run` before a market in Python that speaks as each venue does, with what a network does to it.
    @Suite("every venue's feed over a bad network", .enabled(if: FeedDay.python != nil, "needs python with websockets"))
    struct MarketVenueTests {
        static let plain = FeedDay.Wire(fragments: true), packed = FeedDay.Wire(deflates: true, isSecure: true)
        static let bookCases: [MarketCase] = [plain, packed].flatMap { wire in
            [
                MarketCase(
                    venue: "coinbase", symbol: "BTC-USD", channels: "trades, book", faults: "drop,duplicate,reorder,disconnect",
                    wire: wire),
                MarketCase(
                    venue: "kraken", symbol: "BTC/USD", channels: "trades, book", faults: "drop,duplicate,reorder,disconnect",
                    wire: wire),
                MarketCase(
                    venue: "bitstamp", symbol: "BTC/USD", channels: "trades, book", faults: "duplicate,reorder,disconnect",
                    wire: wire),
            ]
        }
        static let stockCases: [MarketCase] = [plain, packed].flatMap { wire in
            [
                MarketCase(venue: "alpaca", symbol: "AAPL", channels: "trades, quotes, bars", faults: "disconnect", wire: wire),
                MarketCase(
                    venue: "polygon", symbol: "AAPL", channels: "trades, quotes", faults: "duplicate,reorder,disconnect",
                    wire: wire),
            ]
        }

        @Test("each trade once and exactly, no best price that never was, and the venue's book at the end", arguments: bookCases)
        func books(_ one: MarketCase) async throws {
            let day = try await MarketDay(one)
            let report = try await day.run()
            try day.expectTrades(report)
            let tops = try day.rows("tops.csv", ["bid", "bid_size", "ask", "ask_size"]).map { try $0.map(nanos) }
            let told = try report.tops.map { try $0.map(nanos) }
            let known = Set(told + (try report.unseen.map { try $0.map(nanos) }))
            #expect(tops.count > 50 && tops.allSatisfy { known.contains($0) })
            #expect(tops.last == told.last)
            for (side, name) in [("b", "1"), ("a", "2")] {
                let wanted = try (report.book[side] ?? []).map { try $0.map(nanos) }
                #expect(try day.bookAtEnd(name) == Dictionary(wanted.map { ($0[0], $0[1]) }) { $1 })
            }
            let kinds = try day.rows("status.csv", ["kind"]).map { $0[0] }
            #expect(kinds.count { $0 == "connected" } == 2 && report.connections == 2)
            switch one.venue {
            case "coinbase": #expect(kinds.contains("gap") && kinds.contains("duplicate") && kinds.contains("outOfOrder"))
            case "kraken": #expect(kinds.count { $0 == "checksum" } >= 2 && kinds.count { $0 == "recovering" } >= 2)
            default: #expect(kinds.contains("outOfOrder") && kinds.contains("recovering"))
            }
        }

        @Test(
            "a feed that a person does not trust has stale books and no best prices, until the person takes it back; both are on record"
        )
        func distrusted() async throws {
            let day = try await MarketDay(
                MarketCase(venue: "kraken", symbol: "BTC/USD", channels: "trades, book", faults: ""), holds: ["first", "second"])
            let floor = try day.start(also: ["--data", "day"])
            try await day.venue.waitFor("holding " + day.folder.path("first"))
            let stranger = try await day.ask("distrust", "nobody")
            #expect(stranger.status == 2 && stranger.errors.contains("there are feed"), "\(stranger)")
            let distrust = try await day.ask("distrust", "feed", "--why", "a test")
            #expect(distrust.status == 0 && distrust.output.contains("not trusted any more"), "\(distrust)")
            try day.folder.write("", to: "first")
            try await day.venue.waitFor("holding " + day.folder.path("second"))
            // The counters are copied to their file ten times a second.
            var book = ""
            for _ in 0..<100 where !book.contains("stale") {
                let top = try await day.ask("top", "--once")
                book = top.output.split(separator: "\n").first { $0.hasPrefix("feed BTC/USD") }.map(String.init) ?? ""
            }
            #expect(book.contains("stale") && book.contains(" 29999"), "\(book)")
            let trust = try await day.ask("trust", "feed", "--why", "over")
            #expect(trust.status == 0, "\(trust)")
            try day.folder.write("", to: "second")
            #expect(try await floor.wait() == 0, "\(floor.errors)")
            let report = try await day.report()
            let status = try day.rows("status.csv", ["kind", "reason"])
            let from = try #require(status.firstIndex { $0[0] == "forcedStale" && $0[1].hasSuffix("a test") })
            #expect(status[from...].contains { $0[0] == "live" && $0[1].hasSuffix("over") }, "\(status[from...])")
            // Stale once, for a third of the day, and good before and after.
            let qualities = try day.rows("book.csv", ["quality"]).map { $0[0] }.filter { $0 == "ok" || $0 == "stale" }
            let turns = zip(qualities, qualities.dropFirst()).count { $0 != $1 }
            #expect(turns == 2 && qualities.first == "ok" && qualities.last == "ok")
            #expect(qualities.count { $0 == "stale" } > 100)
            let tops = try day.rows("tops.csv", ["bid"]).count
            let changes = zip(report.tops, report.tops.dropFirst()).count { $0 != $1 }
            #expect(tops > 20 && tops < changes * 8 / 10, "\(tops) of \(changes)")
            try day.expectTrades(report)
        }

        @Test("a feed that was not trusted is not after a kill -9 either: the resumed run says so before it connects")
        func distrustedOverRestart() async throws {
            let kraken = MarketCase(venue: "kraken", symbol: "BTC/USD", channels: "trades, book", faults: "")
            let day = try await MarketDay(kraken, holds: ["first"])
            let first = try day.start(also: ["--data", "day"])
            try await day.venue.waitFor("holding " + day.folder.path("first"))
            let distrust = try await day.ask("distrust", "feed", "--why", "a test", "--as", "ann")
            #expect(distrust.status == 0 && distrust.output.contains("(record "), "\(distrust)")
            first.kill()
            #expect(try await first.wait() == -SIGKILL)

            let next = try await MarketDay(kraken, holds: ["second"])
            let second = try next.start(also: ["--data", day.folder.path("day")])
            try next.folder.write("", to: "second")
            #expect(try await second.wait() == 0, "\(second.errors)")
            let status = try next.rows("status.csv", ["kind", "reason", "symbol"])
            let forced = try #require(status.lastIndex { $0 == ["forcedStale", "ann: a test", ""] }, "\(status)")
            #expect(!status[forced...].contains { $0[0] == "live" && $0[2].isEmpty }, "\(status[forced...])")
            let qualities = try next.rows("book.csv", ["quality"]).map { $0[0] }
            #expect(qualities.count > 100 && !qualities.suffix(100).contains("ok"))
        }

        @Test("stock venues are told who we are, and each trade comes as it was", arguments: stockCases)
        func stocks(_ one: MarketCase) async throws {
            let day = try await MarketDay(one)
            let report = try await day.run()
            try day.expectTrades(report)
            #expect(try day.rows("quotes.csv", ["bid"]).count > 100)
            guard one.venue == "alpaca" else { return }
            try day.expectCorrections(report)
            let bars = try AmendedBars(day.folder, said: "said.csv", fixed: "fixed.csv")
            try bars.expectSame(
                day.folder, trades: "trades.csv", corrections: "corrections.csv", python: try #require(FeedDay.python),
                staysOpen: true)
        }
    }
}

/// A price or a size in units of 1e-9.
private func nanos(_ text: String) throws -> Int64 { try Price(text).rawValue }

/// One run of `floor` before `market_venue.py`.
private final class MarketDay {
    struct Report: Decodable {
        struct Trade: Decodable {
            let id: UInt64, price: String, size: String
            let side: String?, time: Int64?
        }
        struct Extra: Decodable {
            let time: Int64, old: Trade, new: Trade?
        }
        let trades: [Trade], extras: [Extra]
        let tops: [[String]], unseen: [[String]]
        let book: [String: [[String]]]
        let connections: Int
        let problems: [String]
    }
    let folder: TestFolder
    let venue: FloorProcess
    let one: MarketCase

    init(_ one: MarketCase, holds: [String] = []) async throws {
        self.one = one
        folder = try TestFolder()
        let wire = one.wire
        if wire.isSecure { try FeedDay.makeCertificates(in: folder) }
        var arguments = [
            PackageFiles.path("Tests/FloorTests/Peers/market_venue.py"), "--venue", one.venue, "--report",
            folder.path("report.json"), "--faults", one.faults, "--seed", wire.isSecure ? "7" : "3",
        ]
        if !holds.isEmpty { arguments += ["--hold", holds.map { [folder] in folder.path($0) }.joined(separator: ",")] }
        if wire.deflates { arguments.append("--deflate") }
        if wire.fragments { arguments.append("--fragment") }
        if wire.isSecure { arguments += ["--cert", folder.path("server.pem"), "--key", folder.path("server.key")] }
        venue = try FloorProcess(arguments, in: folder, executable: URL(fileURLWithPath: try #require(FeedDay.python)))
        try await venue.waitFor("port ")
        let port = venue.output.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        let hasBook = one.channels.contains("book")
        try folder.write(
            """
            topology: market-day
            clock: { kind: event }
            sources:
              feed: { kind: websocket, venue: \(one.venue), url: "\(wire.isSecure ? "wss" : "ws")://localhost:\(port)/",
                      symbols: ["\(one.symbol)"], channels: [\(one.channels)], ends: true, compress: \(wire.deflates)
                      \(wire.isSecure ? ", ca: ca.pem" : "") }
              \(holds.isEmpty ? "" : "people: { kind: commands }")
            operators:
              bars: { kind: time-bars, every: 1s, \(one.venue == "alpaca" ? "from: { in: feed, corrections: feed.corrections }" : "from: feed") }
            sinks:
              said: { kind: csv, from: bars, path: said.csv }
              fixed: { kind: csv, from: bars.corrections, path: fixed.csv }
              \(holds.isEmpty ? "" : "heard: { kind: csv, from: people, path: commands.csv }")
              trades: { kind: csv, from: feed, path: trades.csv }
              status: { kind: csv, from: feed.status, path: status.csv }
              quotes: { kind: csv, from: feed.quotes, path: quotes.csv }
              \(one.venue == "alpaca" ? "corrections: { kind: csv, from: feed.corrections, path: corrections.csv }" : "")
              \(hasBook ? "book: { kind: csv, from: feed.book, path: book.csv }" : "")
              \(hasBook ? "tops: { kind: csv, from: feed.tops, path: tops.csv }" : "")

            """, to: "day.yaml")
    }
    deinit { venue.kill() }

    func start(also options: [String] = []) throws -> FloorProcess {
        let secrets = ["APCA_API_KEY_ID=me", "APCA_API_SECRET_KEY=pass\"word", "POLYGON_API_KEY=k e\u{fd}"]
        return try FloorProcess(
            secrets + [FloorProcess.executable.path, "run", "day.yaml"] + options, in: folder,
            executable: URL(fileURLWithPath: "/usr/bin/env"))
    }
    func ask(_ words: String...) async throws -> FloorProcess.Finished {
        try await FloorProcess.run(words + ["--data", folder.path("day")], in: folder, seconds: 40)
    }

    func run() async throws -> Report {
        let run = try start()
        #expect(try await run.wait() == 0, "\(run.errors)")
        return try await report()
    }
    func report() async throws -> Report {
        try await venue.waitFor("reported")
        let report = try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("report.json"))))
        #expect(report.problems.isEmpty, "\(report.problems)")
        return report
    }

    func rows(_ file: String, _ names: [String]) throws -> [[String]] {
        let lines = try folder.text(file).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let header = try #require(lines.first)
        let places = try names.map { name in try #require(header.firstIndex { $0 == name }, "\(name) in \(header)") }
        return lines.dropFirst().map { line in places.map { String(line[$0]) } }
    }

    func expectTrades(_ report: Report) throws {
        let ours = try rows("trades.csv", ["trade_id", "price", "size", "aggressor", "time"]).map {
            [$0[0], String(try nanos($0[1])), String(try nanos($0[2])), $0[3], String(UTC.parse($0[4]) ?? -1)]
        }
        let theirs = try report.trades.map {
            [
                String($0.id), String(try nanos($0.price)), String(try nanos($0.size)),
                ["buy": "1", "sell": "2"][$0.side ?? ""] ?? "",
                String($0.time ?? 0),
            ]
        }
        #expect(ours == theirs && theirs.count > 200, "\(zip(ours, theirs).first { $0 != $1 } ?? ([], []))")
    }

    func expectCorrections(_ report: Report) throws {
        let ours = try rows(
            "corrections.csv", ["time", "trade_id", "price", "size", "new_trade_id", "new_price", "new_size"])
        let theirs = try report.extras.map { extra in
            [UTC.text(extra.time), String(extra.old.id)] + (try plain(extra.old)) + [extra.new.map { String($0.id) } ?? "0"]
                + (try extra.new.map(plain) ?? ["", "0"])
        }
        #expect(ours == theirs && theirs.count > 20, "\(zip(ours, theirs).first { $0 != $1 } ?? ([], []))")
    }
    private func plain(_ trade: Report.Trade) throws -> [String] {
        [try Price(trade.price).description, try Quantity(trade.size).description]
    }

    /// What a plain dictionary makes of the changes that were told. Sides are FIX's: 1 buys, 2 sells.
    func bookAtEnd(_ side: String) throws -> [Int64: Int64] {
        var book: [Int64: Int64] = [:]
        for row in try rows("book.csv", ["action", "side", "price", "size", "flags"]) {
            switch row[0] {
            case "snapshotBegin": book = [:]
            case "add", "modify": if row[1] == side { book[try nanos(row[2])] = try nanos(row[3]) }
            case "cancel": if row[1] == side { book[try nanos(row[2])] = nil }
            default: break
            }
            // Of a venue that tells ten levels, what a message pushes out of them is not told.
            guard one.venue == "kraken", (Int(row[4]) ?? 0) & 128 != 0 else { continue }
            let kept = Set(book.keys.sorted { side == "1" ? $0 > $1 : $0 < $1 }.prefix(10))
            book = book.filter { kept.contains($0.key) }
        }
        return book
    }
}
