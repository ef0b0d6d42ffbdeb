import TradingModel

/// Granville's on-balance volume: the volume of bars that close higher, less that of bars that close lower.
///
/// - Seed: 0 at the first bar, which is the first value (Granville, Achelis, Tulip, Stock.Indicators; TA-Lib begins with the first
///   bar's volume). The sum is of integers, so exact.
/// - Source: Granville, "Granville's New Key to Stock Market Profits", 1963.
public struct OBV: Indicator {
    public init() {}
    public struct Memory: Words {
        var count: Int64 = 0, close: Int64 = 0
        /// In 1e-8 units: 128 bits, since decades of an index's volume do not fit in 64.
        var high: Int64 = 0, low: UInt64 = 0
        public init() {}
    }
    public var memory: Memory { Memory() }
    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Double? {
        let close = bar.close.rawValue
        let sign: Int64 = memory.count == 0 || close == memory.close ? 0 : close > memory.close ? 1 : -1
        (memory.count, memory.close) = (1, close)
        let sum = Int128(memory.high) << 64 | Int128(memory.low)
        let new = sum + Int128(sign) * Int128(bar.volume.rawValue)
        (memory.high, memory.low) = (Int64(truncatingIfNeeded: new >> 64), UInt64(truncatingIfNeeded: new))
        return Double(new) / 1e8
    }
}
