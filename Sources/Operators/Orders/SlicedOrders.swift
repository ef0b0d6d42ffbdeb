import Clearance
import PlainData
import TradingModel

/// A parent order on a slicer's table. Quantities in 1e-8 units.
struct SlicedParent: State {
    var order: ClearedOrder?
    /// The id of its last accepted replace; its own where there was none.
    var alias = ClOrdID.none
    /// When it was accepted, and how many slices have begun; of an iceberg, how many children were sent.
    var start: Int64 = 0, slice: Int64 = 0
    /// What its children have traded, and what they may still trade.
    var filled: Int64 = 0, open: Int64 = 0
    /// How many children were sent since the last cancels, or, of an iceberg, since something was filled.
    var unanswered: Int64 = 0
    /// What a weighted schedule is for: `rest` from slice `base` on. And what was filled or open when it was last followed.
    var base: Int64 = 0, rest: Int64 = 0, planned: Int64 = 0
    /// What has traded in the market since it was accepted, and up to the last look.
    var volume: Int64 = 0, seen: Int64 = 0
    /// Nothing more is sent.
    var isEnding = false
    /// Something has changed that was not yet reported; the acceptance is.
    var isChanged = true
    /// How it is to be worked, where that is its own affair.
    var terms = ParentTerms()
    /// Somebody holds it; and, since it was let go on, an even schedule spreads what is left like any other.
    var isPaused = false, isSpread = false
    /// Its schedule is over, and the closing auction has what is left, or its share.
    var isClosing = false

    mutating func state(_ coder: inout StateCoder) {
        ClearedOrder.state(&order, &coder)
        coder.field(&alias.rawValue)
        coder.field(&start)
        coder.field(&slice)
        coder.field(&filled)
        coder.field(&open)
        coder.field(&unanswered)
        coder.field(&base)
        coder.field(&rest)
        coder.field(&planned)
        coder.field(&volume)
        coder.field(&seen)
        coder.field(&isEnding)
        coder.field(&isChanged)
        coder.element(&terms)
        coder.field(&isPaused)
        coder.field(&isSpread)
        coder.field(&isClosing)
    }
}

/// A child of it.
struct SlicedChild: State {
    enum Cancel: UInt8 {
        case none = 0
        /// Sent; the order book of record has not shown it yet.
        case asked
        /// The order book of record shows it pending.
        case pending
    }
    var order: ClearedOrder?
    var filled: Int64 = 0, open: Int64 = 0
    var cancel = Cancel.none
    /// How often a cancel was sent.
    var cancels: UInt8 = 0
    /// It is for the closing auction.
    var isInAuction = false

    mutating func state(_ coder: inout StateCoder) {
        ClearedOrder.state(&order, &coder)
        coder.field(&filled)
        coder.field(&open)
        var byte = cancel.rawValue
        coder.field(&byte)
        cancel = Cancel(rawValue: byte) ?? .none
        coder.field(&cancels)
        coder.field(&isInAuction)
    }
}
