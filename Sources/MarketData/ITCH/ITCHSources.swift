import PlainData
import StreamRuntime
import TradingModel

/// The trades of an ITCH file: orders of the book executed (E, and C where it is to be printed), trades against hidden orders (P) and
/// crosses (Q). `tradeID` is the match number.
///
/// The aggressor is the other side than the resting order's. P has none: since 2014 Nasdaq writes B whatever the side was.
public struct ITCHTrades: PullSource {
    private var reader: ITCHReader
    private let books: ITCHBooks
    private var failure: MarketDataError?

    /// - Parameter countsBroken: whether broken trades are counted among what gives nothing.
    init(_ file: ByteFile, midnight: Int64, names: Names, countsBroken: Bool = true) {
        reader = ITCHReader(file, midnight: midnight)
        books = ITCHBooks(names, reader.tally)
        if !countsBroken { reader.tally.leaveOut([ITCHKind.brokenTrade.rawValue]) }
    }
    var tally: RecordTally { reader.tally }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Trade>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, let message = try reader.next() {
                guard let trade = trade(message) else { continue }
                (out + count).initialize(to: trade)
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    @inline(__always)
    private func trade(_ message: ITCHMessage) -> Trade? {
        switch message.letter {
        case ITCHKind.add.rawValue, ITCHKind.addWithParticipant.rawValue, ITCHKind.cancel.rawValue, ITCHKind.delete.rawValue,
            ITCHKind.replace.rawValue:
            _ = books.apply(message)
            return nil
        case ITCHKind.executed.rawValue, ITCHKind.executedWithPrice.rawValue:
            guard let change = books.apply(message) else { return nil }
            if message.letter == ITCHKind.executedWithPrice.rawValue, message.byte(31) == 78 {  // N
                reader.tally.count(ITCHTally.nonPrintable)
                return nil
            }
            return Trade(
                eventTime: reader.time(message), symbol: books.symbol(change.locate),
                price: ITCHMessage.price(change.executionPrice),
                size: ITCHMessage.shares(change.gone), aggressor: change.isBid ? .sell : .buy, tradeID: message.long(23))
        case ITCHKind.trade.rawValue: return hidden(message)
        case ITCHKind.cross.rawValue: return cross(message)
        default:
            reader.tally.count(message.letter)
            return nil
        }
    }

    private func hidden(_ message: ITCHMessage) -> Trade? {
        guard message.word(20) > 0 else { return odd() }
        return Trade(
            eventTime: reader.time(message), symbol: books.symbol(message, stock: 24), price: ITCHMessage.price(message.word(32)),
            size: ITCHMessage.shares(message.word(20)), tradeID: message.long(36))
    }

    /// A cross in which nothing was matched is told too, with no shares.
    private func cross(_ message: ITCHMessage) -> Trade? {
        let shares = message.long(11)
        if shares == 0 { return nil }
        guard shares <= UInt64(Int64.max / Quantity.one) else { return odd() }
        return Trade(
            eventTime: reader.time(message), symbol: books.symbol(message, stock: 19), price: ITCHMessage.price(message.word(27)),
            size: Quantity(units: Int64(shares)), tradeID: message.long(31))
    }

    private func odd() -> Trade? {
        reader.tally.count(ITCHTally.oddOrder)
        return nil
    }
}

/// The best bid and ask of an ITCH file's stocks, from books rebuilt of all their orders: one quote each time that a message changes
/// a price or a size of them.
public struct ITCHQuotes: PullSource {
    private var reader: ITCHReader
    private let books: ITCHBooks
    private let tops: ITCHTops
    private var failure: MarketDataError?

    init(_ file: ByteFile, midnight: Int64, names: Names) {
        reader = ITCHReader(file, midnight: midnight)
        books = ITCHBooks(names, reader.tally)
        tops = ITCHTops()
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<Quote>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count, let message = try reader.next() {
                guard let change = books.apply(message), tops.apply(change) else { continue }
                (out + count).initialize(
                    to: tops.quote(change.locate, symbol: books.symbol(change.locate), time: reader.time(message)))
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }
}

/// The price levels of all stocks, by locate code.
private final class ITCHTops {
    private struct Sides: ~Copyable {
        var bids = Ladder(isBid: true, capacity: 8)
        var asks = Ladder(isBid: false, capacity: 8)
    }
    private let books = UnsafeMutablePointer<UnsafeMutablePointer<Sides>?>.allocate(capacity: 1 << 16)

