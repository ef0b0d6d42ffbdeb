import PlainData
import StreamRuntime
import TradingModel

/// Which of a record's two times becomes the event time.
public enum DBNTime: String, CaseIterable, Sendable {
    /// The venue's, `ts_event`; where a record has none, the vendor's.
    case event
    /// The vendor's capture server's, `ts_recv`, by which a file is in order; where a record has none, the venue's.
    case received
}

/// The trades of a DBN file: records of trades, and those with action T among mbp-1, mbp-10, tbbo, cmbp-1, tcbbo and mbo.
///
/// Price in 1e-9 and size in whole units, as they are written; `tradeID` is the venue's sequence number.
public struct DBNTrades: PullSource {
    private var reader: DBNReader<Form>

    /// - Parameter besides: kinds of records that another source makes something of.
    init(_ file: ByteFile, names: Names, time: DBNTime = .event, besides: [UInt8] = []) throws(MarketDataError) {
        reader = try DBNReader(file, form: Form(isByVenue: time == .event), names: names)
        reader.tally.leaveOut(besides)
    }
    var tally: RecordTally { reader.tally }
    var metadata: DBNMetadata { reader.metadata }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Trade>) throws(MarketDataError) -> Int {
        try reader.fill(buffer)
    }

    struct Form: DBNForm {
        let isByVenue: Bool

        @inline(__always)
        static func takes(_ kind: UInt8) -> Bool {
            kind == DBNKind.trade || kind == DBNKind.mbp1 || kind == DBNKind.mbo || kind == DBNKind.mbp10
                || kind == DBNKind.cmbp1 || kind == DBNKind.tcbbo || isQuoteAlone(kind)
        }
        /// Of which only the quotes' output makes something.
        @inline(__always)
        private static func isQuoteAlone(_ kind: UInt8) -> Bool { kind >= DBNKind.cbbo1s && kind <= DBNKind.bbo1m }

        @inline(__always)
        mutating func row(_ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally) throws(DBNFlaw) -> Trade? {
            if record.kind == DBNKind.mbo {
                guard record.load(38, as: UInt8.self) == 84 else { return nil }  // T
                if record.load(24, as: Int64.self) == DBNRecord.undefinedPrice { return unpriced(tally) }
                return try trade(record, price: 24, size: 32, side: 39, received: 40, sequence: 52, symbols)
            }
            if Self.isQuoteAlone(record.kind), record.kind != DBNKind.tcbbo { return nil }
            guard record.load(28, as: UInt8.self) == 84 else { return nil }
            if record.load(16, as: Int64.self) == DBNRecord.undefinedPrice { return unpriced(tally) }
            // Consolidated records have no sequence.
            let sequence = record.kind == DBNKind.cmbp1 || record.kind == DBNKind.tcbbo ? -1 : 44
            return try trade(record, price: 16, size: 24, side: 29, received: 32, sequence: sequence, symbols)
        }

        private func unpriced(_ tally: RecordTally) -> Trade? {
            tally.count(DBNKind.unpricedTrade)
            return nil
        }

        @inline(__always)
        private func trade(
            _ record: DBNRecord, price: Int, size: Int, side: Int, received: Int, sequence: Int, _ symbols: DBNSymbols
        ) throws(DBNFlaw) -> Trade {
            let times = try DBNTimes(record, received: received)
            let word = record.load(side, as: UInt8.self)
            return Trade(
                eventTime: times.pick(isByVenue), symbol: symbols.symbol(record.instrument, at: times.index),
                price: try record.definedPrice(price), size: record.size(size),
                aggressor: word == 66 ? .buy : word == 65 ? .sell : .none,  // B, A
                tradeID: sequence < 0 ? 0 : UInt64(record.load(sequence, as: UInt32.self)))
        }
    }
}

/// The best bid and ask of a DBN file: one quote a record of mbp-1, mbp-10, tbbo, bbo, cmbp-1, cbbo and tcbbo, as the record has
/// it; of mbo one each time that a message changes a price or a size of them, from books rebuilt of all their orders. Records of
/// bbo and cbbo are stamped with the end of their interval.
public struct DBNQuotes: PullSource {
    private var reader: DBNReader<Form>

