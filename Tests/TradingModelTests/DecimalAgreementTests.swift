import Foundation
import PlainData
import Testing
import TradingModel

@Suite("exact decimals beside Foundation's") struct DecimalAgreementTests {
    /// Foundation's decimal arithmetic, slow and exact, is the second opinion.
    @Test("every text reads as Foundation reads it", arguments: 1...40 as ClosedRange<UInt64>)
    func agreesWithFoundation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let digits = (0..<random.below(10) + 1).map { _ in String(random.below(10)) }.joined()
            let fraction = (0..<random.below(13)).map { _ in String(random.below(10)) }.joined()
            let text = (random.below(2) == 0 ? "-" : "") + digits + (fraction.isEmpty ? "" : "." + fraction)
            guard let value = Foundation.Decimal(string: text, locale: nil) else {
                Issue.record("Foundation reads no decimal from \(text)")
                continue
            }
            var scaled = value * 1_000_000_000
            var rounded = Foundation.Decimal()
            NSDecimalRound(&rounded, &scaled, 0, .plain)
            let own = try? Price(text)
            let exact = scaled == rounded && abs(rounded) <= Foundation.Decimal(Int64.max)
            #expect((own != nil) == exact, "\(text)")
            if let own { #expect(Foundation.Decimal(own.rawValue) == scaled, "\(text)") }
        }
    }
}
