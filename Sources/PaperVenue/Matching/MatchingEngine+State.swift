import PlainData
import TradingModel

/// A checkpoint of the engine, for graphs that hold one.
extension MatchingEngine {
    /// Saves or restores everything that calls have changed. The configuration and the instruments are the maker's: an engine
    /// is restored into one made alike.
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&orders, filler: VenueOrder.filler)
        var ids = places.map { Place(id: $0.key, place: $0.value) }.sorted { $0.id < $1.id }
        coder.field(&ids, filler: Place(id: .none, place: 0))
        var free = freePlaces.map { Int64($0) }
        coder.field(&free, filler: 0)
        var count = UInt64(books.count)
        coder.field(&count)
        if !coder.isSaving {
            places = Dictionary(ids.map { ($0.id, $0.place) }) { first, _ in first }
            freePlaces = free.map { Int32(truncatingIfNeeded: $0) }
            books = Array(repeating: SymbolBook(), count: coder.isTruncated ? 0 : Int(min(count, 1 << 24)))
        }
        for i in books.indices { books[i].state(&coder) }
        coder.field(&orderCount)
        coder.field(&execCount)
        coder.field(&day)
        coder.field(&isClosed)
        phase.state(&coder)
        coder.field(&awaited)
        coder.elements(&auctions)
        coder.field(&fills, filler: Fill.filler)
    }

    private struct Place: State {
        var id: ClOrdID, place: Int32
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&id.rawValue)
            coder.field(&place)
        }
    }
}

extension VenueOrder: State {
    static var filler: VenueOrder {
        VenueOrder(
            OrderRequest(
                eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), side: .none, orderQty: .zero, ordType: .market),
            orderID: .none)
    }
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&clOrdID.rawValue)
        coder.field(&orderQty.rawValue)
        coder.field(&cumQty.rawValue)
        coder.field(&price.rawValue)
        coder.field(&notional.rawValue)
        coder.field(&since)
        coder.field(&queueAhead)
        coder.field(&turn)
        coder.field(&tradedAhead)
        coder.field(&endedOnDay)
        coder.field(&symbol.rawValue)
        coder.field(&account.rawValue)
        coder.field(&orderID.rawValue)
        side = coder.code(side, else: .none)
        ordType = coder.code(ordType, else: .market)
        timeInForce = coder.code(timeInForce, else: .day)
        ordStatus = coder.code(ordStatus, else: .rejected)
        coder.field(&hasRested)
    }
}

extension DisplayedSide: State {
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&price.rawValue)
        coder.field(&size.rawValue)
        coder.field(&remaining.rawValue)
        coder.field(&sizeBefore.rawValue)
    }
}

extension SymbolBook {
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&bid)
        coder.field(&ask)
        coder.field(&hasQuote)
        coder.field(&isHalted)
        var (first, second) = (buys.map { Int64($0) }, sells.map { Int64($0) })
        coder.field(&first, filler: 0)
        coder.field(&second, filler: 0)
        if !coder.isSaving {
            (buys, sells) = (first.map { Int32(truncatingIfNeeded: $0) }, second.map { Int32(truncatingIfNeeded: $0) })
        }
        var (third, fourth) = (opening.map { Int64($0) }, closing.map { Int64($0) })
        coder.field(&third, filler: 0)
        coder.field(&fourth, filler: 0)
        if !coder.isSaving {
            (opening, closing) = (third.map { Int32(truncatingIfNeeded: $0) }, fourth.map { Int32(truncatingIfNeeded: $0) })
        }
        coder.field(&others, filler: AuctionInterest(price: .none, quantity: .zero, isBuy: true))
        phase.state(&coder)
        coder.field(&awaited)
        coder.field(&lastPx.rawValue)
        coder.field(&nextIndication)
        var isByOrder = queues != nil
        coder.field(&isByOrder)
        if isByOrder {
            if queues == nil { queues = MarketQueues() }
            queues?.state(&coder)
        }
        coder.field(&unrested)
        coder.field(&position.rawValue)
        coder.field(&turnover.rawValue)
        coder.field(&fees.rawValue)
    }
}

extension AuctionInterest: State {
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&price.rawValue)
        coder.field(&quantity.rawValue)
        coder.field(&isBuy)
    }
}

extension AuctionPhase: State {
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&isCalling)
        coder.field(&hasOpened)
        coder.field(&hasClosed)
    }
}

extension Fill: State {
    static var filler: Fill {
        Fill(
            eventTime: 0, clOrdID: .none, lastQty: .zero, lastPx: .none, fee: .zero, symbol: SymbolID(rawValue: 0),
            execID: .none, orderID: .none, account: .none, side: .none, liquidity: .maker)
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&eventTime)
        coder.field(&clOrdID.rawValue)
        coder.field(&lastQty.rawValue)
        coder.field(&lastPx.rawValue)
        coder.field(&fee.rawValue)
        coder.field(&symbol.rawValue)
        coder.field(&execID.rawValue)
        coder.field(&orderID.rawValue)
        coder.field(&account.rawValue)
        side = coder.code(side, else: .none)
        liquidity = coder.code(liquidity, else: .maker)
    }
}

extension StateCoder {
    /// Saves or restores a FIX code.
    fileprivate mutating func code<C: RawRepresentable<UInt8>>(_ code: C, else fallback: C) -> C {
        var raw = code.rawValue
        field(&raw)
        return C(rawValue: raw) ?? fallback
    }
}
