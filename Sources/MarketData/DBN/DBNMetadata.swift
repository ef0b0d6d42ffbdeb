import PlainData

/// What a DBN file says about itself before its first record.
///
/// Source: Databento, "Databento Binary Encoding" (the format's page) and its reference implementation's layout, versions 1 to 3.
public struct DBNMetadata: Sendable, Hashable {
    /// A symbol over a range of days, `[start, end)` in ns since 1970 UTC.
    struct Interval: Sendable, Hashable {
        var start: Int64, end: Int64
        var symbol: String
    }
    struct Mapping: Sendable, Hashable {
        var rawSymbol: String
        var intervals: [Interval]
    }

    public var version = 0
    public var dataset = ""
    /// nil in files of a live session, which mix schemas.
    public var schema: DBNSchema?
    /// Whether each record ends with eight bytes more, the time at which the gateway sent it.
    public var hasSendTime = false
    var symbolsIn = SymbolKind.none
    var symbolsOut = SymbolKind.none
    var mappings: [Mapping] = []

    /// What kind of name stands for an instrument; the numbers are the format's.
    enum SymbolKind: UInt8, Sendable {
        case instrumentID = 0
        case rawSymbol = 1
        /// Any other, or none said.
        case none = 255
    }

    /// - Parameter bytes: what follows the eight bytes of magic, version and length; they begin at byte 8 of the file.
    init(_ bytes: [UInt8], version: Int, file: String) throws(MarketDataError) {
        var cursor = DBNCursor(bytes, file: file)
        self.version = version
        dataset = try cursor.text(16, "dataset")
        let code = try cursor.integer(UInt16.self, "schema")
        schema = DBNSchema(code: code)
        guard schema != nil || code == .max else {
            throw cursor.flaw("schema", "\(code)", "is none that is known", "DBN of versions 1 to 3 has schemas 0 to 19", back: 2)
        }
        cursor.skip(24 + (version == 1 ? 8 : 0))  // Start, end and limit of the request; once also the count of records.
        symbolsIn = SymbolKind(rawValue: try cursor.integer(UInt8.self, "stype_in")) ?? .none
        symbolsOut = SymbolKind(rawValue: try cursor.integer(UInt8.self, "stype_out")) ?? .none
        hasSendTime = try cursor.integer(UInt8.self, "ts_out") != 0
        let width = version == 1 ? 22 : Int(try cursor.integer(UInt16.self, "symbol_cstr_len"))
        guard width > 1 else {
            throw cursor.flaw("symbol_cstr_len", "\(width)", "is too short", "symbols take at least two bytes", back: 2)
        }
        cursor.skip(version == 1 ? 47 : 53)
        let definition = Int(try cursor.integer(UInt32.self, "schema_definition_length"))
        cursor.skip(definition)
        for list in ["symbols", "partial", "not_found"] {
            let count = Int(try cursor.integer(UInt32.self, list + " count"))
            try cursor.expect(count, of: width, list)
            cursor.skip(count * width)
        }
        let count = Int(try cursor.integer(UInt32.self, "mappings count"))
        try cursor.expect(count, of: width + 4, "mappings")
        mappings.reserveCapacity(count)
        for _ in 0..<count {
            let symbol = try cursor.text(width, "raw_symbol")
            let intervals = Int(try cursor.integer(UInt32.self, "intervals count"))
            try cursor.expect(intervals, of: 8 + width, "intervals")
            var mapping = Mapping(rawSymbol: symbol, intervals: [])
            for _ in 0..<intervals {
                let (start, end) = (try cursor.date("start_date"), try cursor.date("end_date"))
                mapping.intervals.append(Interval(start: start, end: end, symbol: try cursor.text(width, "symbol")))
            }
            mappings.append(mapping)
        }
    }

    /// Of a file without metadata.
    init() {}

    /// The names of instruments by their numbers, each over a range of days; later ones win.
    func symbolsByInstrument(file: String) throws(MarketDataError) -> [UInt32: [Interval]] {
        guard symbolsOut == .instrumentID || symbolsIn == .instrumentID else { return [:] }
        var table: [UInt32: [Interval]] = [:]
        for mapping in mappings {
            for interval in mapping.intervals where !interval.symbol.isEmpty && interval.start < interval.end {
                // Asked for by name and answered by number, or the other way round.
                let (number, name) =
                    symbolsOut == .instrumentID ? (interval.symbol, mapping.rawSymbol) : (mapping.rawSymbol, interval.symbol)
                guard let id = UInt32(number) else {
                    throw .badBytes(
                        file: file, atByte: 8, field: "mapping of \(name)", value: number, flaw: "is no instrument_id",
                        rule: "a file's mappings lead from symbols to instrument_ids; ask the vendor for the file again")
                }
                table[id, default: []].append(Interval(start: interval.start, end: interval.end, symbol: name))
            }
        }
        return table
    }
}

