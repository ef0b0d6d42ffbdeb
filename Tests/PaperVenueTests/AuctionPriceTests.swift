import PlainData
import Testing
import TradingModel

@testable import PaperVenue

/// A book in short: `100@202` a limit order, `100` a market order.
struct AuctionCase: Sendable, CustomTestStringConvertible {
    var name: String, buys: String, sells: String, reference: Int64?
    var price: Int64?, volume: Int64, surplus: Int64
    var testDescription: String { name }

    init(
        _ name: String, buys: String, sells: String, reference: Int64? = nil, price: Int64?, volume: Int64, surplus: Int64
    ) {
        (self.name, self.buys, self.sells, self.reference) = (name, buys, sells, reference)
        (self.price, self.volume, self.surplus) = (price, volume, surplus)
    }
    var interests: [AuctionInterest] {
        [(buys, true), (sells, false)].flatMap { text, isBuy in
            text.split(separator: " ").map { word in
                let parts = word.split(separator: "@").compactMap { Int64($0) }
                return AuctionInterest(
                    price: parts.count > 1 ? Price(rawValue: parts[1] * Price.one) : .none, quantity: units(parts[0]),
                    isBuy: isBuy)
            }
        }
    }
}

@Suite("The single price of an auction") struct AuctionPriceTests {
    /// The examples of Deutsche Börse, "Xetra Release 16.0, Market Model Equities", on price determination in auctions, and, behind
    /// them, those of BNB Chain's "Match Steps and Examples" (bnb-chain.github.io) that need no reference price.
    static let published = [
        AuctionCase(
            "1: one limit", buys: "200@202 200@201 300@200", sells: "100@200 200@198 400@197", price: 200, volume: 700, surplus: 0
        ),
        AuctionCase(
            "2: buyers are left, the highest", buys: "400@202 200@201", sells: "300@199 200@198", price: 201, volume: 500,
            surplus: 100),
        AuctionCase(
            "3: sellers are left, the lowest", buys: "300@202 200@201", sells: "400@199 200@198", price: 199, volume: 500,
            surplus: -100),
        AuctionCase(
            "4: both, at the reference", buys: "100 100@199", sells: "100 100@202", reference: 199, price: 199, volume: 100,
            surplus: 100),
        AuctionCase(
            "4: both, nearest to the reference", buys: "100 100@199", sells: "100 100@202", reference: 200, price: 199,
            volume: 100,
            surplus: 100),
        AuctionCase(
            "5: nobody is left, as near", buys: "300@202 200@201", sells: "200@198 300@199", reference: 200, price: 201,
            volume: 500, surplus: 0),
        AuctionCase(
            "5: nobody is left, above", buys: "300@202 200@201", sells: "200@198 300@199", reference: 202, price: 201,
            volume: 500,
            surplus: 0),
        AuctionCase(
            "5: nobody is left, below", buys: "300@202 200@201", sells: "200@198 300@199", reference: 198, price: 199,
            volume: 500,
            surplus: 0),
        AuctionCase("6: market orders", buys: "900", sells: "800", reference: 250, price: 250, volume: 800, surplus: 100),
        AuctionCase("6: market orders again", buys: "900", sells: "800", reference: 99, price: 99, volume: 800, surplus: 100),
        AuctionCase("7: none", buys: "80@200 80@199", sells: "80@201", price: nil, volume: 0, surplus: 0),
        AuctionCase(
            "partial, by time", buys: "300@200 300@200", sells: "400@200", price: 200, volume: 400, surplus: 200),
        AuctionCase(
            "surplus of supply, the lowest", buys: "250 150@199 50", sells: "300 200@198", price: 198, volume: 450, surplus: -50),
        AuctionCase("largest execution", buys: "150@100 150@98", sells: "250@98 50@97", price: 98, volume: 300, surplus: 0),
        AuctionCase(
            "largest execution, lowest", buys: "150@100 50@99 300@97", sells: "200@97 100@96", price: 97, volume: 300,
            surplus: 200),
        AuctionCase(
            "least surplus", buys: "300@102 100@100 200@99 300@98", sells: "250@98 250@97 1000@96", price: 96, volume: 900,
            surplus: -100),
        AuctionCase(
            "least surplus again", buys: "30@102 10@101 50@99 15@96", sells: "10@98 50@97 50@95", price: 97, volume: 90,
            surplus: -10),
    ]

    @Test("is that of published examples", arguments: published)
    func examples(_ example: AuctionCase) {
        let found = AuctionPrice(
            of: example.interests, reference: example.reference.map { Price(rawValue: $0 * Price.one) } ?? .none)
        #expect(found.price == example.price.map { Price(rawValue: $0 * Price.one) } ?? .none)
        #expect(found.volume == units(example.volume) && found.surplus == units(example.surplus), "\(found)")
    }

    /// The second method: every tick is tried, and the rules are applied in words.
    @Test("is that of trying every limit", arguments: 1...300 as ClosedRange<UInt64>)
    func everyLimit(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let interests = (0..<random.below(12)).map { _ in
            AuctionInterest(
                price: random.below(5) == 0 ? .none : Price(rawValue: Int64(95 + random.below(10)) * Price.one),
                quantity: units(Int64(1 + random.below(6))), isBuy: random.below(2) == 0)
        }
        let reference = random.below(4) == 0 ? Price.none : Price(rawValue: Int64(95 + random.below(10)) * Price.one)
        func sum(_ isBuy: Bool, _ price: Price) -> Int64 {
            interests.filter { $0.isBuy == isBuy && ($0.price.isNone || (isBuy ? $0.price >= price : $0.price <= price)) }
                .reduce(0) { $0 + $1.quantity.rawValue }
        }
        var limits = Set(interests.map(\.price).filter { !$0.isNone })
        if limits.isEmpty, !reference.isNone { limits = [reference] }
        let tried = limits.map {
            (price: $0, volume: min(sum(true, $0), sum(false, $0)), surplus: sum(true, $0) - sum(false, $0))
        }
        let most = tried.map(\.volume).max() ?? 0
        let found = AuctionPrice(of: interests, reference: reference)
        guard most > 0 else {
            #expect(found.price.isNone && found.volume == .zero)
            return
        }
        let best = tried.filter { $0.volume == most }, least = best.map { abs($0.surplus) }.min() ?? 0
        let equal = best.filter { abs($0.surplus) == least }
        #expect(found.volume.rawValue == most && found.surplus.magnitude.rawValue == least)
        #expect(equal.contains { $0.price == found.price && $0.surplus == found.surplus.rawValue })
        if equal.allSatisfy({ $0.surplus > 0 }) { #expect(found.price == equal.map(\.price).max()) }
        if equal.allSatisfy({ $0.surplus < 0 }) { #expect(found.price == equal.map(\.price).min()) }
        let isMixed = !equal.allSatisfy { $0.surplus > 0 } && !equal.allSatisfy { $0.surplus < 0 }
        if isMixed, !reference.isNone {
            let distance = abs(found.price.rawValue - reference.rawValue)
            #expect(equal.allSatisfy { abs($0.price.rawValue - reference.rawValue) >= distance })
        }
    }
}
