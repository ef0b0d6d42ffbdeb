import TradingModel

/// What takes part in an auction: an order, or what is displayed.
struct AuctionInterest: BitwiseCopyable {
    /// The limit; `.none` for a market order.
    var price: Price
    var quantity: Quantity
    var isBuy: Bool
}

/// The single price of a call auction.
///
/// Of the limits in the book it is the one at which most trades; of several, the one that leaves least; of several of these the
/// highest where only buyers are left and the lowest where only sellers are, else the one nearest to the reference price, the
/// higher of two that are as near. Where there are market orders alone it is the reference price.
///
/// - Cost: n log n of the interests.
/// - Source: Deutsche Börse, "Xetra Release 16.0, Market Model Equities", the chapter on price determination in auctions.
struct AuctionPrice: Equatable {
    /// `.none` where nothing can trade.
    private(set) var price = Price.none
    private(set) var volume = Quantity.zero
    /// What buyers want at this price less what sellers do; without a price, at the reference.
    private(set) var surplus = Quantity.zero

    private struct Candidate {
        var price: Price, volume: Int128, surplus: Int128
    }

    /// One that is known.
    init(price: Price, volume: Quantity) { (self.price, self.volume) = (price, volume) }

    init(of interests: [AuctionInterest], reference: Price) {
        let limits = Set(interests.lazy.filter { !$0.price.isNone }.map(\.price.rawValue)).sorted()
        var candidates = Self.candidates(limits.isEmpty && !reference.isNone ? [reference.rawValue] : limits, interests)
        let most = candidates.map(\.volume).max() ?? 0
        guard most > 0 else {
            let there = Self.candidates(reference.isNone ? [] : [reference.rawValue], interests).first
            surplus = Self.quantity(there?.surplus ?? 0)
            return
        }
        candidates.removeAll { $0.volume < most }
        let least = candidates.map(\.surplus.magnitude).min() ?? 0
        candidates.removeAll { $0.surplus.magnitude > least }
        guard let chosen = Self.choice(candidates, reference) else { return }
        (price, volume, surplus) = (chosen.price, Self.quantity(chosen.volume), Self.quantity(chosen.surplus))
    }

    private static func quantity(_ sum: Int128) -> Quantity { Quantity(rawValue: Int64(clamping: sum)) }

    /// What would trade at each price; `prices` ascend.
    private static func candidates(_ prices: [Int64], _ interests: [AuctionInterest]) -> [Candidate] {
        let sells = interests.filter { !$0.isBuy }.sorted { $0.price < $1.price }  // market orders are the lowest
        let buys = interests.filter { $0.isBuy && !$0.price.isNone }.sorted { $0.price < $1.price }
        var wanted = interests.reduce(Int128(0)) { $1.isBuy ? $0 + Int128($1.quantity.rawValue) : $0 }
        var offered: Int128 = 0, (sell, buy) = (0, 0)
        return prices.map { price in
            while sell < sells.count, sells[sell].price.isNone || sells[sell].price.rawValue <= price {
                offered += Int128(sells[sell].quantity.rawValue)
                sell += 1
            }
            while buy < buys.count, buys[buy].price.rawValue < price {
                wanted -= Int128(buys[buy].quantity.rawValue)
                buy += 1
            }
            return Candidate(price: Price(rawValue: price), volume: min(wanted, offered), surplus: wanted - offered)
        }
    }

    /// Between prices at which as much trades and as much is left; they ascend.
    private static func choice(_ candidates: [Candidate], _ reference: Price) -> Candidate? {
        if candidates.allSatisfy({ $0.surplus > 0 }) { return candidates.last }
        if candidates.allSatisfy({ $0.surplus < 0 }) { return candidates.first }
        guard !reference.isNone else { return candidates.last }
        func distance(_ candidate: Candidate) -> UInt128 {
            (Int128(candidate.price.rawValue) - Int128(reference.rawValue)).magnitude
        }
        return candidates.reduce(nil) { best, next in
            guard let best else { return next }
            return distance(next) <= distance(best) ? next : best
        }
    }
}
