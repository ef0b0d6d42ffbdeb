import PlainData
import TradingModel

/// An element that the floor's own tick format can hold: as a row of 64-bit words, the same number for every row of its kind.
protocol TickRow: Element {
    static var tickKind: TickKind { get }
    static var tickColumns: Int { get }
    /// Puts the words of this element at `row` of each column. Symbols are numbered by the file.
    func pack(_ columns: UnsafeMutablePointer<Int64>, _ row: Int, symbol: Int64)
    /// - Returns: the element of these words; nil where a word is none of its field.
    static func unpack(_ columns: UnsafePointer<Int64>, _ row: Int, symbol: SymbolID) -> Self?
    var symbol: SymbolID { get }
}

/// What a block of a tick file holds, with the format's numbers.
enum TickKind: UInt8, CaseIterable, Sendable {
    case symbols = 1
    case trades, quotes, bars, book
    /// The last block: how many rows of each kind there are.
    case end = 255
}

/// A block's rows at the most; a column of words is as long.
let tickBlockRows = 2_048

/// Symbols are the second column of every kind.
let tickSymbolColumn = 1

extension Trade: TickRow {
    static var tickKind: TickKind { .trades }
    static var tickColumns: Int { 6 }
    @inline(__always)
    func pack(_ columns: UnsafeMutablePointer<Int64>, _ row: Int, symbol: Int64) {
        let at = columns + row
        at[0] = eventTime
        at[tickBlockRows] = symbol
        at[2 * tickBlockRows] = price.rawValue
        at[3 * tickBlockRows] = size.rawValue
        at[4 * tickBlockRows] = Int64(aggressor.rawValue)
        at[5 * tickBlockRows] = Int64(bitPattern: tradeID)
    }
    @inline(__always)
    static func unpack(_ columns: UnsafePointer<Int64>, _ row: Int, symbol: SymbolID) -> Trade? {
        let at = columns + row
        guard let aggressor = tickSide(at[4 * tickBlockRows]) else { return nil }
        return Trade(
            eventTime: at[0], symbol: symbol, price: Price(rawValue: at[2 * tickBlockRows]),
            size: Quantity(rawValue: at[3 * tickBlockRows]), aggressor: aggressor,
            tradeID: UInt64(bitPattern: at[5 * tickBlockRows]))
    }
}

extension Quote: TickRow {
    static var tickKind: TickKind { .quotes }
    static var tickColumns: Int { 6 }
    @inline(__always)
    func pack(_ columns: UnsafeMutablePointer<Int64>, _ row: Int, symbol: Int64) {
        let at = columns + row
        at[0] = eventTime
        at[tickBlockRows] = symbol
        at[2 * tickBlockRows] = bid.rawValue
        at[3 * tickBlockRows] = bidSize.rawValue
        at[4 * tickBlockRows] = ask.rawValue
        at[5 * tickBlockRows] = askSize.rawValue
    }
    @inline(__always)
    static func unpack(_ columns: UnsafePointer<Int64>, _ row: Int, symbol: SymbolID) -> Quote? {
        let at = columns + row
        return Quote(
            eventTime: at[0], symbol: symbol, bid: Price(rawValue: at[2 * tickBlockRows]),
            bidSize: Quantity(rawValue: at[3 * tickBlockRows]), ask: Price(rawValue: at[4 * tickBlockRows]),
            askSize: Quantity(rawValue: at[5 * tickBlockRows]))
    }
}

extension Bar: TickRow {
    static var tickKind: TickKind { .bars }
    static var tickColumns: Int { 10 }
    func pack(_ columns: UnsafeMutablePointer<Int64>, _ row: Int, symbol: Int64) {
        let at = columns + row
        let words = [
            time, symbol, closeTime, open.rawValue, high.rawValue, low.rawValue, close.rawValue, volume.rawValue, vwap.rawValue,
            Int64(trades),
        ]
        for (column, word) in words.enumerated() { at[column * tickBlockRows] = word }
    }
    static func unpack(_ columns: UnsafePointer<Int64>, _ row: Int, symbol: SymbolID) -> Bar? {
        let at = columns + row
        func price(_ column: Int) -> Price { Price(rawValue: at[column * tickBlockRows]) }
        guard let trades = UInt32(exactly: at[9 * tickBlockRows]) else { return nil }
        return Bar(
            time: at[0], closeTime: at[2 * tickBlockRows], symbol: symbol, open: price(3), high: price(4), low: price(5),
            close: price(6), volume: Quantity(rawValue: at[7 * tickBlockRows]), vwap: price(8), trades: trades)
    }
}

extension BookDelta: TickRow {
    static var tickKind: TickKind { .book }
    static var tickColumns: Int { 11 }
    @inline(__always)
    func pack(_ columns: UnsafeMutablePointer<Int64>, _ row: Int, symbol: Int64) {
        let at = columns + row
        at[0] = eventTime
        at[tickBlockRows] = symbol
        at[2 * tickBlockRows] = Int64(actionByte)
        at[3 * tickBlockRows] = Int64(side.rawValue)
        at[4 * tickBlockRows] = price.rawValue
        at[5 * tickBlockRows] = size.rawValue
        at[6 * tickBlockRows] = Int64(bitPattern: orderID)
        at[7 * tickBlockRows] = Int64(orders)
        at[8 * tickBlockRows] = Int64(bitPattern: sequence)
        at[9 * tickBlockRows] = Int64(flags.rawValue)
        at[10 * tickBlockRows] = Int64(quality.rawValue)
    }
    @inline(__always)
    static func unpack(_ columns: UnsafePointer<Int64>, _ row: Int, symbol: SymbolID) -> BookDelta? {
        let at = columns + row
        guard let byte = UInt8(exactly: at[2 * tickBlockRows]), let action = Action(rawValue: byte),
            let side = tickSide(at[3 * tickBlockRows]), let orders = UInt32(exactly: at[7 * tickBlockRows]),
            let flags = UInt8(exactly: at[9 * tickBlockRows]), let quality = UInt8(exactly: at[10 * tickBlockRows])
        else { return nil }
        return BookDelta(
            eventTime: at[0], symbol: symbol, action: action, side: side, price: Price(rawValue: at[4 * tickBlockRows]),
            size: Quantity(rawValue: at[5 * tickBlockRows]), orderID: UInt64(bitPattern: at[6 * tickBlockRows]),
            sequence: UInt64(bitPattern: at[8 * tickBlockRows]), orders: orders, flags: Flags(rawValue: flags),
            quality: BookQuality(rawValue: quality))
    }
}

@inline(__always)
private func tickSide(_ word: Int64) -> Side? {
    Side(rawValue: UInt8(truncatingIfNeeded: word)).flatMap { word < 256 && word >= 0 ? $0 : nil }
}
