import PlainData
import StreamRuntime
import TradingModel

/// What each instrument's last bars have to do with a benchmark's.
///
///     correlation = Sxy / √(Sxx·Syy)      beta = Sxy / Syy      covariance = Sxy / n      y the benchmark
///
/// - Inputs: the benchmark's bars, and the others. Two bars belong together when they begin together. An input with several
///   instruments can hold the benchmark too: `symbol` names it.
/// - Of: the closes; or their returns, xₜ/xₜ₋₁ − 1, from one common bar to the next.
/// - Output: one `Signal` a pair from pair number `period` on (of returns one later); none where a variance it divides by is zero.
/// - Second output: bars that found no partner: the benchmark had gone on, or another bar of their instrument came first, or more
///   than 256 instruments were waiting for one bar of the benchmark.
/// - Seed: none. The sums have twice a double's digits, so they do not drift.
/// - Source: Achelis, "Technical Analysis from A to Z", 2nd ed., 2000, page 114 (correlation); Sharpe, "Capital Asset Prices",
///   Journal of Finance 19(3), 1964 (beta).
public struct Pairs: Operator2, ~Copyable {
    public enum Statistic: Sendable { case correlation, beta, covariance }
    public enum Measure: Sendable { case prices, returns }
    public static var sideName: String { "unpaired" }
    /// How many instruments may wait for one bar of the benchmark.
    public static var most: Int { 256 }

    let statistic: Statistic, measure: Measure, period: Int, divisor: Double
    /// The benchmark; nil where its input has no other instrument.
    let symbol: SymbolID?
    var benchmark = PairPoint()
    var rows: Dense<PairRow>
    var numbers: NumberTable
    /// The instruments whose newest bar waits for the benchmark's.
    var waiting: Dense<Int64>, waits: Int64 = 0

    /// - Parameters:
    ///   - symbol: the benchmark, where its input has other instruments too.
    ///   - deviation: what a covariance is divided by.
    ///   - symbols: how many instruments to make room for at first.
    public init(
        _ statistic: Statistic, of measure: Measure, period: Int, symbol: SymbolID? = nil, deviation: Deviation = .population,
        symbols: Int = 0
    ) {
        precondition(period > 1, "a relation over \(period) bars")
        (self.statistic, self.measure, self.period, self.symbol) = (statistic, measure, period, symbol)
        divisor = deviation == .sample ? Double(period - 1) : Double(period)
        rows = Dense(symbols, repeating: PairRow())
        numbers = NumberTable(width: 2 * period, rows: symbols)
        waiting = Dense(Self.most, repeating: 0)
    }
    public var mostOutputs: Int { Self.most }

