import PlainData
import Testing
import TradingModel

@testable import OMS

@Suite("Positions at average cost")
struct PositionTests {
    /// Plays scripted orders through a book into a keeper.
    private struct Desk {
        var book = OrderBookOfRecord(), keeper = PositionKeeper(), last: PositionUpdate?
        private var exec: UInt32 = 0, order: UInt64 = 0, time: Int64 = 0

        /// Orders and trades `quantity` at once, negative to sell.
        /// - Returns: the order's id and the execution's.
        @discardableResult
        mutating func trade(_ quantity: Int64, at price: String, leaves: Int64 = 0) throws -> (order: ClOrdID, exec: TextID) {
            let id = enter(quantity + (quantity < 0 ? -leaves : leaves))
            return (id, try fill(id, quantity, at: price))
        }
        mutating func enter(_ quantity: Int64) -> ClOrdID {
            (order, time) = (order + 1, time + 1)
            let id = ClOrdID(day: 1, vertex: 2, sequence: order, place: 0)
            take(
                book.apply(
                    OrderRequest(
                        eventTime: time, clOrdID: id, account: TextID(rawValue: 1), strategy: TextID(rawValue: 2),
                        symbol: SymbolID(rawValue: 3), side: quantity < 0 ? .sell : .buy,
                        orderQty: Quantity(units: abs(quantity)), ordType: .limit)))
            return id
        }
        mutating func fill(_ id: ClOrdID, _ quantity: Int64, at price: String) throws -> TextID {
            try execute(.trade, id, quantity, at: price)
        }
        @discardableResult
        mutating func execute(
            _ type: ExecType, _ id: ClOrdID, _ quantity: Int64, at price: String, of ref: TextID = .none
        ) throws -> TextID {
            (exec, time) = (exec + 1, time + 1)
            take(
                book.apply(
                    ExecutionReport(
                        eventTime: time, clOrdID: id, execID: TextID(rawValue: exec), execRefID: ref, execType: type,
                        ordStatus: .partiallyFilled, symbol: SymbolID(rawValue: 3), side: .none,
                        lastQty: Quantity(units: abs(quantity)), lastPx: try Price(price))))
            return TextID(rawValue: exec)
        }
        mutating func take(_ effects: OrderEffects) {
            guard let update = effects.update else { return }
            last = keeper.apply(update) ?? last
        }
        func expect(
            _ quantity: Int64, avgPx: String, realised: String, cash: String, at location: SourceLocation = #_sourceLocation
        ) {
            #expect(last?.quantity == Quantity(units: quantity), sourceLocation: location)
            #expect(last?.avgPx.description == avgPx, sourceLocation: location)
            #expect(last?.realised.description == realised, sourceLocation: location)
            #expect(last?.cash.description == cash, sourceLocation: location)
        }
    }

    /// By hand: 100·10 + 100·20 = 3000 for 200, average 15; 50 sold at 18 earn 50·(18 − 15) = 150.
    @Test("buys average, sells realise the difference to the average")
    func averageCost() throws {
        var desk = Desk()
        try desk.trade(100, at: "10")
        desk.expect(100, avgPx: "10", realised: "0", cash: "-1000")
        try desk.trade(100, at: "20")
        desk.expect(200, avgPx: "15", realised: "0", cash: "-3000")
        try desk.trade(-50, at: "18")
        desk.expect(150, avgPx: "15", realised: "150", cash: "-2100")
    }

    /// By hand: long 100 at 10; 150 sold at 12 close 100 (+200) and open 50 short at 12; 50 bought at 11 earn 50 more.
    @Test("a flip through zero closes at the old average and opens at the fill's price")
    func flip() throws {
        var desk = Desk()
        try desk.trade(100, at: "10")
        try desk.trade(-150, at: "12")
        desk.expect(-50, avgPx: "12", realised: "200", cash: "800")
        try desk.trade(50, at: "11")
        desk.expect(0, avgPx: "", realised: "250", cash: "250")
    }

    /// By hand: without the fill at 10 the desk holds 100 at 20, of which 50 sold at 18 lose 100.
    @Test("a bust leaves what there would be without the fill")
    func bust() throws {
        var desk = Desk()
        let first = try desk.trade(100, at: "10")
        try desk.trade(100, at: "20")
        try desk.trade(-50, at: "18")
        try desk.execute(.tradeCancel, first.order, 100, at: "10", of: first.exec)
        #expect(desk.last?.quantity == Quantity(units: 50))
        #expect(desk.last?.avgPx.description == "20")
        #expect(desk.last?.realised.description == "-100")
        #expect(desk.last?.cash.description == "-1100")
    }

