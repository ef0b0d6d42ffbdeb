import PlainData
import TradingModel

/// Hosoda's one-glance chart: the middles of three ranges, two of them drawn ahead.
///
///     tenkan = (highest + lowest) / 2 over 9 bars      kijun over 26
///     senkou_a = (tenkan + kijun) / 2      senkou_b over 52, both of `displacement` bars ago: the cloud above or below this bar
///
/// - Output: `tenkan`, `kijun`, `senkou_a`, `senkou_b`; each is empty until it is there. The fifth line, chikou, is this bar's close
///   drawn `displacement` bars back: at a bar it would be a price of the future, so it is left out.
/// - Seed: none. First values at bars `tenkan`, `kijun`, max(`tenkan`, `kijun`) + `displacement` and `senkou` + `displacement`.
/// - Source: Elliott, "Ichimoku Charts", 2007. Displaced by the whole 26 bars (LEAN); some charts count the bar itself and use 25.
public struct Ichimoku: Indicator {
    let tenkan: Int, kijun: Int, senkou: Int, displacement: Int
    public init(tenkan: Int = 9, kijun: Int = 26, senkou: Int = 52, displacement: Int = 26) {
        precondition(
            tenkan > 0 && kijun > 0 && senkou > 0 && displacement >= 0, "ranges of \(tenkan), \(kijun) and \(senkou) bars")
        (self.tenkan, self.kijun, self.senkou, self.displacement) = (tenkan, kijun, senkou, displacement)
    }
    public struct Cloud: Columns {
        public static let elementName = "Cloud"
        public var tenkan = Double.nan, kijun = Double.nan, a = Double.nan, b = Double.nan
        public init() {}
        public func columns<V: FieldVisitor>(_ visitor: inout V) {
            visitor.field("tenkan", tenkan)
            visitor.field("kijun", kijun)
            visitor.field("senkou_a", a)
            visitor.field("senkou_b", b)
        }
    }
    public struct Memory: Words {
        var fast = HighLow(), middle = HighLow(), slow = HighLow(), a = Ring(), b = Ring()
        public init() {}
    }
    public var memory: Memory { Memory() }
    public var room: Int { HighLow.room(tenkan) + HighLow.room(kijun) + HighLow.room(senkou) + 2 * displacement }

    public func update(_ memory: inout Memory, _ numbers: Numbers, _ bar: Bar) -> Cloud? {
        var (start, cloud) = (0, Cloud())
        func take(_ count: Int) -> Numbers {
            defer { start += count }
            return numbers.part(start, count)
        }
        cloud.tenkan = middle(&memory.fast, take(HighLow.room(tenkan)), bar)
        cloud.kijun = middle(&memory.middle, take(HighLow.room(kijun)), bar)
        let slow = middle(&memory.slow, take(HighLow.room(senkou)), bar)
        cloud.a = displaced((cloud.tenkan + cloud.kijun) / 2, &memory.a, take(displacement))
        cloud.b = displaced(slow, &memory.b, take(displacement))
        return cloud.tenkan.isNaN && cloud.kijun.isNaN ? nil : cloud
    }
    private func middle(_ range: inout HighLow, _ window: Numbers, _ bar: Bar) -> Double {
        let (high, low) = range.push(bar.high.nearest, bar.low.nearest, window)
        return range.isFull(window) ? (high + low) / 2 : .nan
    }
    private func displaced(_ x: Double, _ ring: inout Ring, _ window: Numbers) -> Double {
        if displacement == 0 || x.isNaN { return x }
        return ring.push(x, window) ?? .nan
    }
}
