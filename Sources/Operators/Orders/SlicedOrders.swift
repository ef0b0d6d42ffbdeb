import Clearance
import PlainData

/// A parent order on a slicer's table. Quantities in 1e-8 units.
struct SlicedParent: State {
    var order: ClearedOrder?
    /// When it was accepted, and how many slices have begun.
    var start: Int64 = 0, slice: Int64 = 0
    /// What its children have traded, and what they may still trade.
    var filled: Int64 = 0, open: Int64 = 0
    /// How many children were sent since the last cancels.
    var unanswered: Int64 = 0
    /// Nothing more is sent.
    var isEnding = false
    /// Something has changed that was not yet reported; the acceptance is.
    var isChanged = true

    mutating func state(_ coder: inout StateCoder) {
        ClearedOrder.state(&order, &coder)
        coder.field(&start)
        coder.field(&slice)
        coder.field(&filled)
        coder.field(&open)
        coder.field(&unanswered)
        coder.field(&isEnding)
        coder.field(&isChanged)
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

    mutating func state(_ coder: inout StateCoder) {
        ClearedOrder.state(&order, &coder)
        coder.field(&filled)
        coder.field(&open)
        var byte = cancel.rawValue
        coder.field(&byte)
        cancel = Cancel(rawValue: byte) ?? .none
        coder.field(&cancels)
    }
}
