import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import MarketData

/// LOBSTER's message files through the book of orders, held against its orderbook files.
@Suite("LOBSTER's books", .enabled(if: ReferenceData.isPresent, "needs the recorded data"))
struct LobsterBookTests {
    private struct Message {
        var kind: Int, id: UInt64, size: Int64, price: Int64, side: Side

        init?(_ line: String) {
            let fields = line.split(separator: ",")
            guard fields.count >= 6, let kind = Int(fields[1]), let id = UInt64(fields[2]), let size = Int64(fields[3]),
                let price = Int64(fields[4]), let direction = Int(fields[5])
            else { return nil }
            (self.kind, self.id, self.size, self.price, side) = (kind, id, size, price, direction == 1 ? .buy : .sell)
        }
        var isRemoval: Bool { (2...4).contains(kind) }

        func change(id: UInt64) -> BookDelta {
            var change = delta(kind == 1 ? .add : .cancel, side, 0, size, id: id)
            change.price = Price(rawValue: price * 100_000)
            return change
        }
    }

    private func apply(_ message: Message, id: UInt64, to book: inout OrderBook) {
        if message.kind == 4 {
            var fill = message.change(id: id)
            (fill.actionByte, fill.flags) = (BookDelta.Action.fill.rawValue, [])
            book.apply(fill)
        }
        book.apply(message.change(id: id))
    }

    private func row(_ book: borrowing OrderBook) throws -> [Int64] {
        let quote = try book.quote(SymbolID(rawValue: 1))
        return [
            quote.ask.rawValue / 100_000, quote.askSize.rawValue / Quantity.one, quote.bid.rawValue / 100_000,
            quote.bidSize.rawValue / Quantity.one,
        ]
    }

    /// The number of the order that stands for those of a level that stood before the file began or the level was seen.
    private func standIn(_ side: Side, _ price: Int64) -> UInt64 { 1 << 63 | UInt64(price) << 1 | (side == .buy ? 1 : 0) }

    /// The file tells the best level only: what stands behind it is not known until it is the best one, and then comes as a
    /// snapshot from the row. In between, the messages alone must give every row.
    @Test("level 1, a whole day: every row of the orderbook file follows from the messages")
    func amazon() throws {
        let name = "lobster/AMZN_2012-06-21_34200000_57600000"
        let messages = try ReferenceData.lines(name + "_message_1.csv.gz").map { try #require(Message($0)) }
        let rows = try ReferenceData.lines(name + "_orderbook_1.csv.gz").map { $0.split(separator: ",").compactMap { Int64($0) } }
        var book = OrderBook()
        var snapshots = 0
        func snapshot(_ row: [Int64]) {
            book.apply(delta(.snapshotBegin, isLast: false))
            for (side, at): (Side, Int) in [(.sell, 0), (.buy, 2)] {
                var level = delta(.add, side, 0, row[at + 1], id: standIn(side, row[at]), isLast: false)
                level.price = Price(rawValue: row[at] * 100_000)
                book.apply(level)
            }
            book.apply(delta(.snapshotEnd))
            snapshots += 1
        }
        snapshot(rows[0])
        for (message, expected) in zip(messages, rows).dropFirst() {
            let before = try row(book)
            if message.kind == 1 || message.isRemoval {
                let isKnown = try book.order(message.id) != nil
                apply(message, id: isKnown || message.kind == 1 ? message.id : standIn(message.side, message.price), to: &book)
            }
            let touch = message.side == .sell ? 0 : 2
            let tookAll = message.isRemoval && message.price == before[touch] && message.size == before[touch + 1]
            if tookAll { snapshot(expected) }
            #expect(try row(book) == expected)
        }
        #expect(messages.count == 57_515 && snapshots < 16_000)
    }

    /// Orders that stood before the file began are known by what is taken from them later. The file's 50 levels tell the best
    /// quotes until the first order that left them is missed: 1,105 changes on.
    @Test("50 levels of orders: the best quotes are those of the day's orderbook file")
    func apple() throws {
        let name = "lobster/AAPL_2012-06-21_34200000"
        let messages = try ReferenceData.lines(name + "_37800000_message_50.csv.gz").map { try #require(Message($0)) }
        var expected: [[Int64]] = []
        for line in try ReferenceData.lines(name + "_57600000_orderbook_1.csv.gz") {
            let row = line.split(separator: ",").compactMap { Int64($0) }
            if expected.last != row { expected.append(row) }
        }
        var book = OrderBook()
        book.apply(delta(.snapshotBegin, isLast: false))
        var added: Set<UInt64> = [], earlier: [UInt64: Message] = [:], order: [UInt64] = []
        for message in messages where message.kind == 1 || message.isRemoval {
            if message.kind == 1 {
                added.insert(message.id)
            } else if !added.contains(message.id) {
                if earlier[message.id] == nil { order.append(message.id) }
                earlier[message.id, default: message].size += earlier[message.id] == nil ? 0 : message.size
            }
        }
        for id in order {
            guard let message = earlier[id] else { continue }
            var standing = message.change(id: id)
            (standing.actionByte, standing.flags) = (BookDelta.Action.add.rawValue, [])
            book.apply(standing)
        }
        book.apply(delta(.snapshotEnd))
        var got: [[Int64]] = []
        for message in messages where message.kind == 1 || message.isRemoval {
            apply(message, id: message.id, to: &book)
            let row = try row(book)
            if got.last != row { got.append(row) }
            if got.count == 1_105 { break }
        }
        #expect(got.count == 1_105 && got == Array(expected.prefix(1_105)))
    }
}
