import PlainData
import TradingModel

/// One KPI as files and the report show it: its name in `kpis.json`, its title, its value, and the convention behind it.
public struct Measure: Sendable {
    public enum Value: Sendable, Equatable {
        case count(Int)
        case ratio(Double?)
        /// Shown in percent, kept as a fraction.
        case fraction(Double?)
        case money(Notional)
        case date(Int64?)
    }
    public let name: String, title: String, convention: String
    public let value: Value
    /// Rounded, for people.
    public var shown: String { Texts.shown(value) }

    private init(_ name: String, _ title: String, _ value: Value, _ convention: String) {
        (self.name, self.title, self.value, self.convention) = (name, title, value, convention)
    }

    /// All of them, in the order of the report.
    public static func all(_ k: KPIs) -> [Measure] { result(k) + risk(k) + trading(k) }

    private static func result(_ k: KPIs) -> [Measure] {
        [
            Measure("from", "First session", .date(k.from), "the first session with bars"),
            Measure("to", "Last session", .date(k.to), "the last one"),
            Measure("sessions", "Sessions", .count(k.sessions), "days with at least one bar; the first has no return"),
            Measure("initial_equity", "Initial equity", .money(k.initialEquity), "cash before the first order"),
            Measure(
                "final_equity", "Final equity", .money(k.finalEquity), "cash + Σ position · close at the last session's close"),
            Measure("total_return", "Total return", .fraction(k.totalReturn), "final equity / initial equity − 1, after costs"),
            Measure(
                "annualised_return", "Annualised return", .fraction(k.annualisedReturn),
                "(final / initial)^(252 / (sessions − 1)) − 1"),
            Measure(
                "volatility", "Volatility", .fraction(k.volatility),
                "sample standard deviation (n − 1) of the sessions' simple returns · √252"),
            Measure("sharpe", "Sharpe ratio", .ratio(k.sharpe), "mean return · 252 / volatility; risk-free rate 0"),
            Measure(
                "sortino", "Sortino ratio", .ratio(k.sortino),
                "mean return · 252 / (√(mean of min(return, 0)² over all sessions) · √252); target 0"),
        ]
    }

    private static func risk(_ k: KPIs) -> [Measure] {
        [
            Measure(
                "max_drawdown", "Max drawdown", .fraction(k.maxDrawdown),
                "the deepest fall of equity at the close below its highest close before, as a share of that; positive"),
            Measure("max_drawdown_from", "… from", .date(k.drawdownFrom), "the session of the high"),
            Measure("max_drawdown_trough", "… trough", .date(k.drawdownTrough), "the session of the low"),
            Measure(
                "max_drawdown_to", "… recovered", .date(k.drawdownTo), "the first session at the old high again; null if not yet"),
            Measure("calmar", "Calmar ratio", .ratio(k.calmar), "annualised return / max drawdown"),
            Measure("best_session", "Best session", .fraction(k.bestSession), "the largest return of a session"),
            Measure("worst_session", "Worst session", .fraction(k.worstSession), "the smallest"),
            Measure(
                "exposure", "Gross exposure", .fraction(k.grossExposure),
                "mean over all sessions of (long + |short|) / equity at the close"),
            Measure("net_exposure", "Net exposure", .fraction(k.netExposure), "the same of (long − |short|) / equity"),
            Measure(
                "time_in_market", "Time in market", .fraction(k.timeInMarket), "the share of sessions that end with a position"),
        ]
    }

    private static func trading(_ k: KPIs) -> [Measure] {
        [
            Measure("trades", "Trades", .count(k.trades), "executions; one order can have several"),
            Measure("traded", "Traded", .money(k.traded), "Σ price · quantity of all executions"),
            Measure(
                "turnover", "Turnover a year", .fraction(k.turnover),
                "one-sided: traded / 2 / mean equity, times 252 / (sessions − 1)"),
            Measure("costs", "Costs", .money(k.costs), "Σ fees; they are in every other figure"),
            Measure("costs_bps", "Costs, bps of traded", .ratio(k.costsInBasisPoints), "costs / traded · 10 000"),
            Measure(
                "round_trips", "Round trips", .count(k.roundTrips),
                "an instrument held from flat to flat, or through zero; what is open at the end is not counted"),
            Measure("win_rate", "Win rate", .fraction(k.winRate), "the share of round trips with a profit after fees"),
            Measure(
                "profit_factor", "Profit factor", .ratio(k.profitFactor),
                "Σ profits / Σ losses of round trips; null without a loss"),
            Measure(
                "stale_marks", "Stale marks", .count(k.staleMarks),
                "positions marked at an older close because the session had no bar of them, over all sessions"),
        ]
    }
}
