import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("books of levels")
struct LevelBookTests {
    private let symbol = SymbolID(rawValue: 1)

    /// A whole book: bids 10, 9; asks 11, 12.
    private func makeBook(_ policy: BookPolicy = BookPolicy()) -> LevelBook {
        var book = LevelBook(policy)
        book.apply(delta(.snapshotBegin, sequence: 5, isLast: false))
        book.apply(delta(.add, .buy, 10, 1, sequence: 5, isLast: false))
        book.apply(delta(.add, .buy, 9, 2, sequence: 5, isLast: false))
        book.apply(delta(.add, .sell, 12, 4, sequence: 5, isLast: false))
        book.apply(delta(.add, .sell, 11, 3, sequence: 5, isLast: false))
        book.apply(delta(.snapshotEnd, sequence: 5))
        return book
    }

    @Test("an element of a book fits a cache line, without padding")
    func fits() { #expect(MemoryLayout<BookDelta>.size == 56 && MemoryLayout<BookDelta>.stride == 56) }

    @Test("any changes leave the levels that a dictionary of prices has", arguments: Fuzz.seeds(40, of: "level book"))
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var book = LevelBook(BookPolicy(crossed: .allow))
        var model = LevelModel()
        book.apply(delta(.snapshotBegin, isLast: false))
        book.apply(delta(.snapshotEnd))
        for step in 0..<2_000 {
            let side: Side = random.below(2) == 0 ? .buy : .sell
            let spread = Int64(random.below(random.below(10) == 0 ? 400 : 8))
            let price = side == .buy ? 1_000 - spread : 1_001 + spread
            let action: BookDelta.Action =
                switch random.below(400) {
                case 0: .clear
                case 1: .snapshotBegin
                case 2..<40: .cancel
                case 40..<200: .modify
                case 200..<210: .trade
                default: .add
                }
            let change = delta(
                action, action == .clear && random.below(2) == 0 ? .none : side, price, Int64(random.below(9)))
            book.apply(change)
            model.apply(change)
            if action == .snapshotBegin { book.apply(delta(.snapshotEnd)) }
            let accepted: BookQuality = [.crossed, .locked]
            if step % 50 == 0 || step == 1_999 {
                #expect(try book.levels(.buy, accepting: accepted) == model.levels(.buy))
                #expect(try book.levels(.sell, accepting: accepted) == model.levels(.sell))
            }
            let quote = try book.quote(symbol, accepting: accepted)
            #expect(quote.bid == model.levels(.buy).first?.price ?? .none)
            #expect(quote.askSize == model.levels(.sell).first?.size ?? .zero)
        }
    }

    @Test("a book that was never told whole cannot be read unawares")
    func building() throws {
        var book = LevelBook()
        book.apply(delta(.add, .buy, 10, 1))
        #expect(throws: UnreadableBook(quality: .building)) { try book.quote(symbol) }
        #expect(try book.quote(symbol, accepting: .building).bid == Price("10"))
    }

    @Test("within a message the book is open; at its end it can be read")
    func transactions() throws {
        var book = makeBook()
        let early = book.apply(delta(.modify, .buy, 10, 0, isLast: false))
        #expect(!early && book.quality == .open)
        #expect(throws: UnreadableBook(quality: .open)) { try book.quote(symbol) }
        let late = book.apply(delta(.modify, .sell, 11, 9))
        #expect(late && book.quality.isOK)
        let quote = try book.quote(symbol)
        #expect(quote.bid == Price(rawValue: 9 * Price.one) && quote.askSize == Quantity(units: 9))
    }

    @Test("sides that cross within a message do no harm; at its end they mark the book, until they part")
    func crossing() throws {
        var book = makeBook()
        book.apply(delta(.add, .buy, 11, 1, isLast: false))
        book.apply(delta(.cancel, .sell, 11))
        #expect(book.quality.isOK && book.counters.crossed == 0)
        book.apply(delta(.add, .buy, 13, 1))
        #expect(book.quality == .crossed && book.counters.crossed == 1)
        #expect(throws: UnreadableBook(quality: .crossed)) { try book.quote(symbol) }
        #expect(try book.quote(symbol, accepting: .crossed).bid == Price("13"))
        book.apply(delta(.modify, .buy, 13, 0))
        #expect(book.quality.isOK)
    }

