import PlainData
import TradingModel

/// How a `MatchingEngine` behaves where venues differ. Every default is the cautious choice.
public struct MatchingConfiguration: Sendable {
    /// What an order meets.
    public enum Market: Sendable {
        /// The displayed quote at once, then the tape: a live venue, and backtests on ticks.
        case ticks
        /// The next bar: an order is only acknowledged when it comes, and fills when a bar opens after it. Immediate
        /// orders wait for that opening too.
        case bars
    }
    /// How OrderID (37), ExecID (17) and Text (58) are made.
    public enum Identifiers: Sendable {
        /// Texts in `Names`: `V-O1`, `V-E1`, `V-E2` … for the prefix `V`.
        case texts(Names, prefix: String)
        /// Bare running numbers from `base` on, without a text: as unique, and free of the table's lock and strings.
        /// `Text` stays empty.
        case numbers(base: UInt32)
    }
    /// What the size displayed at an order's price says of those ahead of it.
    public enum QueueModel: Sendable, Equatable {
        /// Trades shorten the queue; a decrease without a trade happened behind, until less is displayed than stands ahead.
        case riskAverse
        /// A decrease without a trade happened behind with probability backⁿ / (backⁿ + frontⁿ), and ahead otherwise; the
        /// queue takes its expected share of it.
        ///
        /// Source: hftbacktest (nkaz001/hftbacktest), `ProbQueueModel` with `PowerProbQueueFunc`; Rigtorp, "Estimating order
        /// queue position", 2013.
        case probabilistic(power: Int)
    }
    /// What becomes of a day order at the day's end.
    public enum DayEnd: Sendable { case expired, doneForDay }

    public var market: Market
    public var identifiers: Identifiers
    public var fees: FeeSchedule
    public var dayEnd: DayEnd
    public var queue = QueueModel.riskAverse
    /// A larger order is rejected (OrdRejReason 3).
    public var maxOrderQty: Quantity
    /// Whether executions are kept for `takeFills()`. A caller that never takes them switches it off.
    public var recordsFills: Bool

    public init(
        market: Market = .ticks, identifiers: Identifiers, fees: FeeSchedule = FeeSchedule(), dayEnd: DayEnd = .expired,
        maxOrderQty: Quantity = Quantity(units: 1_000_000_000), recordsFills: Bool = true
    ) {
        (self.market, self.identifiers, self.fees, self.dayEnd) = (market, identifiers, fees, dayEnd)
        (self.maxOrderQty, self.recordsFills) = (maxOrderQty, recordsFills)
    }
}

/// What the venue charges, by who gave and who took liquidity.
public struct FeeSchedule: Sendable, Equatable {
    /// Parts of the traded notional, in 1e-8: one basis point is 10 000. Negative is a rebate.
    public var makerRate: Int64, takerRate: Int64
    /// Of what trades in an auction.
    public var auctionRate: Int64

    /// - Parameter auctionRate: the taker's where it is not given.
    public init(makerRate: Int64 = 0, takerRate: Int64 = 0, auctionRate: Int64? = nil) {
        (self.makerRate, self.takerRate, self.auctionRate) = (makerRate, takerRate, auctionRate ?? takerRate)
    }

    /// Rates written in basis points (`"0.5"`), exact to 1e-4 of one.
    public init(makerBps: String, takerBps: String, auctionBps: String? = nil) throws(Decimal.Flaw) {
        makerRate = try Decimal.parse(makerBps, scale: 4)
        takerRate = try Decimal.parse(takerBps, scale: 4)
        auctionRate = takerRate
        if let auctionBps { auctionRate = try Decimal.parse(auctionBps, scale: 4) }
    }

    /// Whether it charges for anything.
    var isAny: Bool { makerRate != 0 || takerRate != 0 || auctionRate != 0 }

    private func rate(_ liquidity: LastLiquidityInd) -> Int64 {
        switch liquidity {
        case .maker: makerRate
        case .auction: auctionRate
        default: takerRate
        }
    }

    /// The fee of an execution, rounded half to even at 1e-9, as statements write it.
    func fee(_ price: Price, _ quantity: Quantity, _ liquidity: LastLiquidityInd) -> Notional {
        let rate = Int128(rate(liquidity))
        guard rate != 0 else { return .zero }
        // Divided before it is multiplied, so that no notional overflows.
        let (whole, rest) = Notional(price, quantity).rawValue.quotientAndRemainder(dividingBy: 100_000_000)
        let exact = whole * rate + rest * rate / 100_000_000
        return Notional(rawValue: exact).price(per: Quantity(units: 1)).map { Notional($0, Quantity(units: 1)) }
            ?? Notional(rawValue: exact)
    }
}

/// One execution as the venue books it: a row of its statement.
public struct Fill: BitwiseCopyable, Sendable {
    public internal(set) var eventTime: Int64
    public internal(set) var clOrdID: ClOrdID
    public internal(set) var lastQty: Quantity
    public internal(set) var lastPx: Price
    /// What the venue charges for it; negative is a rebate.
    public internal(set) var fee: Notional
    public internal(set) var symbol: SymbolID
    public internal(set) var execID: TextID, orderID: TextID, account: TextID
    public internal(set) var side: Side, liquidity: LastLiquidityInd
}
