import PlainData
import TradingModel

/// What a run came to. Ratios are nil where they are not defined (no trade, no fall, no variation).
public struct KPIs: Sendable, Equatable {
    public var from: Int64 = 0, to: Int64 = 0
    public var sessions = 0
    public var initialEquity = Notional.zero, finalEquity = Notional.zero
    public var totalReturn: Double?, annualisedReturn: Double?
    public var volatility: Double?, sharpe: Double?, sortino: Double?
    public var maxDrawdown: Double?, calmar: Double?
    /// Days; nil where there was no fall, or no recovery yet.
    public var drawdownFrom: Int64?, drawdownTrough: Int64?, drawdownTo: Int64?
    public var bestSession: Double?, worstSession: Double?
    public var turnover: Double?
    public var traded = Notional.zero, costs = Notional.zero
    public var costsInBasisPoints: Double?
    public var grossExposure: Double?, netExposure: Double?, timeInMarket: Double?
    public var trades = 0, roundTrips = 0
    public var winRate: Double?, profitFactor: Double?
    public var staleMarks = 0

    /// - Parameters:
    ///   - sessions: in their order; the first one's equity is what the run began with, because nothing fills in it.
    public init(_ sessions: [SessionRow], roundTrips: [RoundTrip]) {
        guard let first = sessions.first, let last = sessions.last else { return }
        (from, to, self.sessions) = (first.date, last.date, sessions.count)
        (initialEquity, finalEquity) = (first.equity, last.equity)
        for row in sessions {
            traded += row.traded
            costs += row.costs
            trades += row.trades
            staleMarks += row.staleMarks
        }
        costsInBasisPoints = Statistics.ratio(Double(costs.rawValue) * 10_000, Double(traded.rawValue))
        let equity = sessions.map(\.equity.double)
        returns(equity)
        fall(equity, sessions)
        exposure(equity, sessions)
        wins(roundTrips)
    }

    private mutating func returns(_ equity: [Double]) {
        guard equity.count > 1, let returns = Statistics.returns(equity) else { return }
        let year = Statistics.sessionsPerYear
        totalReturn = equity[equity.count - 1] / equity[0] - 1
        annualisedReturn = Statistics.annualised(from: equity[0], to: equity[equity.count - 1], sessions: returns.count)
        volatility = Statistics.sampleDeviation(returns).map { $0 * year.squareRoot() }
        let yearly = Statistics.mean(returns).map { $0 * year }
        sharpe = Statistics.ratio(yearly, volatility)
        sortino = Statistics.ratio(yearly, Statistics.downsideDeviation(returns).map { $0 * year.squareRoot() })
        (bestSession, worstSession) = (returns.max(), returns.min())
    }

    private mutating func fall(_ equity: [Double], _ sessions: [SessionRow]) {
        let worst = Drawdown.deepest(equity)
        maxDrawdown = worst.depth
        guard worst.depth > 0 else { return }
        calmar = Statistics.ratio(annualisedReturn, worst.depth)
        (drawdownFrom, drawdownTrough) = (sessions[worst.peak].date, sessions[worst.trough].date)
        drawdownTo = worst.recovery.map { sessions[$0].date }
    }

    private mutating func exposure(_ equity: [Double], _ sessions: [SessionRow]) {
        timeInMarket = Double(sessions.count { $0.positions > 0 }) / Double(sessions.count)
        let years = Double(max(1, sessions.count - 1)) / Statistics.sessionsPerYear
        turnover = Statistics.ratio(traded.double / 2 / years, Statistics.mean(equity))
        guard equity.allSatisfy({ $0 > 0 }) else { return }
        grossExposure = Statistics.mean(zip(sessions, equity).map { $0.gross.double / $1 })
        netExposure = Statistics.mean(zip(sessions, equity).map { $0.net.double / $1 })
    }

    private mutating func wins(_ trips: [RoundTrip]) {
        roundTrips = trips.count
        let profits = trips.map(\.profit.double)
        winRate = Statistics.ratio(Double(profits.count { $0 > 0 }), Double(profits.count))
        profitFactor = Statistics.ratio(
            profits.reduce(0) { $0 + max(0, $1) }, profits.reduce(0) { $0 - min(0, $1) })
    }
}
