import FloorTesting
import PlainData
import Testing
import TradingModel

@Suite("exact decimals") struct DecimalTests {
    @Test(
        "a decimal is read exactly or not at all",
        arguments: [
            ("0", 0), ("1", 1_000_000_000), ("-1.5", -1_500_000_000), ("0.000000001", 1), ("27000.10", 27_000_100_000_000),
            ("+3", 3_000_000_000), (".5", 500_000_000), ("5.", 5_000_000_000), ("1e3", 1_000_000_000_000), ("1.5E-3", 1_500_000),
            ("0.1000000000000", 100_000_000), ("9223372036.854775807", .max), ("1E-09", 1),
        ] as [(String, Int64)])
    func reads(text: String, raw: Int64) throws { #expect(try Price(text).rawValue == raw) }

    @Test(
        "what cannot be held is refused, and says why",
        arguments: [
            ("", .notANumber), ("-", .notANumber), ("abc", .notANumber), ("1.2.3", .notANumber), ("1 000", .notANumber),
            ("0x10", .notANumber), ("nan", .notANumber), ("1e", .notANumber), ("--1", .notANumber), ("1,5", .notANumber),
            ("0.0000000001", .tooPrecise), ("1e-10", .tooPrecise), ("9223372036.854775808", .outOfRange), ("1e30", .outOfRange),
            ("99999999999999999999", .outOfRange),
        ] as [(String, Decimal.Flaw)])
    func refuses(text: String, flaw: Decimal.Flaw) { #expect(throws: flaw) { try Price(text) } }

    @Test("what is written reads back as the same", arguments: [0, 1, -1, 999_999_999, 1_000_000_000, .max, .min + 1] as [Int64])
    func roundTrip(raw: Int64) throws {
        #expect(try Price(Price(rawValue: raw).description).rawValue == raw)
        #expect(try Quantity(Quantity(rawValue: raw).description).rawValue == raw)
    }

    @Test("no bytes make the reader crash")
    func fuzz() {
        var random = SplitMix64(seed: 3)
        let alphabet = Array("0123456789.-+eE, \u{0}".utf8)
        for _ in Fuzz.rounds(50_000, of: "decimal") {
            let bytes = (0..<random.below(90)).map { _ in alphabet[random.below(alphabet.count)] }
            let raw = bytes.withUnsafeBytes { try? Decimal.parse($0, scale: 8) }
            if let raw { #expect((try? Decimal.parse(Decimal.text(raw, scale: 8), scale: 8)) == raw) }
        }
    }
}

@Suite("money") struct NotionalTests {
    @Test("an amount as a double is the nearest one where the amount is a whole number, so that 2000 prints as 2000")
    func doubles() throws {
        for units in [1, 3, 2_000, 11_807, 98_765, -98_765, 12_345_678_901] as [Int64] {
            #expect(Notional(Price(rawValue: Price.one), Quantity(units: units)).double == Double(units))
        }
        #expect(try Notional("0.1").double == 0.1 && Notional("-1500.25").double == -1_500.25)
    }

    /// By hand: 3 at 10.10 and 1 at 10.30 cost 40.60; a quarter of it is 10.15.
    @Test("price times quantity is exact, and so is the mean")
    func mean() throws {
        let cost = Notional(try Price("10.10"), Quantity(units: 3)) + Notional(try Price("10.30"), Quantity(units: 1))
        #expect(cost.description == "40.6")
        #expect(cost.price(per: Quantity(units: 4)) == (try Price("10.15")))
    }

    /// By hand, in units of 1e-9: 1/2 and 5/2 lie halfway and go to the even neighbour, 0 and 2; 3/2 goes to 2.
    @Test("a mean halfway between two prices goes to the even one, on both sides of zero")
    func halfEven() {
        func mean(_ raw: Int128, over two: Int64) -> Int64? {
            Notional(rawValue: raw * 100_000_000).price(per: Quantity(units: two))?.rawValue
        }
        #expect([1, 3, 5, 7].map { mean($0, over: 2) } == [0, 2, 2, 4])
        #expect([-1, -3, -5, -7].map { mean($0, over: 2) } == [0, -2, -2, -4])
        #expect([1, 3, 5, 7].map { mean($0, over: -2) } == [0, -2, -2, -4])
        #expect([1, 2].map { mean($0, over: 3) } == [0, 1])
        #expect(mean(1, over: 0) == nil)
    }

    @Test("the product of the largest price and quantity fits, with either sign")
    func extremes() {
        let most = Notional(Price(rawValue: .max), Quantity(rawValue: .max))
        #expect(most.rawValue == Int128(Int64.max) * Int128(Int64.max))
        #expect(most.price(per: Quantity(rawValue: .max)) == Price(rawValue: .max))
        #expect((-most).price(per: Quantity(rawValue: .max)) == Price(rawValue: -.max))
        #expect(most.price(per: Quantity(rawValue: 1)) == nil, "past any price")
    }
}
