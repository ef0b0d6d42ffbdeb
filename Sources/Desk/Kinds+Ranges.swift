import Operators
import Topology
import TradingModel

/// Indicators of a bar's prices and volume, of statistics, and of quotes.
extension IndicatorKinds {
    private static let deviations = Parameter(
        "deviations", .double(0...1_000), .default("2"), doc: "how many standard deviations the bands are apart from the middle")

    static let ranges: [IndicatorKind] = [
        .ofNumber(
            "bollinger", "Bollinger's bands around the mean; first value at number `period`.",
            [period(20, atLeast: 2), deviations, deviation]
        ) { Bollinger(period: $0.period, deviations: $0.double("deviations"), deviation: $0.deviation) },
        .of(
            "donchian",
            "The highest high, the lowest low of the last `period` bars and their middle; first value at bar `period`.",
            [period(20)]
        ) {
            Donchian(period: $0.period)
        },
        .of(
            "keltner",
            "An average of the close with average true ranges around it; first value when both are there. The average starts from its mean.",
            [
                period(20), bars("atr_period", 10, "the average true range"),
                Parameter("multiplier", .double(0...1_000), .default("2"), doc: "how many ranges the bands are from the middle"),
                Parameter(
                    "price", .choice(["close", "typical"]), .default("close"),
                    doc: "what is averaged: the close, or (high + low + close) / 3"),
                Parameter(
                    "range", .choice(["wilder", "mean"]), .default("wilder"),
                    doc: "how true ranges are averaged: by Wilder's smoothing, or plainly"),
                Parameter(
                    "seed", .choice(["first", "second"]), .default("second"), doc: "the bar whose range is the first, as in `atr`"
                ),
            ]
        ) {
            Keltner(
                period: $0.period, atrPeriod: $0.count("atr_period"), multiplier: $0.double("multiplier"),
                price: $0.text("price") == "close" ? .close : .typical, range: $0.text("range") == "mean" ? .mean : .wilder,
                seed: $0.text("seed") == "first" ? .first : .second)
        },
        .of(
            "ichimoku",
            "Hosoda's chart; each line's first value as its window fills, the cloud's `displacement` bars later. No line looks ahead.",
            [
                bars("tenkan", 9, "the short range"), bars("kijun", 26, "the middle range"),
                bars("senkou", 52, "the long range, the cloud's second edge"),
                bars("displacement", 26, atLeast: 0, "how far ahead the cloud is drawn"),
            ]
        ) {
            Ichimoku(
                tenkan: $0.count("tenkan"), kijun: $0.count("kijun"), senkou: $0.count("senkou"),
                displacement: $0.count("displacement"))
        },
        .of(
            "psar", "Wilder's parabolic stop and reverse; first value at bar 2, long if its middle is above the first's.",
            [
                Parameter("step", .double(1e-9...1), .default("0.02"), doc: "what the factor starts with and grows by"),
                Parameter("max", .double(1e-9...1), .default("0.2"), doc: "how far it grows"),
            ],
            rule: { settings in
                settings.double("step") <= settings.double("max")
                    ? []
                    : [.init(parameter: "max", "max: \(settings.double("max")) is less than step, with which the factor starts")]
            }
        ) { PSAR(step: $0.double("step"), max: $0.double("max")) },
    ]

    static let volumes: [IndicatorKind] = [
        .of("obv", "Granville's on-balance volume; 0 at the first bar.", []) { _ in OBV() },
        .of("mfi", "Quong and Soudack's money flow index; first value at bar `period` + 1.", [period(14)]) {
            MFI(period: $0.period)
        },
        vwap,
    ]

