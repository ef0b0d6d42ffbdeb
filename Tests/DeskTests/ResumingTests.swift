import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import Desk

@Suite("a source taken up again") struct ResumingTests {
    /// Gives numbered trades in blocks of random sizes.
    private struct Numbered: PullSource {
        var next = 0
        let count: Int
        var random: SplitMix64

        mutating func fill(_ buffer: UnsafeMutableBufferPointer<Trade>) throws -> Int {
            let n = min(count - next, 1 + random.below(buffer.count))
            for i in 0..<n {
                buffer[i] = Trade(
                    eventTime: Int64(next + i), symbol: SymbolID(rawValue: 1), price: Price(rawValue: 1),
                    size: Quantity(units: 1),
                    aggressor: .buy, tradeID: UInt64(next + i))
            }
            next += n
            return n
        }
    }

    @Test(
        "it goes on with the element after those that were taken, however the blocks lie",
        arguments: 1...60 as ClosedRange<UInt64>)
    func skipsExactly(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let count = random.below(400), taken = random.below(count + 1)
        var source = Resuming(Numbered(count: count, random: SplitMix64(seed: seed &* 7)), after: UInt64(taken))
        let buffer = UnsafeMutableBufferPointer<Trade>.allocate(capacity: 1 + random.below(64))
        defer { buffer.deallocate() }
        var found: [UInt64] = []
        while true {
            let n = try source.fill(buffer)
            if n == 0 { break }
            found += buffer[..<n].map(\.tradeID)
        }
        #expect(found == (taken..<count).map(UInt64.init))
    }

    @Test("a file that has become shorter than what was taken ends at once")
    func shorterFile() throws {
        var source = Resuming(Numbered(count: 10, random: SplitMix64(seed: 1)), after: 50)
        let buffer = UnsafeMutableBufferPointer<Trade>.allocate(capacity: 4)
        defer { buffer.deallocate() }
        #expect(try source.fill(buffer) == 0)
    }
}
