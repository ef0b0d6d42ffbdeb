import Testing

@testable import Topology

@Suite("Values are read as they are written, exactly")
struct ValueTextTests {
    @Test(
        "durations",
        arguments: [
            ("1ns", 1), ("250ms", 250_000_000), ("10us", 10_000), ("30s", 30_000_000_000), ("1m", 60_000_000_000),
            ("2h", 7_200_000_000_000),
            ("1d", 86_400_000_000_000), ("0s", 0), ("106751d", 9_223_286_400_000_000_000), ("9223372036854775807ns", Int64.max),
        ] as [(String, Int64)])
    func duration(text: String, nanoseconds: Int64) {
        #expect(DurationText.nanoseconds(text) == nanoseconds)
        #expect(DurationText.nanoseconds(DurationText.canonical(nanoseconds)) == nanoseconds)
    }

    @Test(
        "what is no duration",
        arguments: ["", "1", "s", "1 s", "-1s", "1.5s", "1S", "1sec", "1m30s", "106752d", "9223372036854775808ns", "١s", "1s "])
    func noDuration(text: String) {
        #expect(DurationText.nanoseconds(text) == nil)
    }

    @Test(
        "decimals have one spelling",
        arguments: [
            ("0", "0"), ("-0.0", "0"), ("007.500", "7.5"), (".5", nil), ("5.", nil), ("+1", "1"), ("1_000_000.25", "1000000.25"),
            ("1e3", nil), ("0x10", nil),
            ("", nil), ("-", nil), ("1.2.3", nil),
            ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
            ("123456789012345678901234567890123456789", nil), ("1__0", nil), ("_1", nil), ("0.00000001", "0.00000001"),
        ] as [(String, String?)])
    func decimal(text: String, canonical: String?) {
        #expect(DecimalText(text)?.canonical == canonical)
    }

    /// The second method: whole numbers of the last place.
    @Test("decimals compare by value", arguments: 1...200 as ClosedRange<UInt64>)
    func comparison(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (a, b) = (random.below(20_001) - 10_000, random.below(20_001) - 10_000)
        func text(_ hundredths: Int) -> String {
            let magnitude = abs(hundredths)
            return "\(hundredths < 0 ? "-" : "")\(magnitude / 100).\(magnitude % 100 < 10 ? "0" : "")\(magnitude % 100)"
        }
        let (x, y) = (try #require(DecimalText(text(a))), try #require(DecimalText(text(b))))
        #expect((x < y) == (a < b))
        #expect((x == y) == (a == b))
    }

    @Test(
        "sizes",
        arguments: [
            ("1", 1), ("64KiB", 65_536), ("16MB", 16_000_000), ("2gib", 2_147_483_648), ("1.5MB", nil), ("MB", nil),
            ("9223372036854775807GB", nil),
        ] as [(String, Int64?)])
    func size(text: String, bytes: Int64?) {
        #expect(SizeText.bytes(text) == bytes)
    }

    @Test(
        "numbers are finite and written in digits",
        arguments: [
            ("1.5", 1.5), ("-2e3", -2000), ("1e999", nil), ("nan", nil), ("0x1p3", nil), ("inf", nil), ("1,5", nil), ("", nil),
        ] as [(String, Double?)])
    func double(text: String, value: Double?) {
        #expect(DoubleText.value(text) == value)
    }

    /// By hand, with the restricted distance: a swap of neighbours is one edit.
    @Test(
        "edit distances",
        arguments: [("kitten", "sitting", 3), ("trade", "trades", 1), ("form", "from", 1), ("", "abc", 3), ("ca", "abc", 3)])
    func distance(a: String, b: String, edits: Int) {
        #expect(Nearest.distance(Array(a.unicodeScalars), Array(b.unicodeScalars)) == edits)
        #expect(Nearest.distance(Array(b.unicodeScalars), Array(a.unicodeScalars)) == edits)
    }
}
