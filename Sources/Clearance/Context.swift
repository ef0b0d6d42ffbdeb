import TradingModel

/// What the rules look at beside the order itself. What is not known is said to be absent, and absent is never OK.
public struct Context: Sendable {
    public var instrument: Instrument
    /// The last price, and how old it is in nanoseconds of event time; `.none` where there is none.
    public var reference: Price
    public var referenceAge: Int64
    /// What is held of the instrument, in 1e-8 units; negative is short.
    public var held: Int128
    /// What may still be bought and sold by orders that passed before, in 1e-8 units: the larger of what is reserved for
    /// them and what works at the venue.
    public var buying: Int128, selling: Int128
    /// Σ |position| × reference over all other instruments, in the worst case of each; nil where a price is missing.
    public var otherGross: Notional?
    /// How many orders passed within the throttle's window.
    public var recentOrders: Int
    /// How many of them within the duplicates' window were equal to this one.
    public var duplicates: Int
    /// When the order is looked at: its event time or the watermark, whichever is later.
    public var now = Int64.min
    /// Whether the instrument trades then.
    public var isOpen = true
    /// The desk's figures.
    public var standing = Standing()

    public init(
        instrument: Instrument, reference: Price = .none, referenceAge: Int64 = -1, held: Int128 = 0, buying: Int128 = 0,
        selling: Int128 = 0, otherGross: Notional? = .zero, recentOrders: Int = 0, duplicates: Int = 0
    ) {
        (self.instrument, self.reference, self.referenceAge) = (instrument, reference, referenceAge)
        (self.held, self.buying, self.selling, self.otherGross) = (held, buying, selling, otherGross)
        (self.recentOrders, self.duplicates) = (recentOrders, duplicates)
    }
}
