import PlainData
import TradingModel

/// When a market closes, and what of a parent is kept for the auction in which it does.
///
/// A parent whose time reaches the close ends there: no child works past it. With an auction its schedule ends `lead` before, when orders
/// for the close are entered (venues take none in their last minutes), and what it has in the auction is sent at the close: at the
/// parent's limit, or at the market's price.
public struct MarketClose: Sendable {
    public enum Place: Sendable {
        /// So long after each midnight UTC, nanoseconds.
        case daily(Int64)
        case exchange(SessionCalendar)
    }
    /// What becomes of what the schedule leaves: it is canceled, or it goes into the auction too.
    public enum Rest: Sendable { case cancel, auction }

    public var place: Place
    /// Of the parent, in millionths.
    public var share: Int64 = 0
    /// Nanoseconds.
    public var lead: Int64 = 600_000_000_000
    public var rest = Rest.cancel

    public init(_ place: Place) { self.place = place }

    var hasAuction: Bool { share > 0 || rest == .auction }

    /// The first close after `time`; nil where the calendar knows none.
    public func next(after time: Int64) -> Int64? {
        switch place {
        case .daily(let moment):
            let days = time >= 0 ? time / UTC.day : -((UTC.day - 1 - time) / UTC.day)
            let (today, over) = (days * UTC.day).addingReportingOverflow(moment)
            return over || today > .max - UTC.day ? nil : today > time ? today : today + UTC.day
        case .exchange(let calendar):
            let at = calendar.next(time)
            return at < calendar.sessions.count ? calendar.sessions[at].close : nil
        }
    }
}

extension SlicePlan {
    /// What a parent has in the closing auction.
    struct Auction: Sendable {
        /// When the market closes.
        var at: Int64
        /// Millionths of the parent; whether what its schedule leaves goes there too.
        var share: Int64, takesRest: Bool
    }

    /// The plan of a parent that begins then: not past the close, and with its part in the auction where its time reaches it. One that
    /// comes when orders for the close are no longer entered is worked to the close without.
    func fitted(to start: Int64) -> SlicePlan {
        guard let close, let at = close.next(after: start), start + duration >= at else { return self }
        let entry = at - close.lead, hasAuction = close.hasAuction && entry > start && close.lead > 0
        var plan = lasting(hasAuction ? entry - start : at - start)
        if hasAuction { plan.auction = Auction(at: at, share: close.share, takesRest: close.rest == .auction) }
        return plan
    }
    /// When a parent that begins then is over: at the close, where that comes first.
    public func end(from start: Int64) -> Int64 {
        let plan = fitted(to: start)
        return plan.auction?.at ?? start + plan.duration
    }
    /// The same in another time.
    private func lasting(_ other: Int64) -> SlicePlan {
        guard other != duration else { return self }
        var plan = self
        if case .shortfall(let model, let interval) = tactic {
            let shorter = interval * Double(other) / Double(duration)
            plan = SlicePlan(
                .shortfall(model, interval: shorter), duration: other, slices: slices, completion: completion,
                passiveTicks: passiveTicks)
            (plan.leastChild, plan.variation, plan.seed, plan.close) = (leastChild, variation, seed, close)
        }
        plan.duration = other
        return plan
    }

    /// How much of a parent is kept for the closing auction: whole lots.
    func auctioned(of quantity: Quantity, lot: Quantity) -> Int64 {
        guard let auction else { return 0 }
        return Quantity(rawValue: Self.share(of: quantity.rawValue, Int128(auction.share), 1_000_000)).rounded(downTo: lot)
            .rawValue
    }
}
