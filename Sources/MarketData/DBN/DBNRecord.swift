import TradingModel

/// One record where it lies: sixteen bytes of header, then fields at fixed places, all little-endian.
///
/// Source: Databento's reference implementation, the records' layouts; those read here are the same in versions 1 to 3.
struct DBNRecord {
    let at: UnsafeRawPointer

    @inline(__always)
    func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
        T(littleEndian: at.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// In bytes; the header says it in words of four.
    @inline(__always) var length: Int { Int(load(0, as: UInt8.self)) * 4 }
    @inline(__always) var kind: UInt8 { load(1, as: UInt8.self) }
    @inline(__always) var instrument: UInt32 { load(4, as: UInt32.self) }
    /// At the venue, ns since 1970 UTC; `undefinedTime` where it says none.
    @inline(__always) var venueTime: UInt64 { load(8, as: UInt64.self) }

    static var undefinedTime: UInt64 { .max }
    static var undefinedPrice: Int64 { .max }
    /// The header.
    static var shortest: Int { 16 }
}

/// The kinds of records, by the format's numbers.
enum DBNKind {
    static let trade: UInt8 = 0x00
    static let mbp1: UInt8 = 0x01
    static let mbp10: UInt8 = 0x0A
    static let oldOHLCV: UInt8 = 0x11
    static let status: UInt8 = 0x12
    static let definition: UInt8 = 0x13
    static let imbalance: UInt8 = 0x14
    static let error: UInt8 = 0x15
    static let symbolMapping: UInt8 = 0x16
    static let system: UInt8 = 0x17
    static let statistics: UInt8 = 0x18
    static let ohlcv1s: UInt8 = 0x20
    static let ohlcv1m: UInt8 = 0x21
    static let ohlcv1h: UInt8 = 0x22
    static let ohlcv1d: UInt8 = 0x23
    static let ohlcvEod: UInt8 = 0x24
    static let mbo: UInt8 = 0xA0
    static let cmbp1: UInt8 = 0xB1
    static let cbbo1s: UInt8 = 0xC0
    static let cbbo1m: UInt8 = 0xC1
    static let tcbbo: UInt8 = 0xC2
    static let bbo1s: UInt8 = 0xC3
    static let bbo1m: UInt8 = 0xC4

    /// No kind of record: what the tally calls a trade without a price.
    static let unpricedTrade: UInt8 = 0xFF

    /// For messages.
    static func name(_ kind: UInt8) -> String {
        switch kind {
        case trade: "trade"
        case mbp1: "mbp-1"
        case mbp10: "mbp-10"
        case oldOHLCV, ohlcv1s, ohlcv1m, ohlcv1h, ohlcv1d, ohlcvEod: "ohlcv"
        case status: "status"
        case definition: "definition"
        case imbalance: "imbalance"
        case error: "error"
        case symbolMapping: "symbol mapping"
        case system: "system"
        case statistics: "statistics"
        case mbo: "mbo"
        case cmbp1: "cmbp-1"
        case cbbo1s, cbbo1m: "cbbo"
        case tcbbo: "tcbbo"
        case bbo1s, bbo1m: "bbo"
        case unpricedTrade: "trade without a price"
        default: "unknown (rtype \(kind))"
        }
    }

    /// The bytes that a record of this kind has at the least; 16 for those that are not looked into.
    static func layout(_ kind: UInt8) -> Int {
        switch kind {
        case trade: 48
        case mbp1, cmbp1, cbbo1s, cbbo1m, tcbbo, bbo1s, bbo1m: 80
        case mbp10: 368
        case oldOHLCV, ohlcv1s, ohlcv1m, ohlcv1h, ohlcv1d, ohlcvEod, mbo: 56
        case symbolMapping: 80
        case definition: 360
        case status: 40
        default: DBNRecord.shortest
        }
    }
}
