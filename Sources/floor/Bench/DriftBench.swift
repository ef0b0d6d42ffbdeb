import Operators
import PlainData
import StreamRuntime
import TradingModel

/// Whether indicators drift: each has seen so many updates, and says what one says that begins with the last days.
///
/// Two weeks of minutes are enough for the slowest average here to have forgotten where it began.
struct DriftBench {
    let updates: Int
    static let freshDays = 14

    func run() -> [BenchLine] {
        let days = max(2 * Self.freshDays, updates / DriftDay.minutes), subjects = Self.subjects
        for number in 0..<days {
            let left = days - number
            // A window may still hold what came before it began anew.
            let day = DriftDay(number, isCalm: left <= Self.freshDays)
            if left == Self.freshDays { for subject in subjects { subject.begin() } }
            for subject in subjects { subject.feed(day) }
        }
        let million = Double(days * DriftDay.minutes) / 1e6
        return [.stated("drift: updates of each indicator", million, "M")]
            + subjects.map { .atMost("drift: " + $0.name, $0.difference, "relative", 1e-9) }
    }

    private static var subjects: [any DriftSubject] {
        func number<I: Indicator>(_ name: String, _ indicator: I) -> any DriftSubject where I.Input == Double {
            IndicatorSubject(name, Of<I, Bar>(indicator), \.bars)
        }
        func bars<I: Indicator>(_ name: String, _ indicator: I) -> any DriftSubject where I.Input == Bar {
            IndicatorSubject(name, indicator, \.bars)
        }
        let averages = [
            number("sma", SMA(period: 20)), number("ema", ExponentialAverage(period: 20)), number("wma", WMA(period: 20)),
            number("dema", DEMA(period: 20)), number("tema", TEMA(period: 20)), number("wilder", Wilder(period: 14)),
            number("kama", KAMA()), bars("vwma", VWMA(period: 20)), bars("vwap of sessions", SessionVWAP<Bar>(sessions: .days)),
            bars("vwap, rolling", RollingVWAP<Bar>(period: 50)),
        ]
        let strengths = [
            number("rsi, Wilder", WilderRSI(period: 14)), number("rsi, Cutler", CutlerRSI(period: 14)),
            number("macd", Convergence()),
            number("roc", RateOfChange(period: 10, isRate: true)), number("mom", RateOfChange(period: 10, isRate: false)),
            bars("cci", CCI()), bars("stochastic", Stochastic()), bars("williams-r", WilliamsR()), bars("aroon", Aroon()),
            bars("adx", ADX()), bars("mfi", MFI()), BalanceSubject(),
        ]
        let ranges = [
            number("bollinger", Bollinger()), bars("donchian", Donchian()), bars("keltner", Keltner(period: 20)),
            bars("ichimoku", Ichimoku()), bars("psar", PSAR()),
            OperatorSubject("atr") { graph, bars, _ in graph.add("atr", ATR(period: 14), from: bars).out },
        ]
        let statistics = [
            number("variance", Variance(period: 50)), number("stddev", Variance(period: 50, isRoot: true)),
            number("quantile", Quantile(period: 50, quantile: 0.3)), number("regression", Regression(period: 50)),
            number("ewma-volatility", EWMAVolatility()), number("realized-volatility", RealizedVolatility(period: 30)),
            bars("garman-klass", GarmanKlass(period: 30)),
            OperatorSubject("zscore") { graph, bars, _ in graph.add("zscore", ZScore<Bar>(window: 50), from: bars).out },
        ]
        let pairs = [("correlation", Pairs.Statistic.correlation), ("beta", .beta), ("covariance", .covariance)].map {
            name, what in
            OperatorSubject(name) { graph, bars, benchmark in
                graph.add(name, Pairs(what, of: .returns, period: 50), from: benchmark, and: bars).out
            }
        }
        let flows: [any DriftSubject] = [
            IndicatorSubject("order-flow-imbalance", OrderFlowImbalance(period: 20), \.quotes),
            IndicatorSubject("micro-price", MicroPrice(), \.quotes),
            IndicatorSubject("kyle-lambda", KyleLambda<Trade>(period: 50), \.trades),
        ]
        return averages + strengths + ranges + statistics + pairs + flows
    }
}