    /// Two in one: with a `period` it rolls, without one it begins anew with each session.
    private static let vwap = IndicatorKind(
        "vwap",
        "The volume-weighted average price of the last `period`, first value at number `period`; or, without `period`, since the session "
            + "began. Bars of a day or longer have no session to begin: over them it is anchored at the first.",
        [
            Parameter("period", .integer(1...1_000_000), .optional, unit: "bars or trades", doc: "how many it looks back"),
            Parameter(
                "session", .choice(["day", "none"]), .default("day"),
                doc: "without `period`: when it begins anew, with each day of UTC or never"),
            Parameter(
                "calendar", .choice(SessionCalendar.names), .optional,
                doc: "without `period`: the exchange with whose sessions it begins anew; what lies outside of them says nothing"),
            Parameter(
                "price", .choice(["typical", "ohlc"]), .optional,
                doc:
                    "what stands for a bar that has no average of its own: (high + low + close) / 3, which sessions take, or the mean of all "
                    + "four prices, which a rolling one takes (LEAN)"),
        ], accepts: ["Bar", "Trade"], nil, Double.self
    ) { assembly, vertex in
        let settings = vertex.settings, rule = settings.sessionRule, price = settings.barPrice
        let ofTrades = vertex.input("in")?.element == Trade.elementName
        switch (settings.has("period"), ofTrades) {
        case (true, true): return assembly.indicated(vertex) { RollingVWAP<Trade>(period: settings.period, price: price) }
        case (true, false): return assembly.indicated(vertex) { RollingVWAP<Bar>(period: settings.period, price: price) }
        case (false, true): return assembly.indicated(vertex) { SessionVWAP<Trade>(sessions: rule, price: price) }
        case (false, false): return assembly.indicated(vertex) { SessionVWAP<Bar>(sessions: rule, price: price) }
        }
    }

    static let statistics: [IndicatorKind] = [
        .ofNumber(
            "variance", "The variance of the last `period`; first value at number `period`.", [period(atLeast: 2), deviation]
        ) {
            Variance(period: $0.period, deviation: $0.deviation)
        },
        .ofNumber(
            "stddev", "The standard deviation of the last `period`; first value at number `period`.",
            [period(atLeast: 2), deviation]
        ) { Variance(period: $0.period, deviation: $0.deviation, isRoot: true) },
        .ofNumber(
            "quantile", "A quantile of the last `period`, interpolated; first value at number `period`.",
            [
                period(),
                Parameter("quantile", .double(0...1), .default("0.5"), doc: "0 the smallest, 0.5 the median, 1 the largest"),
            ]
        ) { Quantile(period: $0.period, quantile: $0.double("quantile")) },
        .ofNumber(
            "regression", "The straight line through the last `period`, at the newest; first value at number `period`.",
            [period(atLeast: 2)]
        ) { Regression(period: $0.period) },
        .ofNumber(
            "ewma-volatility", "RiskMetrics' volatility of logarithmic returns; first value at number 2, from the first return.",
            [
                Parameter("lambda", .double(0...0.999_999_999), .default("0.94"), doc: "what the variance before weighs"),
                annualize,
            ]
        ) { EWMAVolatility(lambda: $0.double("lambda"), annualize: $0.doubleIfPresent("annualize") ?? 1) },
        .ofNumber(
            "realized-volatility",
            "The root of the sum of the last `period` squared returns; first value at number `period` + 1.",
            [period(), annualize]
        ) { RealizedVolatility(period: $0.period, annualize: $0.doubleIfPresent("annualize")) },
        .of(
            "garman-klass", "Garman and Klass' volatility of the last `period` bars; first value at bar `period`.",
            [period(), annualize]
        ) {
            GarmanKlass(period: $0.period, annualize: $0.doubleIfPresent("annualize") ?? 1)
        },
    ]

    static let flows: [IndicatorKind] = [
        .of(
            "order-flow-imbalance",
            "By how much the bid outgrew the ask over the last `period` quotes; first value at quote `period` + 1.", [period()]
        ) {
            OrderFlowImbalance(period: $0.period)
        },
        .of("micro-price", "The middle of a quote, leaning to where less stands.", []) { _ in MicroPrice() },
        .ofBoth(
            "kyle-lambda",
            "How far a unit of signed volume moves the price, over the last `period`; first value at number `period` + 1.",
            [period()], bars: { KyleLambda<Bar>(period: $0.period) }, trades: { KyleLambda<Trade>(period: $0.period) }),
    ]
}

extension Settings {
    var barPrice: BarPrice { (textIfPresent("price") ?? (has("period") ? "ohlc" : "typical")) == "ohlc" ? .ohlc : .typical }
    var sessionRule: SessionRule { calendar ?? (text("session") == "none" ? .none : .days) }
}
