import FloorTesting
import Foundation
import PlainData
import Testing

@Suite("UTC") struct UTCTests {
    /// Foundation's calendar is the second opinion.
    @Test("a moment reads as Foundation writes it, and back", arguments: 1...2_000 as ClosedRange<UInt64>)
    func agreesWithFoundation(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let seconds = Int64(random.below(8_000_000_000)) - 2_000_000_000  // 1906 to 2160
        let style = Date.ISO8601FormatStyle(timeZone: try #require(TimeZone(identifier: "UTC")))
        let text = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
        #expect(UTC.text(seconds * UTC.second) == text)
        #expect(UTC.parse(text) == seconds * UTC.second)
        let nanoseconds = seconds * UTC.second + Int64(random.below(1_000_000_000))
        #expect(UTC.parse(UTC.text(nanoseconds)) == nanoseconds)
    }

    @Test(
        "each way to write a time is read, exactly",
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01.5Z", 1_500_000_000),
            ("2000-02-29 12:00:00", 951_825_600_000_000_000), ("2024-03-11T13:30:00.123456789Z", 1_710_163_800_123_456_789),
            ("2024-03-11T13:30:00+00:00", 1_710_163_800_000_000_000), ("1710163800000000000", 1_710_163_800_000_000_000),
        ] as [(String, Int64)])
    func reads(text: String, nanoseconds: Int64) { #expect(UTC.parse(text) == nanoseconds) }

    @Test(
        "what is no time, or of another zone, is refused",
        arguments: [
            "", "2024", "2024-13-01", "2023-02-29", "2024-03-11T24:00:00Z", "2024-03-11T13:30:00+01:00", "2024-03-11T13:30:00.Z",
            "2024-03-11T13:30:00.1234567891Z", "2024-03-11x", "12345678901234567890", "1e9", "9999999999999999999",
        ])
    func refuses(text: String) { #expect(UTC.parse(text) == nil) }

    @Test("no bytes at all make the reader crash")
    func fuzz() {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("0123456789-:.TZ +e".utf8)
        for _ in Fuzz.rounds(20_000, of: "UTC text") {
            let bytes = (0..<random.below(34)).map { _ in alphabet[random.below(alphabet.count)] }
            if let time = bytes.withUnsafeBytes({ UTC.parse($0) }) { #expect(UTC.parse(UTC.text(time)) == time) }
        }
    }
}
