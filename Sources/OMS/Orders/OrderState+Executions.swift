import PlainData
import TradingModel

/// What an execution report added to or took from the fills.
struct FillChange {
    var quantity: Quantity, price: Price
    /// The execution that a bust or a correction undid: not always the one that the report names.
    var undone = TextID.none
}

extension OrderState {
    private static func fillKey(_ id: TextID) -> UInt64 { UInt64(id.rawValue) << 8 }
    private static func reportKey(_ report: ExecutionReport) -> UInt64 {
        fillKey(report.execID) | UInt64(report.execType.rawValue)
    }

    /// Whether the report is new. An ExecID is remembered by order, because some venues number them so.
    mutating func remember(_ report: ExecutionReport) -> Bool {
        switch report.execType {
        case .trade, .tradeCorrect:
            guard report.execID != .none else {
                // Nothing to know it by. A marked copy of something that is counted already is a copy.
                return report.possDup == 0 || report.cumQty > cumQty
            }
            guard let index = seen.find(Self.fillKey(report.execID)) else { return true }
            return fills[index].isAwaited
        case .orderStatus: return true  // an answer, not an event; ExecID is "0" for all of them at some venues
        default:
            guard report.execID != .none else { return true }
            guard seen.find(Self.reportKey(report)) == nil else { return false }
            seen.set(Self.reportKey(report), -1)
            return true
        }
    }

    /// A trade, a bust or a correction. Nil where the report can not be booked.
    mutating func execute(_ report: ExecutionReport, _ effects: inout OrderEffects) -> FillChange? {
        let change: FillChange?
        switch report.execType {
        case .tradeCancel: change = bust(report, &effects)?.change
        case .tradeCorrect: change = correct(report, &effects)
        default: change = book(report, &effects)
        }
        guard let change else { return nil }
        if venueStatus == .pendingNew { venueStatus = .new }
        resume(report)
        if cumQty > orderQty, change.quantity > .zero {
            effects.note(.overfill, report, expected: orderQty, reported: cumQty)
        }
        return change
    }

    /// Adds one fill; a fill whose bust came first adds nothing.
    private mutating func book(_ report: ExecutionReport, _ effects: inout OrderEffects) -> FillChange? {
        let sum = cumQty.rawValue.addingReportingOverflow(report.lastQty.rawValue)
        guard report.lastQty > .zero, !sum.overflow else {
            effects.note(.quantityMismatch, report, reported: report.lastQty)
            return nil
        }
        var fill = Fill()
        (fill.execID, fill.quantity, fill.price) = (report.execID, report.lastQty, report.lastPx)
        if report.lastPx.isNone {
            // Without LastPx the quantity still traded; its money is unknown and stays out of AvgPx's sum.
            effects.note(.quantityMismatch, report, expected: report.lastQty, reported: report.lastQty)
        } else {
            fill.notional = Notional(report.lastPx, report.lastQty)
        }
        let awaited = report.execID == .none ? nil : seen.find(Self.fillKey(report.execID))
        fill.isLive = awaited == nil
        if let awaited {
            fill.successor = fills[awaited].successor
            fills[awaited] = fill
            return FillChange(quantity: .zero, price: report.lastPx)
        }
        if isEnded { effects.note(.afterTerminal, report) }
        if report.execID != .none { seen.set(Self.fillKey(report.execID), fills.count) }
        fills.append(fill)
        cumQty = Quantity(rawValue: sum.partialValue)
        cumNotional += fill.notional
        return FillChange(quantity: fill.quantity, price: fill.price)
    }

    /// Ends the life of the fill that ExecRefID names, or of one that is yet to come.
    /// - Returns: its place too, for the correction that follows it.
    private mutating func bust(_ report: ExecutionReport, _ effects: inout OrderEffects) -> (change: FillChange, index: Int)? {
        let id = report.execRefID
        guard id != .none, id != report.execID else {
            effects.note(.unknownExecRef, report, reported: report.lastQty)
            return nil
        }
        guard var index = seen.find(Self.fillKey(id)) else {
            effects.note(.unknownExecRef, report, reported: report.lastQty)
            let index = fills.count
            seen.set(Self.fillKey(id), index)
            var awaited = Fill()
            (awaited.execID, awaited.isAwaited) = (id, true)
            fills.append(awaited)
            return (FillChange(quantity: .zero, price: .none), index)
        }
        // A venue that always names the first execution means the one that stands in its place now. A chain of
        // corrections that bites its tail has no such one.
        var steps = 0
        while !fills[index].isLive, fills[index].successor >= 0, steps < fills.count {
            index = Int(fills[index].successor)
            steps += 1
        }
        guard fills[index].isLive else {
            effects.note(.unknownExecRef, report, reported: report.lastQty)
            return (FillChange(quantity: .zero, price: fills[index].price), index)
        }
        fills[index].isLive = false
        cumQty -= fills[index].quantity
        cumNotional -= fills[index].notional
        return (FillChange(quantity: -fills[index].quantity, price: fills[index].price, undone: fills[index].execID), index)
    }

    /// The referenced fill dies, and one with the new terms lives in its stead. The change is the difference.
    private mutating func correct(_ report: ExecutionReport, _ effects: inout OrderEffects) -> FillChange? {
        let before = cumQty
        guard report.lastQty > .zero, !cumQty.rawValue.addingReportingOverflow(report.lastQty.rawValue).overflow else {
            effects.note(.quantityMismatch, report, reported: report.lastQty)
            return nil
        }
        guard let (ended, old) = bust(report, &effects) else { return nil }
        let place = seen.find(Self.fillKey(report.execID)) ?? fills.count
        guard let booked = book(report, &effects) else { return nil }
        if report.execID != .none { fills[old].successor = Int64(place) }
        return FillChange(quantity: cumQty - before, price: booked.price, undone: ended.undone)
    }

    /// A split: every live fill keeps its money and takes the new number of units. False where that is not exact.
    mutating func rescale(from old: Quantity, to new: Quantity) -> Bool {
        var scaled = fills, sum: Int64 = 0
        for index in fills.indices where fills[index].isLive {
            let product = Int128(fills[index].quantity.rawValue) * Int128(new.rawValue)
            guard product % Int128(old.rawValue) == 0,
                let quantity = Int64(exactly: product / Int128(old.rawValue))
            else { return false }
            let (total, isOver) = sum.addingReportingOverflow(quantity)
            if isOver { return false }
            (scaled[index].quantity, sum) = (Quantity(rawValue: quantity), total)
        }
        (fills, cumQty) = (scaled, Quantity(rawValue: sum))
        return true
    }
}
