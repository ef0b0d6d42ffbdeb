import Foundation
import Glibc
import PlainData
import StreamRuntime
import TradingModel

/// The bench's trades as the C++ limit makes and reads them: 32 bytes, price in 1e-4 of a dollar, whole shares.
struct BenchTrades {
    let path: String, records: Int
    private let program: String

    /// What the limit says of a file of trades.
    struct Result: Decodable {
        var records: Int, seconds: Double, bars: Int, volume: Int, hash: String
        var ema20: Double, ema50: Double, rsi: Double, zscore: Double, atr: Double
    }

    static let symbols = (0..<150).map { "S" + String(1_000 + $0).dropFirst() }

    /// Builds the loop and makes the data, once per folder.
    init(_ native: Native, records: Int) throws {
        (self.records, path) = (records, native.folder + "/trades-\(records).bin")
        program = try native.program("limit")
        if FileManager.default.fileExists(atPath: path) { return }
        try Native.execute(program, ["generate", path + ".part", String(records)])
        try Native.cache(path + ".part")
        try FileManager.default.moveItem(atPath: path + ".part", toPath: path)
    }

    /// Runs the limit: `bars` or `signals`.
    func limit(_ what: String) throws -> Result {
        try JSONDecoder().decode(Result.self, from: Native.execute(program, [what, path]))
    }
}

/// Reads them, over and over where more are wanted than there are.
struct BenchTradeSource: PullSource {
    private struct Record: BitwiseCopyable {
        var time: Int64, price: Int64, size: UInt32, symbol: UInt16, zero: UInt16, number: UInt64
    }
    private let path: String
    private var file: Int32
    private var left: Int
    /// What is added to the times, and what is added more when the file begins again.
    private var shift: Int64 = 0
    private static var pass: Int64 { 24 * 3_600 * 1_000_000_000 }
    /// By the file's numbers, all of which are found here.
    private let symbols = UnsafeMutablePointer<SymbolID>.allocate(capacity: 1 << 16)

    init(_ trades: BenchTrades, names: Names, count: Int? = nil) throws {
        (path, left) = (trades.path, count ?? trades.records)
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Refusal.answer("\(path): cannot open: \(String(cString: strerror(errno)))") }
        symbols.initialize(repeating: SymbolID(rawValue: 0), count: 1 << 16)
        for (i, name) in BenchTrades.symbols.enumerated() { symbols[i] = names.symbol(name) }
    }

    /// Reads into the end of the room that the trades are wanted in, and moves each record to its place from there: a
    /// trade is longer than its record, so none is written over before it is read.
    mutating func fill(_ out: UnsafeMutableBufferPointer<Trade>) -> Int {
        let wanted = min(out.count, left)
        guard wanted > 0, let base = out.baseAddress else { return 0 }
        let end = UnsafeMutableRawPointer(base + wanted)
        var records = (end - wanted * 32).assumingMemoryBound(to: Record.self)
        var n = max(0, read(file, records, wanted * 32)) / 32
        if n == 0 {
            lseek(file, 0, SEEK_SET)
            shift += Self.pass
            n = max(0, read(file, records, wanted * 32)) / 32
        }
        for i in 0..<n {
            let record = records.pointee
            records += 1
            (base + i).initialize(
                to: Trade(
                    eventTime: record.time &+ shift, symbol: symbols[Int(record.symbol)],
                    price: Price(rawValue: record.price &* 100_000),
                    size: Quantity(rawValue: Int64(record.size) &* Quantity.one), tradeID: record.number))
        }
        left -= n
        return n
    }
    func close() {
        Glibc.close(file)
        symbols.deallocate()
    }
}
