import TradingModel

/// The controls beyond the size, price and rate of single orders. One that is not set is not asked for; one that is set and
/// cannot be measured, for want of a price or a figure, blocks.
public struct Controls: Sendable {
    /// Who may order (C11); nil for anybody.
    public var accounts: Set<TextID>?, strategies: Set<TextID>?
    /// Instruments in which short sales are located (C10); nil where that is not asked.
    public var locates: Set<SymbolID>?
    /// Nothing may be sold that is not held (C12).
    public var isLongOnly = false
    /// The largest sums over all instruments, at the reference prices, if everything that works on the worse side fills
    /// (C12): long less short either way, all long, all short.
    public var maxNet: Notional?, maxLong: Notional?, maxShort: Notional?
    /// Orders that work or are reserved for: how many, and their price × what is left of them (C13).
    public var maxOpenOrders: Int?, maxOpenNotional: Notional?
    /// What an account may have spent and reserved, less what its sales brought (C14). Nil where it is not asked; then
    /// accounts that are not listed have the common one, and without that none.
    public var credit: Notional?, creditByAccount: [TextID: Notional] = [:]
    var asksCredit: Bool { credit != nil || !creditByAccount.isEmpty }
    /// How many orders of one strategy pass within `repeatsWindow` nanoseconds, or within the day where that is nil, before a
    /// person arms it again (C16).
    public var maxRepeats: Int?, repeatsWindow: Int64?
    /// How many orders of one strategy, and of one account, pass within the throttle's window (C15).
    public var strategyThrottle: Int?, accountThrottle: Int?
    /// Whether an order that would trade with an own working one is refused (C18).
    public var refusesSelfMatch = false
    /// How many orders may pass for each trade, once `ratioAfter` have (C20).
    public var maxOrderTradeRatio: Double?, ratioAfter = 100
    /// The share of a day's usual volume, in percent, from which a second person looks (S2), and that volume.
    public var softVolumePercent: Double?, dailyVolume: [SymbolID: Quantity] = [:]
    /// The distance from the reference from which a second person looks, in basis points (S3).
    public var softCollarBasisPoints: Int64?
    /// Whether somebody looks at the first order in an instrument (S4).
    public var reviewsFirstTrade = false
    /// The desk's capital, and the share of it in one instrument, in percent, from which a second person looks (S5).
    public var capital: Notional?, softConcentrationPercent: Double?
    /// The loss since the day began from which a second person looks (S6), and the one from which only what reduces a
    /// position passes (C17). Both positive.
    public var softLoss: Notional?, maxLoss: Notional?
    /// Until when an instrument's own limits hold; after that the common ones do, and a second person looks until
    /// somebody has cleaned up (S7). Nanoseconds since 1970.
    public var overriddenUntil: [SymbolID: Int64] = [:]

    public init() {}

    /// Whether sums over all instruments are needed.
    public var needsSums: Bool {
        maxNet != nil || maxLong != nil || maxShort != nil || softLoss != nil || maxLoss != nil
    }
}

/// What the controls look at beside the order: the desk's figures when it came.
public struct Standing: Sendable {
    /// Sums over the other instruments in their worst case, at reference prices.
    public struct Sums: Sendable {
        /// Σ max(0, held + buying), Σ max(0, selling − held), and the signed Σ held + buying and Σ selling − held.
        public var long = Notional.zero, short = Notional.zero, netLong = Notional.zero, netShort = Notional.zero
        /// What the day has won so far, this instrument included.
        public var profit = Notional.zero
        public init() {}
    }
    /// What stops orders: nothing, all but what reduces a position, all.
    public enum Halt: UInt8, BitwiseCopyable, Sendable { case none = 0, reduceOnly, stopped }

    /// Nil where a price is missing.
    public var sums: Sums? = Sums()
    public var openOrders = 0, openNotional = Notional.zero
    /// Of the order's account: what is reserved less the cash that came and went.
    public var creditUsed = Notional.zero
    /// Of a replace: what its original holds of both, which it takes over.
    public var taken = Notional.zero
    /// The best own limit that works on the other side; `.none` where there is none.
    public var bestOpposite = Price.none
    /// Orders of the strategy since it was armed, within the window of C16, and whether it was stopped for them.
    public var repeats = 0, isStopped = false
    /// How many orders of the strategy, and of the account, passed within the throttle's window.
    public var recentOfStrategy = 0, recentOfAccount = 0
    public var ordersPassed = 0, trades = 0
    public var hasTraded = true
    /// What is left of the order that a child works for; nil where that is not known.
    public var parentLeft: Quantity?
    public var halt = Halt.none
    /// What the switch that was thrown is for.
    public var haltScope = Scope.firm

    public init() {}
}
