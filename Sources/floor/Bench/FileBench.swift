import Foundation
import MarketData
import Operators
import PlainData
import StreamRuntime
import TradingModel

/// How fast files of market data are read, beside hand-written C++ loops over the same files, which lie in the system's cache.
struct FileBench {
    let options: BenchOptions
    private let program: String

    init(_ options: BenchOptions) throws {
        self.options = options
        program = try options.native.program("marketdata")
    }

    /// What the loop says of a file.
    struct Result: Decodable {
        var records: Int, seconds: Double, sum: String
        var bars: Int?, volume: Int64?
    }
    /// What a reader of ours made of it.
    private struct Outcome {
        var records: Int, seconds: Double, sum: UInt64
    }

    func run() throws -> [BenchLine] {
        let messages = max(100_000, options.records / 2)
        let dbn = try made("trades-\(messages).dbn") { ["dbn-from", try options.trades().path, $0, "\(messages)"] }
        let itch = try made("01302019-\(messages).NASDAQ_ITCH50") { ["itch-make", $0, "\(messages)"] }
        let csv = try made("trades-\(options.records).csv") { ["csv-from", try options.trades().path, $0] }
        var lines = try beside("DBN records to trades", "M records/s", floor: 50, ["dbn", dbn]) {
            try trades(dbn, .dbn, Self.dbnSum)
        }
        lines += try beside("ITCH messages decoded", "M messages/s", floor: 30, ["itch", itch]) {
            let began = TickClock.monotonic()
            let read = try ITCHSum(itch)
            return Outcome(records: Int(read.messages), seconds: seconds(since: began), sum: read.sum)
        }
        lines.append(
            try stated("ITCH to trades, orders kept", "M messages/s", messages) { _ = try trades(itch, .itch) { _ in 0 } })
        lines.append(try stated("ITCH to quotes, books of 500 stocks", "M messages/s", messages) { try quotes(itch) })
        lines += try csvLines(csv)
        lines += try peerLines(csv)
        lines += try tickLines(dbn, messages)
        return lines
    }

    /// A file that is made once per folder.
    private func made(_ name: String, _ arguments: (String) throws -> [String]) throws -> String {
        let path = options.folder + "/" + name
        if !FileManager.default.fileExists(atPath: path) {
            try Native.execute(program, try arguments(path + ".part"))
            try FileManager.default.moveItem(atPath: path + ".part", toPath: path)
        }
        try Native.cache(path)
        return path
    }

    private func seconds(since began: Int64) -> Double { Double(TickClock.monotonic() - began) / 1e9 }

    private func limit(_ arguments: [String]) throws -> Result {
        try JSONDecoder().decode(Result.self, from: Native.execute(program, arguments))
    }

    /// One line with the rate that is asked for, one with the loop beside it.
    private func beside(
        _ name: String, _ unit: String, floor: Double, _ arguments: [String], _ own: () throws -> Outcome
    ) throws -> [BenchLine] {
        var pairs: [(own: Double, limit: Double)] = []
        for round in 0...options.rounds {  // the first warms the caches up and is not counted
            let truth = try limit(arguments), outcome = try own()
            guard outcome.records == truth.records, hex(outcome.sum) == truth.sum else {
                throw Refusal.answer(
                    "\(name): \(outcome.records) with sum \(hex(outcome.sum)), the loop has \(truth.records) with \(truth.sum)")
            }
            guard round > 0 else { continue }
            pairs.append((Double(outcome.records) / outcome.seconds / 1e6, Double(truth.records) / truth.seconds / 1e6))
        }
        return [
            .atLeast(name, median(pairs.map(\.own)), unit, floor),
            .ratio(name + ", beside a C++ loop", pairs, unit, atLeast: nil),
        ]
    }

    private func stated(_ name: String, _ unit: String, _ count: Int, _ work: () throws -> Void) throws -> BenchLine {
        var rates: [Double] = []
        for _ in 0..<options.rounds {
            let began = TickClock.monotonic()
            try work()
            rates.append(Double(count) / seconds(since: began) / 1e6)
        }
        return .stated(name, median(rates), unit)
    }

    // MARK: Readers