    init(_ file: ByteFile, names: Names, time: DBNTime = .event) throws(MarketDataError) {
        reader = try DBNReader(file, form: Form(isByVenue: time == .event), names: names)
    }
    var tally: RecordTally { reader.tally }
    var metadata: DBNMetadata { reader.metadata }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Quote>) throws(MarketDataError) -> Int {
        try reader.fill(buffer)
    }

    struct Form: DBNForm {
        let isByVenue: Bool
        private let books = DBNBooks()

        init(isByVenue: Bool) { self.isByVenue = isByVenue }

        @inline(__always)
        static func takes(_ kind: UInt8) -> Bool {
            kind == DBNKind.mbp1 || kind == DBNKind.mbp10 || kind == DBNKind.cmbp1 || kind == DBNKind.mbo
                || (kind >= DBNKind.cbbo1s && kind <= DBNKind.bbo1m)
        }

        @inline(__always)
        mutating func row(_ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally) throws(DBNFlaw) -> Quote? {
            if record.kind == DBNKind.mbo { return books.apply(try record.change(isByVenue, symbols)) }
            let times = try DBNTimes(record, received: 32)
            // A sampled quote holds at the end of its interval; the venue's time is that of the last trade.
            let isSampled = record.kind >= DBNKind.cbbo1s && record.kind != DBNKind.tcbbo
            let (bid, ask) = (try record.price(48), try record.price(56))
            return Quote(
                eventTime: times.pick(isByVenue && !isSampled), symbol: symbols.symbol(record.instrument, at: times.index),
                bid: bid, bidSize: bid.isNone ? .zero : record.size(64), ask: ask, askSize: ask.isNone ? .zero : record.size(68))
        }
    }
}

/// The book's changes of a DBN file, order by order: one a record of mbo, as the record has it.
public struct DBNBook: PullSource {
    private var reader: DBNReader<Form>

    init(_ file: ByteFile, names: Names, time: DBNTime = .event) throws(MarketDataError) {
        reader = try DBNReader(file, form: Form(isByVenue: time == .event), names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<BookDelta>) throws(MarketDataError) -> Int {
        try reader.fill(buffer)
    }

    struct Form: DBNForm {
        let isByVenue: Bool

        @inline(__always) static func takes(_ kind: UInt8) -> Bool { kind == DBNKind.mbo }
        @inline(__always)
        mutating func row(_ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally) throws(DBNFlaw) -> BookDelta? {
            try record.change(isByVenue, symbols)
        }
    }
}

/// The books of a file's instruments, and what was last said of them.
private final class DBNBooks {
    private final class Book {
        var orders = OrderBook()
        var last = Quote(eventTime: 0, symbol: SymbolID(rawValue: 0), bid: .none, bidSize: .zero, ask: .none, askSize: .zero)
    }
    private var books: [SymbolID: Book] = [:]

    /// - Returns: the best bid and ask, where a message is at its end and they are others than before. A file may begin in the middle
    ///   of a day, so no book is thought better than the file.
    func apply(_ change: BookDelta) -> Quote? {
        let book: Book
        if let known = books[change.symbol] {
            book = known
        } else {
            book = Book()
            books[change.symbol] = book
        }
        guard book.orders.apply(change), let quote = try? book.orders.quote(change.symbol, accepting: book.orders.quality) else {
            return nil
        }
        let last = book.last
        if last.bid == quote.bid, last.ask == quote.ask, last.bidSize == quote.bidSize, last.askSize == quote.askSize {
            return nil
        }
        book.last = quote
        return quote
    }
}

extension DBNRecord {
    /// A record of mbo: actions and flags are the same there and here.
    @inline(__always)
    fileprivate func change(_ isByVenue: Bool, _ symbols: DBNSymbols) throws(DBNFlaw) -> BookDelta {
        let times = try DBNTimes(self, received: 40)
        let word = load(39, as: UInt8.self)
        let action = BookDelta.Action(rawValue: load(38, as: UInt8.self))
        guard let action, action != .snapshotBegin, action != .snapshotEnd, action != .status else {
            throw DBNFlaw(
                field: "action", value: "\(load(38, as: UInt8.self))", flaw: "is none",
                rule: "actions are A, C, M, R, T, F and N", offset: 38)
        }
        return BookDelta(
            eventTime: times.pick(isByVenue), symbol: symbols.symbol(instrument, at: times.index), action: action,
            side: word == 66 ? .buy : word == 65 ? .sell : .none, price: try price(24), size: size(32),
            orderID: load(16, as: UInt64.self), sequence: UInt64(load(52, as: UInt32.self)),
            flags: BookDelta.Flags(rawValue: load(36, as: UInt8.self)))
    }
}

/// The bars of a DBN file, ohlcv of a second, a minute, an hour or a day. A record's time is the bar's start.
public struct DBNBars: PullSource {
    private var reader: DBNReader<Form>

    /// - Parameter length: of the bars whose record does not say it (rtype 17 of early files, and ends of day), ns.
    init(_ file: ByteFile, names: Names, length: Int64 = UTC.day) throws(MarketDataError) {
        reader = try DBNReader(file, form: Form(length: length), names: names)
        if let said = reader.metadata.schema?.barLength { reader.form = Form(length: said) }
    }
    var tally: RecordTally { reader.tally }
    var metadata: DBNMetadata { reader.metadata }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Bar>) throws(MarketDataError) -> Int {
        try reader.fill(buffer)
    }

