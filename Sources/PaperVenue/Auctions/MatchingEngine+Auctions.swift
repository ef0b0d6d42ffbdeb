import PlainData
import TradingModel

/// Where a symbol is in its day.
struct AuctionPhase: BitwiseCopyable {
    /// Orders are collected for an auction, and nothing matches.
    var isCalling = false
    var hasOpened = false, hasClosed = false
}

/// Auctions: orders are collected, then trade at a single price.
///
/// Orders for an auction alone (TimeInForce 2 and 7) are not in the book; the others are, and take part too, and so does what is
/// displayed and what others have sent for it. At the price the market's own go first, then ours by time: the recorded market
/// would have traded without us.
extension MatchingEngine {
    /// How often at most an indicative price is told, in ns of the venue's time.
    static let indicativeEvery: Int64 = 1_000_000_000

    /// Begins to collect orders for an auction.
    /// - Parameter symbol: nil for every symbol, also one that nobody has named yet.
    mutating func call(_ symbol: SymbolID?) {
        guard let symbol else {
            phase.isCalling = true
            for i in books.indices where !books[i].phase.hasClosed { books[i].phase.isCalling = true }
            return
        }
        books[book(of: symbol)].phase.isCalling = true
    }

    /// Somebody else's order for the next auction.
    mutating func join(_ interest: AuctionInterest, _ symbol: SymbolID, _ time: Int64) {
        let book = book(of: symbol)
        books[book].others.append(interest)
        indicate(book, books[book].phase.hasOpened || !books[book].phase.isCalling ? .closing : .opening, time)
    }

    /// Holds an auction, and ends the call or halt before it: after an opening or an intraday one trading goes on, after a
    /// closing one nothing matches and nothing is taken any more.
    /// - Parameter symbol: nil for every symbol, also one that nobody has named yet.
    mutating func auction(_ kind: AuctionUpdate.Kind, _ symbol: SymbolID?, _ time: Int64, into reports: inout [ExecutionReport]) {
        guard let symbol else {
            phase.end(kind)
            awaited = 0
            for i in books.indices { auction(kind, SymbolID(rawValue: UInt32(i)), time, into: &reports) }
            return
        }
        let book = book(of: symbol)
        guard !books[book].phase.hasClosed else { return }
        let interests = interests(book, kind)
        let result = AuctionPrice(of: interests, reference: reference(book))
        // Of a symbol that nobody has named there is nothing to tell.
        if !interests.isEmpty || !books[book].lastPx.isNone { tell(book, kind, .done, result, time) }
        if result.volume > .zero { cross(book, kind, result, time, into: &reports) }
        finish(kind, book, time, into: &reports)
    }

    /// What comes after an auction.
    private mutating func finish(
        _ kind: AuctionUpdate.Kind, _ book: Int, _ time: Int64, into reports: inout [ExecutionReport]
    ) {
        books[book].phase.end(kind)
        (books[book].isHalted, books[book].awaited) = (false, 0)
        books[book].others.removeAll()
        expire(kind == .opening ? books[book].opening : kind == .closing ? books[book].closing : [], book, time, into: &reports)
        if kind == .closing { return }
        for buys in [true, false] { meetAgain(book, buys: buys, time, into: &reports) }
    }

    /// The next print of the symbol is an auction: until it comes orders are collected.
    mutating func awaitAuction(_ kind: AuctionUpdate.Kind, _ symbol: SymbolID?) {
        call(symbol)
        if let symbol { return books[book(of: symbol)].awaited = kind.rawValue }
        awaited = kind.rawValue
        for i in books.indices where !books[i].phase.hasClosed { books[i].awaited = kind.rawValue }
    }

    /// The recorded auction: ours trade at its price, each side up to its size.
    mutating func auction(_ kind: AuctionUpdate.Kind, at print: Trade, into reports: inout [ExecutionReport]) {
        let book = book(of: print.symbol)
        books[book].awaited = 0
        tell(book, kind, .done, AuctionPrice(price: print.price, volume: print.size), print.eventTime)
        // The print is the market's own: none of it stands before ours.
        (books[book].others, books[book].bid.remaining, books[book].ask.remaining) = ([], .zero, .zero)
        cross(book, kind, AuctionPrice(price: print.price, volume: print.size), print.eventTime, into: &reports)
        finish(kind, book, print.eventTime, into: &reports)
    }

    /// The orders of an auction that is over, or will not be held.
    mutating func expire(_ collected: [Int32], _ book: Int, _ time: Int64, into reports: inout [ExecutionReport]) {
        for place in collected {
            end(place, .expired)
            report(.expired, place, time, into: &reports)
        }
        compactCollected(book)
    }