    @Test("the policy says whether sides that meet mark the book")
    func policies() {
        var strict = makeBook(BookPolicy(crossed: .allow, locked: .mark))
        strict.apply(delta(.add, .buy, 11, 1))
        #expect(strict.quality == .locked && strict.counters.locked == 1)
        strict.apply(delta(.add, .buy, 12, 1))
        #expect(strict.quality.isOK && strict.counters.crossed == 1)
        var lax = makeBook()
        lax.apply(delta(.add, .buy, 11, 1))
        #expect(lax.quality.isOK && lax.counters.locked == 1)
    }

    @Test("a message older than the last one is left out and counted; a new snapshot begins where it says")
    func outOfOrder() throws {
        var book = makeBook()
        book.apply(delta(.modify, .buy, 10, 7, sequence: 8))
        book.apply(delta(.modify, .buy, 10, 5, sequence: 7))
        #expect(try book.quote(symbol).bidSize == Quantity(units: 7))
        #expect(book.counters.outOfOrder == 1 && book.sequence == 8)
        book.apply(delta(.snapshotBegin, sequence: 3, isLast: false))
        #expect(book.quality == [.building, .open])
        book.apply(delta(.add, .buy, 8, 1, sequence: 3, isLast: false))
        book.apply(delta(.snapshotEnd, sequence: 3))
        #expect(try book.levels(.buy) == [BookLevel(price: Price("8"), size: Quantity(units: 1))])
        #expect(try book.levels(.sell).isEmpty)
        #expect(book.sequence == 3)
    }

    @Test("what the feed says of the book is said to its readers, and taken back")
    func feedsWord() {
        var book = makeBook()
        book.apply(delta(.status, quality: [.gap, .stale]))
        #expect(book.quality == [.gap, .stale] && book.quality.description == "gap+stale")
        #expect(throws: UnreadableBook(quality: .stale)) { try book.quote(symbol, accepting: .gap) }
        book.apply(delta(.status))
        #expect(book.quality.isOK)
    }

    @Test("a change without a price, a side or with a negative size is refused, and marks the book until it is told anew")
    func refusals() {
        for (side, price, size): (Side, Price, Int64) in [(.buy, .none, 1), (.none, .zero, 1), (.sell, .zero, -1)] {
            var book = makeBook()
            var change = delta(.add, side, 0, size)
            change.price = price
            book.apply(change)
            #expect(book.quality.contains(.inconsistent) && book.counters.inconsistent == 1)
            book.apply(delta(.snapshotBegin, isLast: false))
            book.apply(delta(.snapshotEnd))
            #expect(book.quality.isOK)
        }
    }

    @Test("a book of a depth keeps its best levels only")
    func depth() throws {
        var book = LevelBook(BookPolicy(depth: 2))
        book.apply(delta(.snapshotBegin, isLast: false))
        for price in 1...5 { book.apply(delta(.add, .buy, Int64(price), 1, isLast: false)) }
        book.apply(delta(.snapshotEnd))
        #expect(try book.levels(.buy).map(\.price) == [Price("5"), Price("4")])
    }

    @Test("an L1 book takes each sequence once and in order, and marks crossed quotes")
    func top() throws {
        func quote(_ bid: String, _ ask: String) throws -> Quote {
            try Quote(
                eventTime: 1, symbol: symbol, bid: Price(bid), bidSize: .zero, ask: Price(ask), askSize: .zero)
        }
        var book = TopBook()
        #expect(throws: UnreadableBook(quality: .building)) { try book.quote() }
        let (good, later, crossed) = (try quote("1", "2"), try quote("3", "4"), try quote("3", "2"))
        let taken = [(good, 5), (later, 5), (later, 4)].map { book.apply($0.0, sequence: UInt64($0.1)) }
        #expect(taken == [true, false, false])
        #expect(try book.quote().bid == Price("1"))
        #expect(book.counters.duplicates == 1 && book.counters.outOfOrder == 1)
        book.apply(crossed, sequence: 6)
        #expect(throws: UnreadableBook(quality: .crossed)) { try book.quote() }
        book.apply(good, sequence: 7)
        #expect(book.quality.isOK)
        book.mark(.stale)
        #expect(throws: UnreadableBook(quality: .stale)) { try book.quote() }
        book.reset()
        #expect(book.quality == .building)
        book.apply(good, sequence: 1)
        #expect(book.quality.isOK)
    }
}
