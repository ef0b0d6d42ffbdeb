import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("books of orders")
struct OrderBookTests {
    private let symbol = SymbolID(rawValue: 1)

    @Test("any changes leave the orders, levels and queues that a plain list has", arguments: Fuzz.seeds(30, of: "order book"))
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var book = OrderBook(BookPolicy(crossed: .allow))
        var model = OrderModel()
        book.apply(delta(.snapshotBegin, isLast: false))
        book.apply(delta(.snapshotEnd))
        var nextID: UInt64 = 1
        let accepted: BookQuality = [.inconsistent]
        for step in 0..<1_500 {
            let side: Side = random.below(2) == 0 ? .buy : .sell
            let price = (side == .buy ? 100 : 101) + (side == .buy ? -1 : 1) * Int64(random.below(6))
            let known = model.orders.isEmpty ? 0 : model.orders[random.below(model.orders.count)].id
            let change: BookDelta =
                switch random.below(300) {
                case 0: delta(.clear, random.below(2) == 0 ? .none : side)
                case 1..<90: delta(.cancel, side, price, Int64(random.below(6)), id: known)
                case 90..<150: delta(.modify, side, price, Int64(1 + random.below(9)), id: known == 0 ? nextID : known)
                case 150..<160: delta(.fill, side, price, 1, id: known)
                default: delta(.add, side, price, Int64(1 + random.below(9)), id: nextID)
                }
            if change.action == .add || known == 0 { nextID += 1 }
            book.apply(change)
            model.apply(change)
            #expect(book.orders == model.orders.count)
            guard step % 25 == 0 else { continue }
            #expect(try book.levels(.buy, accepting: accepted) == model.levels(.buy))
            #expect(try book.levels(.sell, accepting: accepted) == model.levels(.sell))
            for order in model.orders {
                let found = try #require(try book.order(order.id, accepting: accepted))
                #expect(found.side == order.side && found.price.rawValue == order.price && found.size.rawValue == order.size)
                #expect(try book.sizeAhead(of: order.id, accepting: accepted)?.rawValue == model.sizeAhead(of: order.id))
            }
        }
    }

    @Test("a cancel of an unknown order and of more than is there mark the book")
    func inconsistent() throws {
        var book = OrderBook()
        book.apply(delta(.snapshotBegin, isLast: false))
        book.apply(delta(.snapshotEnd))
        book.apply(delta(.cancel, .buy, 10, 1, id: 7))
        #expect(book.quality == .inconsistent && book.counters.inconsistent == 1)
        book.apply(delta(.add, .buy, 10, 3, id: 7))
        book.apply(delta(.cancel, .buy, 10, 4, id: 7))
        #expect(book.orders == 0 && book.counters.inconsistent == 2)
        book.apply(delta(.add, .buy, 10, 3, id: 8))
        book.apply(delta(.add, .sell, 11, 3, id: 8))
        #expect(book.orders == 1 && book.counters.inconsistent == 3)
        #expect(throws: UnreadableBook(quality: .inconsistent)) { try book.quote(symbol) }
    }

    @Test("sizes whose sum is no number are refused, and the book stands")
    func overflow() throws {
        var book = OrderBook()
        book.apply(delta(.snapshotBegin, isLast: false))
        book.apply(delta(.snapshotEnd))
        var large = delta(.add, .buy, 10, 0, id: 1)
        large.size = Quantity(rawValue: .max)
        book.apply(large)
        book.apply(delta(.add, .buy, 10, 1, id: 2))
        #expect(book.orders == 1 && book.quality == .inconsistent)
        #expect(try book.quote(symbol, accepting: .inconsistent).bidSize.rawValue == .max)
    }
}
