import Operators
import Topology

/// Indicators of one number: a bar's close, a trade's price, a signal's value.
extension IndicatorKinds {
    private static let cascade = Parameter(
        "seed", .choice(["mean", "cascade", "first"]), .default("mean"),
        doc:
            "where it starts: all averages from the mean of the first `period`; each from the mean of the one before; or each from "
            + "the first value")

    static let averages: [IndicatorKind] = [
        .ofNumber("sma", "The mean of the last `period`; first value at number `period`.", [period()]) { SMA(period: $0.period) },
        .ofNumber(
            "wma", "The mean weighted by place, the newest `period` times; first value at number `period`.", [period()]
        ) { WMA(period: $0.period) },
        .ofNumber(
            "dema", "Mulloy's double exponential average; first value at number `period`, with other seeds at 2·`period` − 1.",
            [period(), cascade]
        ) { DEMA(period: $0.period, seed: $0.cascadeSeed) },
        .ofNumber(
            "tema", "Mulloy's triple exponential average; first value at number `period`, with other seeds at 3·`period` − 2.",
            [period(), cascade]
        ) { TEMA(period: $0.period, seed: $0.cascadeSeed) },
        .ofNumber(
            "wilder", "Wilder's smoothing (RMA, SMMA), the newest weighing 1/`period`; first value at number `period`.",
            [
                period(),
                Parameter(
                    "seed", .choice(["sma", "first"]), .default("sma"),
                    doc: "where it starts: the mean of the first `period`, or the first"),
            ]
        ) { Wilder(period: $0.period, seed: $0.text("seed") == "first" ? .first : .sma) },
        .ofNumber(
            "kama", "Kaufman's adaptive average; first value at number `period`, which is the seed.",
            [
                period(10), bars("fast", 2, "the average where the numbers go one way"),
                bars("slow", 30, "the average where they go to and fro"),
            ]
        ) { KAMA(period: $0.period, fast: $0.count("fast"), slow: $0.count("slow")) },
        .of("vwma", "The mean of closes weighted by volume; first value at bar `period`.", [period()]) {
            VWMA(period: $0.period)
        },
    ]

    static let strengths: [IndicatorKind] = [
        .ofNumber(
            "macd",
            "Appel's difference of two averages, its own average and the difference of the two; first value at number `slow`, of the signal "
                + "`signal` − 1 later.",
            [
                bars("fast", 12, "the shorter average; less than `slow`"), bars("slow", 26, atLeast: 2, "the longer average"),
                bars("signal", 9, "the average of the line itself"), OperatorKinds.averageSeed,
            ],
            rule: { settings in
                guard settings.integer("fast") >= settings.integer("slow") else { return [] }
                let message =
                    "fast: \(settings.integer("fast")) is not less than slow: \(settings.integer("slow")), with which the line begins"
                return [.init(parameter: "fast", message)]
            }
        ) {
            Convergence(
                fast: $0.count("fast"), slow: $0.count("slow"), signal: $0.count("signal"), seed: $0.averageSeed)
        },
        .ofNumber(
            "roc", "The change over `period` numbers in percent of the older; first value at number `period` + 1.", [period()]
        ) { RateOfChange(period: $0.period, isRate: true) },
        .ofNumber("mom", "The change over `period` numbers; first value at number `period` + 1.", [period()]) {
            RateOfChange(period: $0.period, isRate: false)
        },
        .of("cci", "Lambert's commodity channel index; first value at bar `period`.", [period(20, atLeast: 2)]) {
            CCI(period: $0.period)
        },
        .of(
            "stochastic", "Lane's oscillator, %K and %D; first %K at bar `period` + `smooth` − 1, first %D `signal` − 1 later.",
            [
                period(14), bars("smooth", 3, "the mean that makes %K; 1 for the fast oscillator"),
                bars("signal", 3, "the mean that makes %D"),
            ]
        ) { Stochastic(period: $0.period, smooth: $0.count("smooth"), signal: $0.count("signal")) },
        .of("williams-r", "Williams' %R, −100 to 0; first value at bar `period`.", [period(14)]) { WilliamsR(period: $0.period) },
        .of("aroon", "Chande's Aroon of the last `period` + 1 bars; first value at bar `period` + 1.", [period(25)]) {
            Aroon(period: $0.period)
        },
        .of(
            "adx",
            "Wilder's directional movement; first DI at bar `period` + 1, first ADX at bar 2·`period`: the mean of the first DX.",
            [period(14)]
        ) { ADX(period: $0.period) },
    ]
}

extension Settings {
    var cascadeSeed: CascadeSeed {
        switch text("seed") {
        case "cascade": .cascade
        case "first": .first
        default: .mean
        }
    }
}

extension Settings {
    var averageSeed: EMA.Seed {
        switch text("seed") {
        case "first": .first
        case "weighted": .weighted
        default: .sma
        }
    }
}
