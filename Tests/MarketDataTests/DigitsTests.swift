import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("digits, eight at a time")
struct DigitsTests {
    private func word(_ text: [UInt8]) -> UInt64 { text.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } }

    /// Expected: `UInt64(String)`.
    @Test("eight digits are their number, and anything else is none")
    func eight() {
        var random = SplitMix64(seed: 8)
        for _ in 0..<20_000 {
            var text = (0..<8).map { _ in UInt8(48 + random.below(10)) }
            #expect(eightDigits(word(text)) == UInt64(String(decoding: text, as: UTF8.self)))
            text[random.below(8)] = [47, 58, 46, 0, 32, 255, 128 + 48, 65][random.below(8)]
            #expect(eightDigits(word(text)) == nil)
        }
    }

    @Test("the first byte below 45 is found, whatever stands around it")
    func below() {
        var random = SplitMix64(seed: 9)
        for _ in 0..<20_000 {
            let text = (0..<8).map { _ in random.below(3) == 0 ? UInt8(random.below(60)) : UInt8(45 + random.below(211)) }
            let expected = text.firstIndex { $0 < 45 }
            let found = bytesBelow45(word(text))
            #expect((found == 0 ? nil : found.trailingZeroBitCount >> 3) == expected)
        }
    }

    @Test("nineteen digits are a time up to the last one that fits")
    func nineteen() {
        func read(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { nineteenDigits($0) } }
        #expect(read("1710163800123456789") == 1_710_163_800_123_456_789)
        #expect(read("9223372036854775807") == .max && read("9223372036854775808") == nil)
        #expect(read("171016380012345678") == nil && read("17101638001234567890") == nil && read("171016380012345678x") == nil)
    }

    /// Expected: the model's careful parser, and Swift's own. What lies behind the text must not be seen.
    @Test("numbers inside a message, read in words, are what the careful way reads")
    func quick() {
        let powers = PowersOfTen()
        var random = SplitMix64(seed: 11)
        var (decimals, whole) = (0, 0)
        for _ in 0..<50_000 {
            var text = (0..<1 + random.below(18)).map { _ in
                random.below(30) == 0 ? Array("-+e x".utf8)[random.below(5)] : UInt8(48 + random.below(10))
            }
            if random.below(3) > 0 { text[random.below(text.count)] = 46 }
            let count = text.count
            text += (0..<random.below(20)).map { _ in UInt8(40 + random.below(20)) }
            text.withUnsafeBytes { message in
                guard let start = message.baseAddress else { return }
                let limit = start + message.count, bytes = UnsafeRawBufferPointer(rebasing: message[..<count])
                for scale in [8, 9] {
                    guard let value = quickDecimal(bytes, within: limit, scale: scale, powers: powers.values) else { continue }
                    decimals += 1
                    #expect((try? Decimal.parse(bytes, scale: scale)) == value, "\(String(decoding: bytes, as: UTF8.self))")
                }
                if let value = quickUnsigned(bytes, within: limit, powers: powers.values) {
                    whole += 1
                    #expect(UInt64(String(decoding: bytes, as: UTF8.self)) == value)
                }
            }
        }
        #expect(decimals > 10_000 && whole > 1_000)
    }

    /// Expected: the calendar's own parser.
    @Test("a time of a day seen before is read in words as it is read with care")
    func times() {
        var random = SplitMix64(seed: 12), reader = TimeReader(), read = 0
        for _ in 0..<50_000 {
            func two(_ below: Int) -> String {
                random.below(40) == 0 ? ["0x", ":1", "99", " 1"][random.below(4)] : "\(10 + random.below(below - 10))"
            }
            let fraction = random.below(4) == 0 ? "" : "." + (0..<random.below(11)).map { _ in "\(random.below(10))" }.joined()
            let text = "2024-03-11T\(two(26)):\(two(62)):\(two(61))\(fraction)\(random.below(50) == 0 ? "z" : "Z")"
            let ours = Array(text.utf8).withUnsafeBytes { reader.time($0) }
            if ours != nil { read += 1 }
            #expect(ours == UTC.parse(text), "\(text)")
        }
        #expect(read > 10_000)
    }

    /// Expected: the model's careful parser. The short way may say "not me", never something else.
    @Test("the short way and the careful way agree")
    func short() {
        let powers = PowersOfTen()
        var random = SplitMix64(seed: 10)
        var short = 0
        for _ in 0..<50_000 {
            let text = (0..<1 + random.below(20)).map { _ in
                random.below(8) == 0 ? Array("..-+e ".utf8)[random.below(6)] : UInt8(48 + random.below(10))
            }
            text.withUnsafeBytes { bytes in
                for scale in [8, 9] {
                    guard let value = shortDecimal(bytes, scale: scale, powers: powers.values) else { continue }
                    short += 1
                    #expect((try? Decimal.parse(bytes, scale: scale)) == value)
                }
            }
        }
        #expect(short > 20_000)
        for text in ["", "."] {
            Array(text.utf8).withUnsafeBytes { #expect(shortDecimal($0, scale: 9, powers: powers.values) == nil) }
        }
    }
}