    struct Form: DBNForm {
        let length: Int64

        @inline(__always)
        static func takes(_ kind: UInt8) -> Bool {
            kind == DBNKind.oldOHLCV || (kind >= DBNKind.ohlcv1s && kind <= DBNKind.ohlcvEod)
        }

        @inline(__always)
        mutating func row(_ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally) throws(DBNFlaw) -> Bar? {
            let start = record.venueTime
            let length =
                switch record.kind {
                case DBNKind.ohlcv1s: UTC.second
                case DBNKind.ohlcv1m: 60 * UTC.second
                case DBNKind.ohlcv1h: 3_600 * UTC.second
                case DBNKind.ohlcv1d: UTC.day
                default: self.length
                }
            guard start <= UInt64(Int64.max - length) else { throw record.badTime(8, start, "ts_event") }
            let volume = record.load(48, as: UInt64.self)
            guard volume <= UInt64(Int64.max / Quantity.one) else {
                throw DBNFlaw(
                    field: "volume", value: "\(volume)", flaw: "is out of range", rule: "amounts go up to 92 billion", offset: 48)
            }
            let time = Int64(start)
            return Bar(
                time: time, closeTime: time + length, symbol: symbols.symbol(record.instrument, at: time),
                open: try record.definedPrice(16), high: try record.definedPrice(24), low: try record.definedPrice(32),
                close: try record.definedPrice(40), volume: Quantity(rawValue: Int64(volume) &* Quantity.one))
        }
    }
}

/// The two times of a record, of which one may be missing.
struct DBNTimes {
    /// By which files are in order and symbols are looked up: the vendor's where there is one.
    let index: Int64
    private let venue: Int64

    @inline(__always)
    init(_ record: DBNRecord, received: Int) throws(DBNFlaw) {
        let (event, late) = (record.venueTime, record.load(received, as: UInt64.self))
        if event <= UInt64(Int64.max), late <= UInt64(Int64.max) {
            (venue, index) = (Int64(bitPattern: event), Int64(bitPattern: late))
        } else if late <= UInt64(Int64.max), event == DBNRecord.undefinedTime {
            (venue, index) = (Int64(bitPattern: late), Int64(bitPattern: late))
        } else if event <= UInt64(Int64.max), late == DBNRecord.undefinedTime {
            (venue, index) = (Int64(bitPattern: event), Int64(bitPattern: event))
        } else if event <= UInt64(Int64.max) {
            throw record.badTime(received, late, "ts_recv")
        } else {
            throw record.badTime(8, event, "ts_event")
        }
    }

    @inline(__always) func pick(_ isByVenue: Bool) -> Int64 { isByVenue ? venue : index }
}

extension DBNRecord {
    /// `.none` where the record says that there is none.
    @inline(__always)
    func price(_ offset: Int) throws(DBNFlaw) -> Price {
        let raw = load(offset, as: Int64.self)
        if raw == Self.undefinedPrice { return .none }
        if raw == .min { throw badPrice(offset, raw, "is out of range") }
        return Price(rawValue: raw)
    }

    @inline(__always)
    func definedPrice(_ offset: Int) throws(DBNFlaw) -> Price {
        let raw = load(offset, as: Int64.self)
        if raw == Self.undefinedPrice { throw badPrice(offset, raw, "is undefined") }
        if raw == .min { throw badPrice(offset, raw, "is out of range") }
        return Price(rawValue: raw)
    }

    /// Whole units; 32 bits of them always fit.
    @inline(__always)
    func size(_ offset: Int) -> Quantity { Quantity(rawValue: Int64(load(offset, as: UInt32.self)) &* Quantity.one) }

    @inline(never)
    fileprivate func badPrice(_ offset: Int, _ raw: Int64, _ flaw: String) -> DBNFlaw {
        DBNFlaw(
            field: "price", value: "\(raw)", flaw: flaw, rule: "a \(DBNKind.name(kind)) record has a price in 1e-9",
            offset: offset)
    }
    @inline(never)
    func badTime(_ offset: Int, _ raw: UInt64, _ field: String) -> DBNFlaw {
        DBNFlaw(
            field: field, value: "\(raw)", flaw: "is out of range", rule: "times are ns since 1970, up to the year 2262",
            offset: offset)
    }
}

extension DBNSchema {
    /// Of the bars whose records do not say it themselves, ns.
    fileprivate var barLength: Int64? {
        switch self {
        case .ohlcv1s: UTC.second
        case .ohlcv1m: 60 * UTC.second
        case .ohlcv1h: 3_600 * UTC.second
        case .ohlcv1d, .ohlcvEod: UTC.day
        default: nil
        }
    }
}