/// Reads a file's metadata, field by field.
private struct DBNCursor {
    let bytes: [UInt8], file: String
    var at = 0

    init(_ bytes: [UInt8], file: String) { (self.bytes, self.file) = (bytes, file) }

    func flaw(_ field: String, _ value: String, _ flaw: String, _ rule: String, back: Int = 0) -> MarketDataError {
        .badBytes(file: file, atByte: 8 + at - back, field: field, value: value, flaw: flaw, rule: rule)
    }

    mutating func skip(_ count: Int) { at += count }

    /// So many of so many bytes must still be there: a count is never believed before.
    func expect(_ count: Int, of width: Int, _ field: String) throws(MarketDataError) {
        guard count <= max(0, bytes.count - at) / width else {
            throw flaw(
                field + " count", "\(count)", "is more than the metadata has room for",
                "each takes \(width) bytes and \(max(0, bytes.count - at)) are left; is the file complete?", back: 4)
        }
    }

    private func expect(_ count: Int, _ field: String) throws(MarketDataError) {
        guard at + count <= bytes.count else {
            throw flaw(
                field, "", "lies behind the metadata's end", "the metadata has \(bytes.count) bytes; is the file complete?")
        }
    }

    mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ field: String) throws(MarketDataError) -> T {
        let width = MemoryLayout<T>.size
        try expect(width, field)
        defer { at += width }
        return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: T.self)) }
    }

    /// Text in a field of fixed width, ended by a zero byte.
    mutating func text(_ width: Int, _ field: String) throws(MarketDataError) -> String {
        try expect(width, field)
        defer { at += width }
        return String(decoding: bytes[at..<at + width].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A day as the number YYYYMMDD.
    mutating func date(_ field: String) throws(MarketDataError) -> Int64 {
        let number = try integer(UInt32.self, field)
        let (year, month, day) = (Int64(number / 10_000), Int64(number / 100 % 100), Int64(number % 100))
        // Past 2261 nanoseconds do not fit 64 bits; an end without an end is written as a day far away.
        guard let days = UTC.days(year: year, month: month, day: day) else {
            throw flaw(field, "\(number)", "is no date", "dates are numbers YYYYMMDD", back: 4)
        }
        return min(max(days, 0), 106_000) * UTC.day
    }
}

/// The schemas of DBN, with the format's numbers.
public enum DBNSchema: UInt16, CaseIterable, Sendable {
    case mbo = 0
    case mbp1, mbp10, tbbo, trades, ohlcv1s, ohlcv1m, ohlcv1h, ohlcv1d, definition, statistics, status, imbalance
    case ohlcvEod
    case cmbp1, cbbo1s, cbbo1m, tcbbo, bbo1s, bbo1m

    init?(code: UInt16) { self.init(rawValue: code) }

    /// As the vendor writes it, and as files are named.
    public var name: String {
        switch self {
        case .mbo: "mbo"
        case .mbp1: "mbp-1"
        case .mbp10: "mbp-10"
        case .tbbo: "tbbo"
        case .trades: "trades"
        case .ohlcv1s: "ohlcv-1s"
        case .ohlcv1m: "ohlcv-1m"
        case .ohlcv1h: "ohlcv-1h"
        case .ohlcv1d: "ohlcv-1d"
        case .definition: "definition"
        case .statistics: "statistics"
        case .status: "status"
        case .imbalance: "imbalance"
        case .ohlcvEod: "ohlcv-eod"
        case .cmbp1: "cmbp-1"
        case .cbbo1s: "cbbo-1s"
        case .cbbo1m: "cbbo-1m"
        case .tcbbo: "tcbbo"
        case .bbo1s: "bbo-1s"
        case .bbo1m: "bbo-1m"
        }
    }

    /// What a file of this schema mainly gives.
    public var main: FileElement {
        switch self {
        case .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEod: .bars
        case .cbbo1s, .cbbo1m, .bbo1s, .bbo1m: .quotes
        case .definition: .definitions
        case .status: .statuses
        default: .trades
        }
    }

    /// The schema that a file's name shows, as vendors name files: `glbx-mdp3-20240701.ohlcv-1m.dbn.zst`.
    public static func named(in path: String) -> DBNSchema? {
        let name = path.split(separator: "/").last.map { String($0).lowercased() } ?? ""
        // The longest name wins: tcbbo before cbbo-1s before bbo-1s.
        return allCases.filter { name.contains($0.name) }.max { $0.name.utf8.count < $1.name.utf8.count }
    }
}
