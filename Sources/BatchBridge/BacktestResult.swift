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
    /// Symbols of the panel that the topology does not define: no order in them can pass.
    public let undefined: [String]

    /// What somebody who reads the figures should know first.
    public var warnings: [String] {
        var lines: [String] = []
        if !undefined.isEmpty {
            let some = undefined.prefix(5).joined(separator: ", ") + (undefined.count > 5 ? ", …" : "")
            lines.append(
                "\(undefined.count) symbols of \(panel) (\(some)) are not under instruments: in \(topology.file); "
                    + "every order in them is blocked")
        }
        if let blocked = decisions[.block] {
            let checks = triggers.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.code) \($0.value)" }
            lines.append(
                "compliance blocked \(blocked) orders (\(checks.joined(separator: ", "))); see limits: in \(topology.file)")
        }
        if let review = decisions[.review] {
            lines.append(
                "\(review) orders wait for a second person, who is not there in a backtest; see soft_notional in limits:")
        }
        if anomalies > 0 { lines.append("the order book of record met \(anomalies) events that it did not expect") }
        return lines
    }

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