    init() { books.initialize(repeating: nil, count: 1 << 16) }
    deinit {
        for locate in 0..<1 << 16 {
            guard let book = books[locate] else { continue }
            book.deinitialize(count: 1)
            book.deallocate()
        }
        books.deallocate()
    }

    /// - Returns: whether the best price of a side, or what stands there, is another than before.
    @inline(__always)
    func apply(_ change: ITCHChange) -> Bool {
        let book = books[change.locate] ?? open(change.locate)
        return change.isBid ? Self.apply(&book.pointee.bids, change) : Self.apply(&book.pointee.asks, change)
    }

    @inline(__always)
    private static func apply(_ ladder: inout Ladder, _ change: ITCHChange) -> Bool {
        let (price, size) = (ladder.best, ladder.bestSize)
        if change.gone > 0, let at = ladder.find(ladder.key(ITCHMessage.price(change.gonePrice))) {
            ladder.cells[at].size &-= Int64(change.gone)
            if ladder.cells[at].size == 0 { ladder.remove(at: at) }
        }
        if change.came > 0 {
            let at = ladder.findOrInsert(ladder.key(ITCHMessage.price(change.camePrice)))
            ladder.cells[at].size &+= Int64(change.came)
        }
        return ladder.best != price || ladder.bestSize != size
    }

    /// Levels count shares; a quote has them in its own unit.
    @inline(__always)
    func quote(_ locate: Int, symbol: SymbolID, time: Int64) -> Quote {
        let book = books[locate] ?? open(locate)
        let (bid, bidShares) = (book.pointee.bids.best, book.pointee.bids.bestSize.rawValue)
        let (ask, askShares) = (book.pointee.asks.best, book.pointee.asks.bestSize.rawValue)
        return Quote(
            eventTime: time, symbol: symbol, bid: bid, bidSize: Self.quantity(bidShares), ask: ask,
            askSize: Self.quantity(askShares))
    }
    /// Past 92 billion shares at one price there are no more.
    @inline(__always)
    private static func quantity(_ shares: Int64) -> Quantity {
        Quantity(rawValue: min(shares, .max / Quantity.one) &* Quantity.one)
    }

    @inline(never)
    private func open(_ locate: Int) -> UnsafeMutablePointer<Sides> {
        let book = UnsafeMutablePointer<Sides>.allocate(capacity: 1)
        book.initialize(to: Sides())
        books[locate] = book
        return book
    }
}

/// Every change of an ITCH file's books, order by order. An execution is a fill and a cancel, a replace a cancel and an add; the last
/// change of a message ends its transaction. `sequence` is the message's place in the file.
public struct ITCHBook: PullSource {
    private var reader: ITCHReader
    private let books: ITCHBooks
    private var failure: MarketDataError?
    /// The second change of a message.
    private var next: BookDelta?

    init(_ file: ByteFile, midnight: Int64, names: Names) {
        reader = ITCHReader(file, midnight: midnight)
        books = ITCHBooks(names, reader.tally)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<BookDelta>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count {
                if let delta = next {
                    (out + count).initialize(to: delta)
                    next = nil
                    count += 1
                    continue
                }
                guard let message = try reader.next() else { break }
                guard let change = books.apply(message) else { continue }
                (out + count).initialize(to: first(change, message))
                count += 1
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    @inline(__always)
    private mutating func first(_ change: ITCHChange, _ message: ITCHMessage) -> BookDelta {
        func delta(_ action: BookDelta.Action, _ order: UInt64, _ price: UInt32, _ shares: UInt32, isLast: Bool) -> BookDelta {
            BookDelta(
                eventTime: reader.time(message), symbol: books.symbol(change.locate), action: action,
                side: change.isBid ? .buy : .sell, price: ITCHMessage.price(price), size: ITCHMessage.shares(shares),
                orderID: order,
                sequence: reader.count, flags: isLast ? .endOfTransaction : [])
        }
        let add = change.came > 0 ? delta(.add, change.cameOrder, change.camePrice, change.came, isLast: true) : nil
        guard change.gone > 0 else { return add ?? delta(.none, 0, 0, 0, isLast: true) }
        let cancel = delta(.cancel, change.goneOrder, change.gonePrice, change.gone, isLast: add == nil)
        guard change.isExecution else {
            next = add
            return cancel
        }
        next = cancel
        return delta(.fill, change.goneOrder, change.executionPrice, change.gone, isLast: false)
    }
}
