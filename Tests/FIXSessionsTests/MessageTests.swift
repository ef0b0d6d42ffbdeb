import FIXSessions
import FloorTesting
import Testing

@Suite("FIX values")
struct MessageTests {
    /// From `date -u -d @SECONDS`.
    @Test(
        "UTCTimestamp is the calendar's, to the millisecond",
        arguments: [
            (0, "19700101-00:00:00.000"), (1_700_000_000_123_456_789, "20231114-22:13:20.123"),
            (951_782_400_000_000_000, "20000229-00:00:00.000"), (1_709_251_199_999_999_999, "20240229-23:59:59.999"),
            (-1_000_000, "19691231-23:59:59.999"), (4_107_542_400_000_000_000, "21000301-00:00:00.000"),
        ] as [(Int64, String)])
    func timestamps(nanoseconds: Int64, text: String) {
        #expect(String(decoding: FIXTimestamp.text(utcNanoseconds: nanoseconds), as: UTF8.self) == text)
        let cut = nanoseconds - ((nanoseconds % 1_000_000) + 1_000_000) % 1_000_000
        #expect(FIXTimestamp.utcNanoseconds(of: Array(text.utf8)) == cut)
    }

    @Test("UTCTimestamp with micro- and nanoseconds, and without a fraction")
    func precisions() {
        #expect(FIXTimestamp.utcNanoseconds(of: Array("20231114-22:13:20".utf8)) == 1_700_000_000_000_000_000)
        #expect(FIXTimestamp.utcNanoseconds(of: Array("20231114-22:13:20.123456".utf8)) == 1_700_000_000_123_456_000)
        #expect(FIXTimestamp.utcNanoseconds(of: Array("20231114-22:13:20.123456789".utf8)) == 1_700_000_000_123_456_789)
        #expect(FIXTimestamp.utcNanoseconds(of: Array("20161231-23:59:60".utf8)) == 1_483_228_800_000_000_000)
    }

    @Test(
        "what is no UTCTimestamp is nil",
        arguments: [
            "", "2023", "20231114 22:13:20", "20231314-22:13:20", "20230229-00:00:00", "20231114-24:00:00", "20231114-22:60:00",
            "20231114-22:13:61", "20231114-22:13:20.12", "20231114-22:13:20,123", "2023111x-22:13:20", "20231114-22-13-20",
            "00000000-00:00:00", "99991231-00:00:00",
        ])
    func noTimestamp(text: String) {
        #expect(FIXTimestamp.utcNanoseconds(of: Array(text.utf8)) == nil)
    }

    @Test("any 17 to 27 bytes are a UTCTimestamp or nil", arguments: 1...20 as ClosedRange<UInt64>)
    func fuzzedTimestamps(seed: UInt64) {
        var state = seed
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        let good = Array("20231114-22:13:20.123456789".utf8)
        for _ in Fuzz.rounds(1_000, of: "UTCTimestamp") {
            var text = Array(good.prefix([17, 21, 24, 27][next() % 4]))
            for _ in 0..<(next() % 4) { text[next() % text.count] = UInt8(next() % 256) }
            // A leap second (:60) has no text of its own.
            if let instant = FIXTimestamp.utcNanoseconds(of: text), text.count == 21, text[15] != UInt8(ascii: "6") {
                #expect(FIXTimestamp.text(utcNanoseconds: instant) == text)
            }
        }
    }

    @Test("a MsgType has one or two characters")
    func msgTypes() {
        #expect(FIXMsgType.newOrderSingle.description == "D")
        #expect(FIXMsgType("AE").description == "AE")
        #expect(FIXMsgType("D") != FIXMsgType("d"))
        for bad in ["", "ABC", " ", "A\u{1}"] {
            #expect(Array(bad.utf8).withUnsafeBytes { FIXMsgType(bytes: $0) } == nil)
        }
    }
}
