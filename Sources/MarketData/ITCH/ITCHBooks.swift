import PlainData
import TradingModel

/// What a message did to the book: an order came, a part or all of one went, or one was replaced by another.
struct ITCHChange {
    var locate = 0
    /// What went: shares of an order at a price; none where `gone` is 0.
    var gone: UInt32 = 0
    var gonePrice: UInt32 = 0
    var goneOrder: UInt64 = 0
    /// Whether it went by trading, and at what price.
    var isExecution = false
    var executionPrice: UInt32 = 0
    /// What came; none where `came` is 0.
    var came: UInt32 = 0
    var camePrice: UInt32 = 0
    var cameOrder: UInt64 = 0
    var isBid = false
}

/// The orders of all stocks, kept by the messages of the book, and the symbols of their stocks.
///
/// A message that does not fit what is known (an order that was never added, more shares than it had) is counted; what it can do it does.
final class ITCHBooks {
    private var orders = ITCHOrders()
    private let tally: RecordTally
    private let names: Names
    /// By locate code; 0 where no message has said it yet.
    private let symbols = UnsafeMutablePointer<UInt32>.allocate(capacity: 1 << 16)

    init(_ names: Names, _ tally: RecordTally) {
        (self.names, self.tally) = (names, tally)
        symbols.initialize(repeating: 0, count: 1 << 16)
    }
    deinit { symbols.deallocate() }

    @inline(__always) func symbol(_ locate: Int) -> SymbolID { SymbolID(rawValue: symbols[locate]) }

    /// The symbol of a message that says its stock, eight letters filled up with blanks.
    @inline(__always)
    func symbol(_ message: ITCHMessage, stock offset: Int) -> SymbolID {
        let known = symbols[message.locate]
        return known != 0 ? SymbolID(rawValue: known) : learn(message, offset)
    }

    /// The symbol of a message that does not say its stock: by its locate code where no message has said it yet.
    func symbol(at locate: Int) -> SymbolID {
        if symbols[locate] == 0 { symbols[locate] = names.symbol("#\(locate)").rawValue }
        return symbol(locate)
    }

    @inline(never)
    private func learn(_ message: ITCHMessage, _ offset: Int) -> SymbolID {
        let text = String(decoding: UnsafeRawBufferPointer(start: message.at + offset, count: 8), as: UTF8.self).trimmed
        let symbol = names.symbol(text.isEmpty ? "#\(message.locate)" : text)
        symbols[message.locate] = symbol.rawValue
        return symbol
    }

    /// What a message of the book (A, F, E, C, X, D, U) changes; nil where it cannot be carried out.
    @inline(__always)
    func apply(_ message: ITCHMessage) -> ITCHChange? {
        switch message.letter {
        case ITCHKind.add.rawValue, ITCHKind.addWithParticipant.rawValue: add(message)
        case ITCHKind.executed.rawValue: take(message, message.word(19), isExecution: true, at: nil)
        case ITCHKind.executedWithPrice.rawValue: take(message, message.word(19), isExecution: true, at: message.word(32))
        case ITCHKind.cancel.rawValue: take(message, message.word(19), isExecution: false, at: nil)
        case ITCHKind.delete.rawValue: take(message, nil, isExecution: false, at: nil)
        case ITCHKind.replace.rawValue: replace(message)
        default: nil
        }
    }

    @inline(__always)
    private func add(_ message: ITCHMessage) -> ITCHChange? {
        _ = symbol(message, stock: 24)
        let (side, shares, price, number) = (message.byte(19), message.word(20), message.word(32), message.order)
        guard side == 66 || side == 83, shares > 0, number != .max else { return refuse(ITCHTally.oddOrder) }  // B, S
        guard
            orders.insert(
                number, price: price, shares: shares, locate: UInt16(truncatingIfNeeded: message.locate), isBid: side == 66)
        else { return refuse(ITCHTally.knownOrder) }
        return ITCHChange(locate: message.locate, came: shares, camePrice: price, cameOrder: number, isBid: side == 66)
    }

    /// - Parameter shares: how many go; nil for all.
    @inline(__always)
    private func take(_ message: ITCHMessage, _ shares: UInt32?, isExecution: Bool, at price: UInt32?) -> ITCHChange? {
        let number = message.order, place = number == .max ? -1 : orders.find(number)
        guard place >= 0 else { return refuse(ITCHTally.unknownOrder) }
        let order = orders[place]
        var gone = shares ?? order.shares
        if gone == 0 { return refuse(ITCHTally.oddOrder) }
        if gone > order.shares {
            tally.count(ITCHTally.tooManyShares)
            gone = order.shares
        }
        if gone == order.shares { orders.remove(at: place) } else { orders[place].shares &-= gone }
        return ITCHChange(
            locate: Int(order.locate), gone: gone, gonePrice: order.price, goneOrder: number, isExecution: isExecution,
            executionPrice: price ?? order.price, isBid: order.isBid)
    }

    @inline(__always)
    private func replace(_ message: ITCHMessage) -> ITCHChange? {
        guard var change = take(message, nil, isExecution: false, at: nil) else { return nil }
        let (number, shares, price) = (message.long(19), message.word(27), message.word(31))
        if shares == 0 || number == .max {
            tally.count(ITCHTally.oddOrder)
        } else if !orders.insert(
            number, price: price, shares: shares, locate: UInt16(truncatingIfNeeded: change.locate), isBid: change.isBid)
        {
            tally.count(ITCHTally.knownOrder)
        } else {
            (change.came, change.camePrice, change.cameOrder) = (shares, price, number)
        }
        return change
    }

    @inline(never)
    private func refuse(_ what: UInt8) -> ITCHChange? {
        tally.count(what)
        return nil
    }
}
