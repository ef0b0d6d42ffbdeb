import PlainData
import TradingModel

/// A parent as its EMS knows it.
struct ReportedParent: State {
    enum Phase: UInt8 { case pending = 0, working, ended }

    /// Its id now: that of the last replace that was accepted.
    var current = ClOrdID.none
    /// OrderID (37).
    var orderID = ClOrdID.none
    var orderQty = Quantity.zero, cumQty = Quantity.zero, price = Price.none
    /// Σ price · quantity of all its children's fills.
    var notional = Notional.zero
    var phase = Phase.pending
    /// What it ended as.
    var last = OrdStatus.new
    /// What may trade again of its children since one of their executions was taken back after its end.
    var reopened = Quantity.zero
    /// Cancels and replaces without an answer.
    var cancels: UInt8 = 0, replaces: UInt8 = 0
    /// Nothing is sent for it until it is released.
    var isSuspended = false
    /// The first control that blocked what is being decided on.
    var check = Check.decision

    /// Of all that hold, the one of the highest precedence in FIX's Appendix D.
    var ordStatus: OrdStatus {
        if phase == .ended, reopened > .zero { return cumQty > .zero ? .partiallyFilled : .new }
        if phase == .ended { return last == .filled && cumQty < orderQty ? .canceled : last }
        if cancels > 0 { return .pendingCancel }
        if replaces > 0 { return .pendingReplace }
        if cumQty >= orderQty { return .filled }
        if isSuspended { return .suspended }
        if cumQty > .zero { return .partiallyFilled }
        return phase == .pending ? .pendingNew : .new
    }
    var leavesQty: Quantity { phase == .ended ? reopened : Quantity(rawValue: max(0, orderQty.rawValue - cumQty.rawValue)) }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&current.rawValue)
        coder.field(&orderID.rawValue)
        coder.field(&orderQty.rawValue)
        coder.field(&cumQty.rawValue)
        coder.field(&price.rawValue)
        coder.field(&notional.rawValue)
        coder.field(&reopened.rawValue)
        var byte = phase.rawValue
        coder.field(&byte)
        phase = Phase(rawValue: byte) ?? .pending
        coder.field(code: &last)
        coder.field(&cancels)
        coder.field(&replaces)
        coder.field(code: &check)
        coder.field(&isSuspended)
    }
}

/// A cancel or a replace of a parent that waits for its answer.
struct ParentRequest: State {
    var id = ClOrdID.none
    var orderQty = Quantity.zero, price = Price.none
    var isReplace = false
    /// Of a replace, whether it suspends the order or releases it.
    var hold = ParentEntry.MsgType.orderCancelReplaceRequest

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&id.rawValue)
        coder.field(&orderQty.rawValue)
        coder.field(&price.rawValue)
        coder.field(&isReplace)
        coder.field(code: &hold)
    }
}

/// How far a child has come, as its parent's reports tell.
struct ReportedChild: State {
    var cumQty = Quantity.zero, notional = Notional.zero
    /// What of it counts as reopened of its parent.
    var reopened = Quantity.zero

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&cumQty.rawValue)
        coder.field(&notional.rawValue)
        coder.field(&reopened.rawValue)
    }
}

/// A fill as it was told, for the bust or correction that names it.
struct ReportedFill: State {
    var execID = ClOrdID.none
    var quantity = Quantity.zero

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&execID.rawValue)
        coder.field(&quantity.rawValue)
    }
}