    private func trades(_ path: String, _ format: FileFormat, _ sum: (Trade) -> UInt64) throws -> Outcome {
        let began = TickClock.monotonic()
        let file = try MarketFile(path, format: format, names: Names())
        guard let source = file.trades else { throw Refusal.answer("\(path): no trades") }
        var outcome = Outcome(records: 0, seconds: 0, sum: 0)
        try each(source) { trade in
            outcome.records += 1
            outcome.sum &+= sum(trade)
        }
        outcome.seconds = seconds(since: began)
        return outcome
    }

    private static func dbnSum(_ trade: Trade) -> UInt64 {
        let side: UInt64 = trade.aggressor == .buy ? 11 : trade.aggressor == .sell ? 13 : 0
        let size = UInt64(bitPattern: trade.size.rawValue / Quantity.one)
        return UInt64(bitPattern: trade.eventTime) &+ UInt64(bitPattern: trade.price.rawValue) &* 3 &+ size &* 5 &+ trade.tradeID
            &* 7 &+ side
    }

    private func quotes(_ path: String) throws {
        var options = FileOptions(), count = 0
        options.wants = [.quotes]
        guard let source = try MarketFile(path, format: .itch, names: Names(), options: options).quotes else { return }
        try each(source) { _ in count += 1 }
        guard count > 0 else { throw Refusal.answer("\(path): no quotes") }
    }

    @inline(__always)
    private func each<T: Element>(_ source: any PullSource<T>, _ body: (T) -> Void) throws {
        var source = source
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: 2_048)
        defer { buffer.deallocate() }
        while true {
            let count = try source.fill(buffer)
            if count == 0 { return }
            for i in 0..<count { body(buffer[i]) }
        }
    }

    // MARK: CSV

    private func csvLines(_ path: String) throws -> [BenchLine] {
        let bytes = Double((try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0)
        var rates: [Double] = []
        for _ in 0..<options.rounds {
            let read = try trades(path, .tradesCSV) { _ in 0 }
            rates.append(bytes / read.seconds / 1e9)
        }
        var pairs: [(own: Double, limit: Double)] = []
        for round in 0...options.rounds {
            let truth = try limit(["csv", path]), (sums, taken) = try bars(path)
            guard sums.bars == truth.bars, sums.volume == truth.volume, hex(sums.hash) == truth.sum else {
                throw Refusal.answer(
                    "W1 from CSV: \(sums.bars) bars with hash \(hex(sums.hash)), the loop has \(truth.bars.map(String.init) ?? "none") with \(truth.sum)"
                )
            }
            guard round > 0 else { continue }
            pairs.append((Double(truth.records) / taken / 1e6, Double(truth.records) / truth.seconds / 1e6))
        }
        return [
            .atLeast("trades-csv to trades", median(rates), "GB/s", 1),
            .ratio("W1 from CSV: trades to 1-minute bars, one thread", pairs, "M trades/s", atLeast: 0.6),
        ]
    }

    /// Through the runtime: sequenced, with watermarks, timers, digests and metrics.
    func bars(_ path: String) throws -> (BarSums, Double) {
        let graph = Graph(edgeCapacity: 4_096), names = Names(), sums = BarSums()
        for symbol in BenchTrades.symbols { _ = names.symbol(symbol) }
        let port = graph.source("trades", Trade.self)
        sums.watch(graph.add("bars", TimeBars(length: 60 * UTC.second, symbols: 160), from: port.edge).out, in: graph)
        let began = TickClock.monotonic()
        let engine = Engine(graph, names: names)
        engine.pull(port, try TradesCSV(path, names: names))
        try engine.run(journal: nil)
        let taken = seconds(since: began)
        graph.stop()
        return (sums, taken)
    }

    // MARK: Tick files

    private func tickLines(_ dbn: String, _ count: Int) throws -> [BenchLine] {
        let path = options.folder + "/trades.floor"
        let write = try stated("tick file written from DBN", "M trades/s", count) { _ = try Conversion(dbn, to: path).run() }
        try Native.cache(path)
        let truth = try trades(dbn, .dbn, Self.dbnSum)
        let read = try stated("tick file to trades", "M trades/s", count) {
            let read = try trades(path, .floor, Self.dbnSum)
            guard read.sum == truth.sum, read.records == truth.records else {
                throw Refusal.answer("tick file: \(read.records) trades with another sum than the DBN file's \(truth.records)")
            }
        }
        return [write, read]
    }
}
