import PlainData
import Testing

@testable import StreamRuntime

@Suite("a histogram") struct HistogramTests {
    /// A second method: the values themselves, sorted.
    @Test("a percentile is within a sixteenth below the value at its rank", arguments: 1...20 as ClosedRange<UInt64>)
    func percentiles(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let values = (0..<500).map { _ in UInt64(1 + random.below(1 << (1 + random.below(40)))) }
        let histogram = Histogram(), sorted = values.sorted()
        for value in values { histogram.record(value) }
        for p in [0.01, 0.5, 0.9, 0.99, 1] {
            let exact = sorted[min(499, Int((500 * p).rounded(.up)) - 1)]
            let found = histogram.percentile(p) ?? 0
            #expect(found <= exact && Double(found) >= Double(exact) * 15 / 16 - 1, "p\(p): \(found) for \(exact)")
        }
        #expect(histogram.count == 500 && histogram.sum == values.reduce(0, +))
    }

    @Test("a bound counts every value that is certainly below it, and none above", arguments: 1...20 as ClosedRange<UInt64>)
    func bounds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let values = (0..<300).map { _ in UInt64(1 + random.below(1 << (1 + random.below(34)))) }
        let histogram = Histogram()
        for value in values { histogram.record(value) }
        let figures = histogram.figures
        for _ in 0..<20 {
            let limit = UInt64(1 + random.below(1 << 34))
            let counted = figures.count(atMost: limit)
            #expect(counted <= UInt64(values.filter { $0 <= limit }.count))
            #expect(counted >= UInt64(values.filter { Double($0) <= Double(limit) * 15 / 16 - 1 }.count))
        }
        #expect(figures.count(atMost: .max) == 300)
    }

    @Test("nothing recorded has no percentile") func empty() {
        #expect(Histogram().percentile(0.5) == nil && Histogram().count == 0)
    }
}
