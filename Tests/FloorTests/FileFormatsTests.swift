import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// Expected throughout: Tests/FloorTests/Peers/file_decoders.py, by libraries that share no code with the floor. Whole tables are
    /// compared, byte for byte.
    @Suite(
        "floor run on files of every format",
        .enabled(
            if: FileTopology.python != nil && ReferenceData.isPresent, "needs .venv with databento-dbn, and the recorded data"))
    struct FileFormatsTests {
        private func data(_ path: String) -> String { ReferenceData.folder.appending(path: path).path }

        @Test("Databento: every file's trades, quotes, bars and book events, of all three versions")
        func databento() async throws {
            var topology = try FileTopology()
            let folder = data("databento-dbn")
            let found = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
            let files = found.filter { $0.contains(".dbn") }.sorted()
            #expect(files.count > 95)
            try topology.decode(["dbn", topology.peer()] + files.map { folder + "/" + $0 })
            for file in files {
                if let said = ["definition", "status"].first(where: {
                    file.contains("." + $0) || file.contains("_" + $0) || file.contains("/" + $0)
                }) {
                    let element = said == "status" ? "statuses" : "definitions"
                    topology.read(folder + "/" + file, "dbn", main: element)
                    continue
                }
                // ohlcv gives bars, sampled quotes give quotes, the rest trades and what stands beside them.
                let isSampled = file.contains("bbo-1")
                let beside = file.contains("mbp-") || file.contains("tbbo") || file.contains("tcbbo") ? ["quotes"] : []
                topology.read(
                    folder + "/" + file, "dbn", main: file.contains("ohlcv") ? "bars" : isSampled ? "quotes" : "trades",
                    beside: isSampled || file.contains("ohlcv") ? [] : beside + (file.contains("mbo") ? ["book"] : []))
            }
            #expect(try await topology.verify() > 2_800)
        }

        @Test("NASDAQ ITCH: trades, quotes of books rebuilt, and book events, plain, packed, and of captured packets")
        func itch() async throws {
            var topology = try FileTopology()
            let day = topology.folder.path("01302019.NASDAQ_ITCH50"), packets = topology.folder.path("packets.itch")
            try topology.decode("make-itch", "7", "6000", day)
            try topology.decode("pcap-itch", data("exchange-pcaps/Nasdaq/Nasdaq.Equities.TotalView.Itch.v5.0"), packets)
            try topology.decode("itch", topology.peer(), day, day, day, packets)
            for packer in ["gzip", "zstd -q"] {
                let packed = try MetricsTools.run("/bin/sh", ["-c", "\(packer) -k \"$0\"", day])
                try #require(packed.status == 0, "\(packed.output)")
            }
            for ending in ["", ".gz", ".zst"] {
                topology.read(day + ending, "itch", main: "trades", beside: ["quotes", "book", "corrections"])
            }
            topology.read(packets, "itch", "date: 2019-01-30", main: "trades", beside: ["quotes", "book", "corrections"])
            #expect(try await topology.verify() > 20_000)
        }

        /// Expected: the bars of the tape without the broken trades, in fractions.
        @Test("bars and their corrections are the bars of an ITCH file without its broken trades")
        func brokenTrades() async throws {
            let topology = try FileTopology(), folder = topology.folder
            let day = folder.path("01302019.NASDAQ_ITCH50"), peer = try topology.peer()
            try topology.decode("make-itch", "9", "9000", day)
            try topology.decode("itch", peer, day)
            try folder.write(
                """
                topology: broken
                sources: { tape: { kind: file, format: itch, path: "\(day)" } }
                operators: { bars: { kind: time-bars, from: { in: tape, corrections: tape.corrections }, every: 1s } }
                sinks:
                  said: { kind: csv, from: bars, path: said.csv }
                  fixed: { kind: csv, from: bars.corrections, path: fixed.csv }
                  unmatched: { kind: csv, from: bars.unmatched, path: unmatched.csv }

                """, to: "broken.yaml")
            let run = try await FloorProcess.run(["run", "broken.yaml", "--summary", "none"], in: folder)
            try #require(run.status == 0, "\(run)")
            let bars = try AmendedBars(folder, said: "said.csv", fixed: "fixed.csv")
            try bars.expectSame(
                folder, trades: "peer/0.trades.csv", corrections: "peer/0.corrections.csv",
                python: try #require(FileTopology.python))
            func rows(_ name: String) throws -> Int { try folder.text(name).split(separator: "\n").count - 1 }
            let (unmatched, told) = (try rows("unmatched.csv"), try rows("peer/0.corrections.csv"))
            #expect(unmatched > 0 && unmatched < told && bars.rows.count > 30, "\(unmatched) of \(told) unmatched")
        }

        @Test("LOBSTER: trades and best quotes, and messages without a book file beside them")
        func lobster() async throws {
            var topology = try FileTopology()
            let whole = data("lobster/AMZN_2012-06-21_34200000_57600000_message_1.csv.gz")
            let alone = data("lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv.gz")
            try topology.decode("lobster", topology.peer(), whole, alone)
            topology.read(whole, "lobster", main: "trades", beside: ["quotes"])
            topology.read(alone, "lobster", main: "trades")
            #expect(try await topology.verify() > 70_000)
        }

        @Test("Binance captures: trades and best quotes")
        func binance() async throws {
            var topology = try FileTopology()
            let path = data("binance-ws-captures/spot_btcusdt_20240808.gz")
            try topology.decode("binance", topology.peer(), path)
            topology.read(path, "binance", main: "trades", beside: ["quotes"])
            #expect(try await topology.verify() == 9_757 + 28_040)
        }

        @Test("wide panels of closes are bars")
        func closes() async throws {
            var topology = try FileTopology()
            let path = data("daily-panels/skfolio_sp500_dataset.csv.gz")
            try topology.decode("closes", topology.peer(), path)
            topology.read(path, "closes-csv", main: "bars")
            #expect(try await topology.verify() == 166_260)
        }

        /// The options are those of docs/files.md; the same said again in Python is in the peer.
        @Test("tables of other programs: their columns, clocks, zones, separators, whole prices, bars stamped at their end, zips")
        func layouts() async throws {
            var topology = try FileTopology()
            try topology.decode("layouts", topology.peer(), ReferenceData.folder.path)
            func read(_ path: String, _ format: String, _ keys: String) {
                topology.read(data(path), format + "-csv", keys, main: format)
            }
            read(
                "pyalgotrade-ticks/nt-spy-minute-2011-03.csv.gz", "bars",
                "header: [time, open, high, low, close, volume], separator: \";\", symbol: SPY, stamp: end, every: 1m")
            read(
                "nautilus-market-data/bitmex_trades_XBTUSD.csv", "trades",
                "columns: { time: timestamp, size: amount, aggressor: side }, unit: us")
            read(
                "nautilus-market-data/ADABTC-1m-2021-11-27.csv", "bars",
                "header: [time, open, high, low, close, volume, \"-\", \"-\", trades, \"-\", \"-\", \"-\"], symbol: ADABTC, unit: ms, every: 1m"
            )
            read("nautilus-market-data/usdjpy-ticks.csv", "quotes", "columns: { time: timestamp }, symbol: USDJPY")
            read(
                "nautilus-market-data/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", "bars",
                "columns: { time: timestamp_utc }, symbol: 6EH4, every: 1m")
            read(
                "nautilus-market-data/gbpusd-m1-ask-2012.csv.gz", "bars",
                "columns: { time: timestamp }, symbol: GBPUSD, every: 1m")
            read("nautilus-market-data/quote_tick_data.csv.gz", "quotes", "header: [time, bid, ask, \"-\"], symbol: EURUSD")
            read(
                "lean-fx-crypto/fxcm/tick/eurusd/20140504_quote.zip", "quotes",
                "header: [time, bid, ask], symbol: EURUSD, unit: ms, date: name, zone: \"-05:00\"")
            read(
                "lean-equity/tick/ibm/20131008_trade.zip", "trades",
                "header: [time, price, size, \"-\", \"-\", \"-\"], symbol: IBM, unit: ms, date: name, zone: America/New_York, price_decimals: 4"
            )
            read(
                "lean-corporate-actions/daily/aapl.zip", "bars",
                "header: [time, open, high, low, close, volume], symbol: AAPL, price_decimals: 4, every: 1d")
            read(
                "lean-fx-crypto/coinbase/minute/btcusd/20161007_trade.zip", "bars",
                "header: [time, open, high, low, close, volume], symbol: BTCUSD, unit: ms, date: name, every: 1m")
            #expect(try await topology.verify() > 90_000)
        }

        @Test("floor convert reads tables of other programs by the same keys, as options")
        func convertedLayouts() async throws {
            let topology = try FileTopology(), peer = try topology.peer()
            try topology.decode("layouts", peer, ReferenceData.folder.path)
            // By their place in the peer's list.
            let cases: [(Int, String, [String])] = [
                (
                    0, "pyalgotrade-ticks/nt-spy-minute-2011-03.csv.gz",
                    [
                        "--from", "bars-csv", "--header", "time,open,high,low,close,volume", "--separator", ";", "--symbol",
                        "SPY",
                        "--stamp", "end", "--every", "1m",
                    ]
                ),
                (
                    1, "nautilus-market-data/bitmex_trades_XBTUSD.csv",
                    ["--from", "trades-csv", "--columns", "time=timestamp, size=amount,aggressor=side", "--unit", "us"]
                ),
                (
                    8, "lean-equity/tick/ibm/20131008_trade.zip",
                    [
                        "--from", "trades-csv", "--header", "time,price,size,-,-,-", "--symbol", "IBM", "--unit", "ms", "--date",
                        "name", "--zone", "America/New_York", "--price-decimals", "4",
                    ]
                ),
            ]
            for (at, path, options) in cases {
                let made = try await FloorProcess.run(["convert", data(path), "out.csv"] + options, in: topology.folder)
                try #require(made.status == 0, "\(made)")
                let element = options[1].dropLast(4)
                #expect(try topology.folder.text("out.csv") == topology.folder.text("peer/\(at).\(element).csv"), "\(path)")
            }
            let refused = try await FloorProcess.run(["convert", "x.csv", "y.csv", "--columns", "time"], in: topology.folder)
            #expect(refused.status == 2 && "\(refused)".contains("write FORM=FILE, like time=timestamp"), "\(refused)")
        }

        /// Expected: the bars that Databento published of the same four minutes, read by its own library.
        @Test("time bars of a Databento file's trades are the vendor's own ohlcv-1m")
        func vendorsBars() async throws {
            let topology = try FileTopology(), folder = "databento-dbn/nautilus/historical_bars_catalog/futures_"
            let published = data(folder + "ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst")
            try topology.decode("dbn", topology.peer(), published)
            try topology.folder.write(
                """
                topology: minutes
                sources: { tape: { kind: file, format: dbn, path: "\(data(folder + "trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"))" } }
                operators: { bars: { kind: time-bars, from: tape, every: 1m } }
                sinks: { out: { kind: csv, from: bars, path: bars.csv } }

                """, to: "minutes.yaml")
            let run = try await FloorProcess.run(["run", "minutes.yaml"], in: topology.folder)
            try #require(run.status == 0, "\(run)")
            // Times, symbol, prices and volume; the vendor's bars have neither VWAP nor count.
            func rows(_ name: String) throws -> [String] {
                try topology.folder.text(name).split(separator: "\n").map {
                    $0.split(separator: ",", omittingEmptySubsequences: false)[..<8].joined(separator: ",")
                }
            }
            let found = try rows("bars.csv"), theirs = Set(try rows("peer/0.bars.csv"))
            #expect(found.count == 5 && found.allSatisfy(theirs.contains), "\(found)")
        }

        /// The tables that the peers wrote are of the CSV forms themselves: they come out as they went in.
        @Test("the CSV forms, columns in any order and times as numbers, tick files and Parquet give the same rows again")
        func tables() async throws {
            var topology = try FileTopology()
            let folder = topology.folder, day = folder.path("01302019.NASDAQ_ITCH50")
            let minutes = data(
                "databento-dbn/nautilus/historical_bars_catalog/futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst")
            try topology.decode("make-itch", "8", "3000", day)
            for name in ["itch", "dbn"] {
                try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            }
            try topology.decode("itch", folder.path("itch"), day)
            try topology.decode("dbn", folder.path("dbn"), minutes)
            let tables = [
                ("trades", "itch/0.trades.csv"), ("quotes", "itch/0.quotes.csv"), ("book", "itch/0.book.csv"),
                ("bars", "dbn/0.bars.csv"),
            ]
            var expected: [(element: String, path: String)] = []
            func add(_ path: String, _ format: String, _ keys: String, _ table: (String, String)) {
                topology.read(path, format, keys, main: table.0)
                expected.append((table.0, folder.path(table.1)))
            }
            for table in tables {
                add(folder.path(table.1), "\(table.0)-csv", "", table)
                let turned = try folder.write(turned(try folder.text(table.1)), to: "turned.\(table.0).csv")
                add(turned, "\(table.0)-csv", "", table)
                let tick = folder.path("day.\(table.0).floor.zst")
                let made = try await FloorProcess.run(["convert", folder.path(table.1), tick], in: folder)
                try #require(made.status == 0, "\(made)")
                add(tick, "floor", "", table)
                guard let duckdb = Self.duckdb else { continue }
                // Written by DuckDB, by its own guesses but for what has more digits than those.
                let parquet = folder.path("\(table.0).parquet")
                let price = table.0 == "trades" || table.0 == "book" ? ", price: 'DECIMAL(19,9)'" : ""
                let rows = "read_csv('\(folder.path(table.1))', types={time: 'TIMESTAMP_NS'\(price)})"
                let stored = try MetricsTools.run(duckdb, ["-c", "COPY (SELECT * FROM \(rows)) TO '\(parquet)'"])
                try #require(stored.status == 0, "\(stored.output)")
                add(parquet, "parquet", "main: \(table.0)", table)
            }
            let peer = try topology.peer()
            for (at, table) in expected.enumerated() {
                try FileManager.default.copyItem(atPath: table.path, toPath: "\(peer)/\(at).\(table.element).csv")
            }
            #expect(try await topology.verify() > 10_000)
        }

        private static let duckdb: String? = {
            let path = PackageFiles.path(".venv/bin/duckdb")
            return FileManager.default.isExecutableFile(atPath: path) ? path : nil
        }()

        /// The columns from last to first, and times in nanoseconds since 1970.
        private func turned(_ table: String) throws -> String {
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
            return try table.split(separator: "\n").enumerated().map { row, line in
                try line.split(separator: ",", omittingEmptySubsequences: false).map { field -> String in
                    guard row > 0, field.hasSuffix("Z"), field.count >= 20, field.dropFirst(4).first == "-" else {
                        return String(field)
                    }
                    let fraction = field.dropFirst(19).dropLast().dropFirst()
                    let seconds = Int(try Date(field.prefix(19) + "Z", strategy: format).timeIntervalSince1970)
                    return "\(seconds)" + fraction + String(repeating: "0", count: 9 - fraction.count)
                }.reversed().joined(separator: ",")
            }.joined(separator: "\n") + "\n"
        }
    }
}