    /// What those collected would come to now, told at most so often.
    mutating func indicate(_ book: Int, _ kind: AuctionUpdate.Kind, _ time: Int64) {
        guard time >= books[book].nextIndication else { return }
        books[book].nextIndication = time + Self.indicativeEvery
        tell(book, kind, .indicative, AuctionPrice(of: interests(book, kind), reference: reference(book)), time)
    }

    private mutating func tell(
        _ book: Int, _ kind: AuctionUpdate.Kind, _ phase: AuctionUpdate.Phase, _ result: AuctionPrice, _ time: Int64
    ) {
        auctions.append(
            AuctionUpdate(
                eventTime: time, symbol: SymbolID(rawValue: UInt32(book)), kind: kind, phase: phase, price: result.price,
                pairedQty: result.volume, surplus: result.surplus, referencePrice: reference(book)))
    }

    /// The last price; before there is one, the middle of what is displayed.
    private func reference(_ book: Int) -> Price {
        if !books[book].lastPx.isNone { return books[book].lastPx }
        let (bid, ask) = (books[book].bid.price, books[book].ask.price)
        guard !bid.isNone, !ask.isNone else { return bid.isNone ? ask : bid }
        return Price(rawValue: bid.rawValue + (ask.rawValue - bid.rawValue) / 2)
    }

    private func ours(_ book: Int, _ kind: AuctionUpdate.Kind) -> [Int32] {
        let collected = kind == .opening ? books[book].opening : kind == .closing ? books[book].closing : []
        return books[book].buys + books[book].sells + collected
    }

    private func interests(_ book: Int, _ kind: AuctionUpdate.Kind) -> [AuctionInterest] {
        ours(book, kind).map {
            let order = orders[Int($0)]
            return AuctionInterest(price: order.price, quantity: order.remainder, isBuy: order.side.isBuy)
        } + displayed(book) + books[book].others
    }
    private func displayed(_ book: Int) -> [AuctionInterest] {
        [(books[book].bid, true), (books[book].ask, false)].compactMap { side, isBuy in
            side.price.isNone || side.remaining <= .zero
                ? nil : AuctionInterest(price: side.price, quantity: side.remaining, isBuy: isBuy)
        }
    }

    /// Somebody's turn in an auction.
    private struct Claim {
        var interest: AuctionInterest
        /// Ours; −1: somebody else's, −2: what is displayed.
        var place: Int32 = -1
        var since = Int64.min

        /// Market orders first, then by price, then the market's own before ours, then by time.
        static func precedes(_ a: Claim, _ b: Claim) -> Bool {
            let (p, q) = (a.interest.price, b.interest.price)
            if p != q { return p.isNone || (!q.isNone && (a.interest.isBuy ? p > q : p < q)) }
            return a.since < b.since
        }
    }

    /// Trades both sides at the price.
    private mutating func cross(
        _ book: Int, _ kind: AuctionUpdate.Kind, _ result: AuctionPrice, _ time: Int64, into reports: inout [ExecutionReport]
    ) {
        var claims = displayed(book).map { Claim(interest: $0, place: -2) }
        claims += books[book].others.map { Claim(interest: $0) }
        claims += ours(book, kind).map {
            let order = orders[Int($0)]
            let interest = AuctionInterest(price: order.price, quantity: order.remainder, isBuy: order.side.isBuy)
            return Claim(interest: interest, place: $0, since: order.since)
        }
        for buys in [true, false] {
            var left = result.volume
            let inOrder = claims.filter { $0.interest.isBuy == buys && $0.interest.allows(result.price) }
            // Sorting is stable: of one time, in the order in which they came.
            for claim in inOrder.sorted(by: Claim.precedes) where left > .zero {
                let quantity = min(left, claim.interest.quantity)
                left -= quantity
                if claim.place >= 0 {
                    execute(claim.place, quantity, at: result.price, .auction, time, into: &reports)
                } else if claim.place == -2 {
                    if buys { books[book].bid.remaining -= quantity } else { books[book].ask.remaining -= quantity }
                }
            }
            compact(book, buys: buys)
        }
        compactCollected(book)
        books[book].lastPx = result.price
    }

    /// Takes the ended orders out of those that are collected.
    private mutating func compactCollected(_ book: Int) {
        let opening = books[book].opening.filter { !orders[Int($0)].ordStatus.isTerminal }
        let closing = books[book].closing.filter { !orders[Int($0)].ordStatus.isTerminal }
        (books[book].opening, books[book].closing) = (opening, closing)
    }
}

extension AuctionInterest {
    func allows(_ other: Price) -> Bool { price.isNone || (isBuy ? price >= other : price <= other) }
}

extension AuctionPhase {
    /// An auction of this kind is over.
    mutating func end(_ kind: AuctionUpdate.Kind) {
        isCalling = kind == .closing
        if kind != .intraday { hasOpened = true }
        if kind == .closing { hasClosed = true }
    }
}