    public mutating func process(first bar: Bar, into out: inout Emitter<Signal, Bar>) {
        guard symbol.map({ $0 == bar.symbol }) ?? true else { return }
        benchmark = PairPoint(bar)
        let count = Int(waits)
        waits = 0
        for i in 0..<count {
            let key = Int(waiting[i]), other = rows[key].bar
            rows[key].waits = 0
            if other.time == bar.time {
                pair(other, into: &out)
            } else if other.time > bar.time {
                wait(other, into: &out)
            } else {
                out.emitSide(other)
            }
        }
    }
    public mutating func process(second bar: Bar, into out: inout Emitter<Signal, Bar>) {
        if rows[bar.symbol.index].waits == 1 {
            out.emitSide(rows[bar.symbol.index].bar)
            rows[bar.symbol.index].bar = bar
        } else if bar.time == benchmark.time {
            pair(bar, into: &out)
        } else if bar.time > benchmark.time {
            wait(bar, into: &out)
        } else {
            out.emitSide(bar)
        }
    }
    private mutating func wait(_ bar: Bar, into out: inout Emitter<Signal, Bar>) {
        guard waits < Self.most else { return out.emitSide(bar) }
        rows[bar.symbol.index].bar = bar
        rows[bar.symbol.index].waits = 1
        waiting[Int(waits)] = Int64(bar.symbol.index)
        waits += 1
    }
    private mutating func pair(_ bar: Bar, into out: inout Emitter<Signal, Bar>) {
        let key = bar.symbol.index, room = numbers.row(key)
        var (x, y) = (bar.close.nearest, benchmark.value)
        if measure == .returns {
            let (oldX, oldY) = (rows[key].sums.x, rows[key].sums.y)
            (rows[key].sums.x, rows[key].sums.y) = (x, y)
            guard oldX != 0, oldY != 0 else { return }
            (x, y) = (x / oldX - 1, y / oldY - 1)
        }
        rows[key].sums.push(x, y, room.part(0, period), room.part(period, period))
        guard rows[key].sums.isFull(room.part(0, period)), let value = value(rows[key].sums) else { return }
        out.emit(Signal(time: bar.time, eventTime: bar.eventTime, symbol: bar.symbol, value: value))
    }
    private func value(_ sums: PairSums) -> Double? {
        let n = Double(period), both = Moments.deviations(sums.products, sums.sumX, sums.sumY, n)
        if statistic == .covariance { return both / divisor }
        let ofY = Moments.deviations(sums.squaresY, sums.sumY, sums.sumY, n)
        guard ofY > 0 else { return nil }
        if statistic == .beta { return both / ofY }
        let ofX = Moments.deviations(sums.squaresX, sums.sumX, sums.sumX, n)
        return ofX > 0 ? max(-1, min(1, both / (ofX * ofY).squareRoot())) : nil
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&benchmark)
        coder.field(&rows)
        coder.field(&waits)
        for i in 0..<Int(waits) where !coder.isTruncated { coder.field(&waiting[i]) }
        for key in 0..<rows.count {
            let row = numbers.row(key)
            for i in 0..<row.count { coder.field(&row[i]) }
        }
    }
}

struct PairPoint: Words {
    var time = Int64.min, value = 0.0
    init() {}
    init(_ bar: Bar) { (time, value) = (bar.time, bar.close.nearest) }
}

struct PairRow: State {
    var sums = PairSums(), waits: Int64 = 0
    /// The bar that waits.
    var bar = Bar(
        time: 0, closeTime: 0, symbol: SymbolID(rawValue: 0), open: .zero, high: .zero, low: .zero, close: .zero, volume: .zero)
    init() {}
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&sums)
        coder.field(&waits)
        coder.element(&bar)
    }
}

/// The sums of the last pairs, and the pair before, for returns.
struct PairSums: Words {
    var x = 0.0, y = 0.0
    var ringX = Ring(), ringY = Ring()
    var sumX = Sum(), sumY = Sum(), squaresX = Sum(), squaresY = Sum(), products = Sum()

    mutating func push(_ x: Double, _ y: Double, _ roomX: Numbers, _ roomY: Numbers) {
        let (oldX, oldY) = (ringX.push(x, roomX), ringY.push(y, roomY))
        if ringX.place == 0 {
            // Once a window the sums are made anew, as in `Moments`.
            (sumX, sumY, squaresX, squaresY, products) = (Sum(), Sum(), Sum(), Sum(), Sum())
            for i in 0..<roomX.count - 1 { add(roomX[i], roomY[i]) }
        } else if let oldX, let oldY {
            sumX.subtract(oldX)
            sumY.subtract(oldY)
            squaresX.add(-oldX, times: oldX)
            squaresY.add(-oldY, times: oldY)
            products.add(-oldX, times: oldY)
        }
        add(x, y)
    }
    private mutating func add(_ x: Double, _ y: Double) {
        sumX.add(x)
        sumY.add(y)
        squaresX.add(x, times: x)
        squaresY.add(y, times: y)
        products.add(x, times: y)
    }
    func isFull(_ room: Numbers) -> Bool { ringX.isFull(room) }
}
