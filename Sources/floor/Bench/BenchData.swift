import Foundation
import Glibc
import PlainData
import StreamRuntime
import TradingModel

/// The bench's trades as the C++ limit reads them: 32 bytes, price in 1e-4 of a dollar, whole shares.
struct LimitTrades: PullSource {
    private let file: UnsafeMutablePointer<FILE>
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    private var at = 0, have = 0
    private let symbols: [SymbolID]

    init(_ path: String, names: Names) throws {
        guard let file = fopen(path, "rb") else {
            throw Refusal.answer("\(path): cannot open: \(String(cString: strerror(errno)))")
        }
        self.file = file
        symbols = (0..<150).map { names.symbol("S" + String(1_000 + $0).dropFirst()) }
    }

    mutating func fill(_ out: UnsafeMutableBufferPointer<Trade>) -> Int {
        if at == have {
            (at, have) = (0, fread(buffer, 32, 1 << 15, file))
            if have == 0 { return 0 }
        }
        let n = min(out.count, have - at)
        for i in 0..<n {
            let record = buffer + (at + i) * 32
            out[i] = Trade(
                eventTime: record.load(as: Int64.self), symbol: symbols[Int(record.load(fromByteOffset: 20, as: UInt16.self))],
                price: Price(rawValue: record.load(fromByteOffset: 8, as: Int64.self) * 100_000),
                size: Quantity(units: Int64(record.load(fromByteOffset: 16, as: UInt32.self))),
                tradeID: record.load(fromByteOffset: 24, as: UInt64.self))
        }
        at += n
        return n
    }
    func close() {
        fclose(file)
        buffer.deallocate()
    }
}

/// The C++ loop beside which the runtime is measured: compiled here, now, on this machine.
struct Limit {
    let folder: String, trades: String, records: Int
    private var program: String { folder + "/limit" }

    struct Result: Decodable {
        var records: Int, seconds: Double, bars: Int, volume: Int, hash: String
        var ema20: Double, ema50: Double, rsi: Double, zscore: Double
    }

    /// Builds the loop and makes the data, both once per folder.
    init(folder: String, records: Int) throws {
        (self.folder, self.records, trades) = (folder, records, folder + "/trades-\(records).bin")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard let source = Limit.source() else {
            throw Refusal.configuration("Benchmarks/limit.cpp is not here: start floor bench in the project's folder")
        }
        try Limit.execute("/usr/bin/env", ["g++", "-O3", "-march=native", "-std=c++17", "-o", program, source])
        if !FileManager.default.fileExists(atPath: trades) {
            try Limit.execute(program, ["generate", trades + ".part", String(records)])
            try FileManager.default.moveItem(atPath: trades + ".part", toPath: trades)
        }
    }
    private static func source() -> String? {
        ["Benchmarks/limit.cpp", "../Benchmarks/limit.cpp"].first { FileManager.default.fileExists(atPath: $0) }
    }

    func run(_ what: String) throws -> Result {
        try JSONDecoder().decode(Result.self, from: Limit.execute(program, [what, trades]))
    }

    @discardableResult static func execute(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Refusal.answer("\(([program] + arguments).joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return output
    }
}
