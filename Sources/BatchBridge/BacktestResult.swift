import PaperVenue
import PlainData
import Topology
import TradingModel

/// Everything that a run over history came to, and under which conventions.
public struct BacktestResult: Sendable {
    public let topology: CheckedTopology
    /// The file of bars, and its format.
    public let panel: String, format: String
    public let names: Names
    public let range: DayRange
    public let fees: FeeSchedule

    public let sessions: [SessionRow]
    /// In the order of execution.
    public let trades: [TradeRow]
    public let roundTrips: [RoundTrip]
    public let orders: OrderCounts
    /// Equal for two runs that ordered the same.
    public let orderListHash: String
    /// Sessions that passed until the first order was decided, its own included; nil where none was.
    public let warmUp: Int?
    /// What compliance decided, how often each check had something to say, and what the order book of record did not
    /// expect.
    public let decisions: [Outcome: Int], triggers: [Check: Int], anomalies: Int
    public let instruments: [InstrumentResult]

    public var kpis: KPIs { KPIs(sessions, roundTrips: roundTrips) }
}

/// What one instrument contributed. Σ profit over all of them is the change of equity, exactly.
public struct InstrumentResult: Sendable, Equatable {
    public var symbol: SymbolID
    public var trades = 0
    public var traded = Notional.zero, costs = Notional.zero
    /// What was taken in and paid, plus what is held at the last close.
    public var profit = Notional.zero
    public var position = Quantity.zero

    /// In the order of the symbols' numbers, which is the order in which they were named.
    static func all(_ trades: [TradeRow], _ account: Account) -> [InstrumentResult] {
        var rows: [InstrumentResult?] = []
        for trade in trades {
            while rows.count <= trade.symbol.index { rows.append(nil) }
            var row = rows[trade.symbol.index] ?? InstrumentResult(symbol: trade.symbol)
            row.trades += 1
            row.traded += trade.notional
            row.costs += trade.fee
            row.profit += trade.cashFlow
            rows[trade.symbol.index] = row
        }
        return rows.compactMap { row in
            guard var row else { return nil }
            row.position = account.position(of: row.symbol)
            row.profit += account.value(of: row.symbol)
            return row
        }
    }
}
