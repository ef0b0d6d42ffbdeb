import PlainData
import TradingModel

/// A child that a plan would send.
public struct PlannedChild: Sendable, Equatable {
    /// When, in nanoseconds since 1970; of an iceberg the parent's start, since each waits for the one before.
    public let time: Int64
    public let quantity: Quantity
    /// What has been sent with it.
    public let cumulative: Quantity
    /// It is for the closing auction.
    public var isInAuction = false
}

extension SlicePlan {
    /// The children of a parent whose every child is filled before the next one is due, and is sent as it would be.
    ///
    /// - Parameters:
    ///   - volumes: of a participation: what the market trades from each slice's beginning to the next one's.
    ///   - most: of how many children at most.
    public func children(
        of quantity: Quantity, lot: Quantity, from start: Int64, id: ClOrdID = .none, volumes: [Quantity] = [], most: Int = 10_000
    ) -> [PlannedChild] {
        let plan = fitted(to: start), scheduled = quantity.rawValue - plan.auctioned(of: quantity, lot: lot)
        var parent = SlicedParent(), found: [PlannedChild] = []
        (parent.start, parent.rest) = (start, scheduled)
        func add(_ size: Quantity, at time: Int64, toAuction: Bool = false) {
            parent.filled += size.rawValue
            found.append(
                PlannedChild(
                    time: time, quantity: size, cumulative: Quantity(rawValue: parent.filled), isInAuction: toAuction))
        }
        while found.count < most, isIceberg || parent.slice < slices {
            if !isIceberg {
                let last = Int(parent.slice) - 1
                if last >= 0, last < volumes.count { parent.volume += volumes[last].rawValue }
                parent.slice += 1
            }
            let size = plan.due(parent, of: scheduled, id, lot: lot)
            parent.seen = parent.volume
            if size > .zero { add(size, at: isIceberg ? start : plan.begin(of: parent.slice - 1, start)) }
            if isIceberg {
                guard size > .zero else { break }
                parent.slice += 1
            }
        }
        guard let auction = plan.auction else { return found }
        let kept = auction.takesRest ? quantity.rawValue - parent.filled : plan.auctioned(of: quantity, lot: lot)
        let size = Quantity(rawValue: kept).rounded(downTo: lot)
        if size > .zero { add(size, at: start + plan.duration, toAuction: true) }
        return found
    }
}