    /// By hand: the first fill was 80 at 11, not 100 at 10: 80·11 + 100·20 = 2880 for 180, average 16.
    @Test("a correction changes the fill in its place, and so does a correction of that")
    func correction() throws {
        var desk = Desk()
        let first = try desk.trade(100, at: "10")
        try desk.trade(100, at: "20")
        let second = try desk.execute(.tradeCorrect, first.order, 80, at: "11", of: first.exec)
        desk.expect(180, avgPx: "16", realised: "0", cash: "-2880")
        try desk.execute(.tradeCorrect, first.order, 100, at: "10", of: second)
        desk.expect(200, avgPx: "15", realised: "0", cash: "-3000")
    }

    @Test("what works is the sum of the orders' leaves, each side by itself, until they end")
    func working() throws {
        var desk = Desk()
        let buy = desk.enter(100)
        _ = desk.enter(-30)
        #expect(desk.last?.workingBuy == Quantity(units: 100) && desk.last?.workingSell == Quantity(units: 30))
        _ = try desk.fill(buy, 40, at: "10")
        #expect(desk.last?.workingBuy == Quantity(units: 60))
        _ = try desk.execute(.canceled, buy, 0, at: "1")
        #expect(desk.last?.workingBuy == .zero && desk.last?.workingSell == Quantity(units: 30))
    }

    @Test(
        "money is conserved to the last digit: cash + cost of what is held = realised", arguments: 1...200 as ClosedRange<UInt64>)
    func conservation(seed: UInt64) {
        var random = SplitMix64(seed: seed), position = Position()
        var quantity = 0.0, cost = 0.0, earned = 0.0
        for _ in 0..<200 {
            var fill = PositionFill()
            fill.quantity = Quantity(rawValue: Int64(1 + random.below(1_000_000_000_000)))
            fill.price = Price(rawValue: Int64(random.below(1_000_000_000_000)) - 1_000_000_000)
            fill.isBuy = random.below(2) == 0
            position.trade(fill.units, for: fill.amount)
            #expect(position.cash.rawValue + position.openCost.rawValue == position.realised.rawValue)
            #expect(position.units != 0 || position.cost == 0)
            // The textbook's formula in binary floating point, as a second method.
            let (change, price) = (fill.quantity.double * (fill.isBuy ? 1 : -1), fill.price.double)
            let closed = quantity * change < 0 ? min(abs(change), abs(quantity)) : 0
            let average = quantity == 0 ? 0 : cost / quantity
            earned += closed * (price - average) * (quantity < 0 ? -1 : 1)
            let opened = abs(change) - closed
            cost += (change < 0 ? -opened : opened) * price + (quantity < 0 ? closed : -closed) * average
            quantity += change
        }
        #expect(abs(position.realised.double - earned) <= 1e-6 * max(1, abs(earned)))
        #expect(abs(Double(position.units) * 1e-8 - quantity) < 1e-4)
    }

    @Test("an amount that no market trades is not booked, and counted")
    func absurd() throws {
        var keeper = PositionKeeper()
        let row = OrderUpdate(
            eventTime: 1, clOrdID: ClOrdID(rawValue: 5), parentID: .none, symbol: SymbolID(rawValue: 1), account: .none,
            strategy: .none, side: .buy, ordStatus: .filled, execType: .trade, orderQty: Quantity(rawValue: .max),
            cumQty: Quantity(rawValue: .max), leavesQty: .zero, lastQty: Quantity(rawValue: .max), lastPx: Price(rawValue: .max),
            avgPx: Price(rawValue: .max), cumNotional: .zero, execID: .none, pending: 0, certainty: .known)
        for _ in 0..<5 { #expect(keeper.apply(row) == nil) }
        #expect(keeper.refusedFills == 5)
    }

    @Test("after any day the position is what the orders' live fills come to", arguments: 1...200 as ClosedRange<UInt64>)
    func agreesWithOrders(seed: UInt64) {
        var book = OrderBookOfRecord(), keeper = PositionKeeper()
        for event in RandomVenue(seed: seed, steps: 100).log {
            let effects =
                switch event {
                case .request(let request): book.apply(request)
                case .report(let report): book.apply(report)
                }
            if let update = effects.update { _ = keeper.apply(update) }
        }
        let position = keeper.positions[0]
        #expect(position.units == book.orders.reduce(0) { $0 + Int128($1.cumQty.rawValue) })
        #expect(position.cash.rawValue == -book.orders.reduce(0) { $0 + $1.cumNotional.rawValue })
        #expect(position.buying == book.orders.reduce(0) { $0 + Int128($1.leavesQty.rawValue) })
        #expect(position.earned == 0, "nothing was sold")
    }
}
