import PlainData
import StreamRuntime
import TradingModel

/// The latest trades of all instruments in the order of the journal, each with the one before it of its own instrument: so that what a
/// venue says of a trade later finds it.
struct TradeMemory: ~Copyable {
    struct Row: Words {
        var time: Int64 = 0, price: Int64 = 0, size: Int64 = 0, id: UInt64 = 0
        /// The number of the instrument's trade before; 0 where there is none.
        var before: Int64 = 0
        /// What was said of it since: see below.
        var marks: Int64 = 0
        static var takenBack: Int64 { 1 }
        /// It was changed while its bar was still to come.
        static var isWaiting: Int64 { 2 }
        init() {}

        var isTakenBack: Bool { marks & Self.takenBack != 0 }
        func trade(_ symbol: SymbolID) -> Trade {
            Trade(
                eventTime: time, symbol: symbol, price: Price(rawValue: price), size: Quantity(rawValue: size), tradeID: id)
        }
    }
    private let room: Int64
    private var rows: Dense<Row>
    /// By instrument, the number of its newest trade; 0 where it has none.
    private var newest: Dense<Int64>
    /// How many trades there have been; they are numbered from 1.
    private var count: Int64 = 0

    /// - Parameter room: how many are remembered.
    init(room: Int) {
        precondition(room > 0 && room <= 1 << 23, "\(room) trades to remember")
        self.room = Int64(room)
        rows = Dense(repeating: Row())
        newest = Dense(repeating: 0)
    }

    private func place(_ number: Int64) -> Int { Int((number - 1) % room) }
    subscript(number: Int64) -> Row {
        get { rows[place(number)] }
        _modify { yield &rows[place(number)] }
    }

    mutating func append(_ trade: Trade) {
        var row = Row()
        (row.time, row.price, row.size) = (trade.eventTime, trade.price.rawValue, trade.size.rawValue)
        (row.id, row.before) = (trade.tradeID, newest.value(trade.symbol.index))
        count += 1
        rows[place(count)] = row
        newest[trade.symbol.index] = count
    }

    /// The instrument's newest trade that is remembered; 0 where there is none.
    func last(_ key: Int) -> Int64 { remembered(newest.value(key)) }
    func before(_ number: Int64) -> Int64 { remembered(self[number].before) }
    private func remembered(_ number: Int64) -> Int64 { number > count - room ? number : 0 }

    /// The trade that a venue speaks of: its newest of this number, at this price and of this size where it says them, and not taken
    /// back before. Nil where there is none.
    func find(_ wanted: TradeCorrection) -> Int64? {
        guard wanted.tradeID != 0 else { return nil }
        var number = last(wanted.symbol.index)
        while number != 0 {
            let row = self[number]
            if row.id == wanted.tradeID, !row.isTakenBack, wanted.price.isNone || wanted.price.rawValue == row.price,
                wanted.size == .zero || wanted.size.rawValue == row.size
            {
                return number
            }
            number = before(number)
        }
        return nil
    }
    mutating func change(_ number: Int64, by correction: TradeCorrection) {
        if correction.isCancel { return self[number].marks |= Row.takenBack }
        self[number].size = correction.newSize.rawValue
        if !correction.newPrice.isNone { self[number].price = correction.newPrice.rawValue }
        if correction.newTradeID != 0 { self[number].id = correction.newTradeID }
    }
    /// The trades of a window as they are known now, in the order of the journal, and how many were told of it.
    func trades(_ symbol: SymbolID, of window: SessionWindow) -> (trades: [Trade], told: Int) {
        var found: [Trade] = [], told = 0, number = last(symbol.index)
        while number != 0 {
            let row = self[number]
            if row.time >= window.start, row.time < window.end {
                told += 1
                if !row.isTakenBack { found.append(row.trade(symbol)) }
            }
            number = before(number)
        }
        return (found.reversed(), told)
    }
    /// - Returns: how many trades of the window waited for its bar; they do not any more.
    mutating func stopWaiting(_ symbol: SymbolID, for window: SessionWindow) -> Int64 {
        var waited: Int64 = 0, number = last(symbol.index)
        while number != 0 {
            let row = self[number]
            if row.marks & Row.isWaiting != 0, row.time >= window.start, row.time < window.end {
                self[number].marks &= ~Row.isWaiting
                waited += 1
            }
            number = before(number)
        }
        return waited
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&rows)
        coder.field(&newest)
        coder.field(&count)
    }
}
