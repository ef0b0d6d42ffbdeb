import PlainData
import TradingModel

/// The positions of every account, strategy and instrument, from the rows of the orders that are at the venue.
///
/// Each row is compared with the order's last one: its LeavesQty moves what is working, its execution moves what is
/// held. A bust takes its fill out as if it had never been, a correction changes it in its place.
public struct PositionKeeper: Sendable {
    private struct Track: State {
        var position: Int64 = 0
        var leaves: Quantity = .zero

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&position)
            coder.field(&leaves.rawValue)
        }
    }
    /// In the order in which they were first traded or ordered.
    public private(set) var positions: [Position] = []
    /// Fills of an amount that no market trades; they are not booked.
    public private(set) var refusedFills: UInt64 = 0
    private var tracks: [Track] = []
    private var byOrder = IDTable(), byOwner = IDTable(), byPosition = IDTable(), byExecution = IDTable()
    private var owners: UInt64 = 0
    private let method: CostMethod

    public init(_ method: CostMethod = .average) { self.method = method }

    /// - Returns: the position after the row; nil where the row changed nothing of it.
    public mutating func apply(_ row: OrderUpdate) -> PositionUpdate? {
        change(row).map { update($0, at: row.eventTime) }
    }

    /// The place in `positions` of what the row changed; nil where it changed nothing.
    mutating func change(_ row: OrderUpdate) -> Int? {
        let order = track(row)
        let slot = Int(tracks[order].position)
        var isChanged = book(row, order, slot)
        let before = tracks[order].leaves
        if row.leavesQty != before {
            let change = Int128(row.leavesQty.rawValue) - Int128(before.rawValue)
            if row.side.isBuy { positions[slot].buying += change } else { positions[slot].selling += change }
            tracks[order].leaves = row.leavesQty
            isChanged = true
        }
        return isChanged ? slot : nil
    }

    /// The position, or nil where nothing was ever ordered.
    public func position(account: TextID, strategy: TextID, symbol: SymbolID) -> Position? {
        guard let owner = byOwner.find(Self.ownerKey(account, strategy)),
            let slot = byPosition.find(Self.positionKey(owner, symbol))
        else { return nil }
        return positions[slot]
    }

    private static func ownerKey(_ account: TextID, _ strategy: TextID) -> UInt64 {
        (UInt64(account.rawValue) << 32 | UInt64(strategy.rawValue)) &+ 1
    }
    private static func positionKey(_ owner: Int, _ symbol: SymbolID) -> UInt64 {
        UInt64(owner) << 32 | UInt64(symbol.rawValue)
    }

    private mutating func track(_ row: OrderUpdate) -> Int {
        if let known = byOrder.find(row.rootID.rawValue) { return known }
        let owner = byOwner.find(Self.ownerKey(row.account, row.strategy)) ?? addOwner(row)
        let slot = byPosition.find(Self.positionKey(owner, row.symbol)) ?? addPosition(row, owner)
        byOrder.set(row.rootID.rawValue, tracks.count)
        tracks.append(Track(position: Int64(slot)))
        return tracks.count - 1
    }
    private mutating func addOwner(_ row: OrderUpdate) -> Int {
        owners += 1
        byOwner.set(Self.ownerKey(row.account, row.strategy), Int(owners))
        return Int(owners)
    }
    private mutating func addPosition(_ row: OrderUpdate, _ owner: Int) -> Int {
        byPosition.set(Self.positionKey(owner, row.symbol), positions.count)
        var position = Position()
        position.method = method
        (position.account, position.strategy, position.symbol) = (row.account, row.strategy, row.symbol)
        positions.append(position)
        return positions.count - 1
    }

    private func executionKey(_ order: Int, _ id: TextID) -> UInt64 { UInt64(order) << 32 | UInt64(id.rawValue) }

    private mutating func book(_ row: OrderUpdate, _ order: Int, _ slot: Int) -> Bool {
        guard row.execType == .trade || row.execType == .tradeCancel || row.execType == .tradeCorrect else { return false }
        var fill = PositionFill()
        (fill.price, fill.isBuy) = (row.lastPx.isNone ? .zero : row.lastPx, row.side.isBuy)
        let old = row.execRefID == .none ? nil : byExecution.find(executionKey(order, row.execRefID))
        if let old {
            // A row says by how much CumQty changed; what the fill holds now is that much more or less.
            let before = row.execType == .tradeCorrect ? positions[slot].fills[old].quantity : .zero
            let left = before.rawValue.addingReportingOverflow(row.execType == .tradeCorrect ? row.lastQty.rawValue : 0)
            fill.quantity = Quantity(rawValue: left.overflow ? 0 : max(0, left.partialValue))
            guard isBooked(fill) else { return false }
            positions[slot].fills[old] = fill
            if row.execType == .tradeCorrect { name(row, order, old) }
            positions[slot].rebook()
        } else {
            guard row.lastQty > .zero else { return false }
            fill.quantity = row.lastQty
            guard isBooked(fill) else { return false }
            name(row, order, positions[slot].fills.count)
            positions[slot].fills.append(fill)
            positions[slot].trade(fill.units, for: fill.amount)
        }
        if row.execType != .tradeCancel, !row.lastPx.isNone { positions[slot].lastPx = row.lastPx }
        return true
    }

    private mutating func isBooked(_ fill: PositionFill) -> Bool {
        if !fill.isBookable { refusedFills += 1 }
        return fill.isBookable
    }
    private mutating func name(_ row: OrderUpdate, _ order: Int, _ fill: Int) {
        if row.execID != .none { byExecution.set(executionKey(order, row.execID), fill) }
    }

    private func update(_ slot: Int, at eventTime: Int64) -> PositionUpdate {
        let held = positions[slot]
        return PositionUpdate(
            eventTime: eventTime, symbol: held.symbol, account: held.account, strategy: held.strategy, quantity: held.quantity,
            workingBuy: held.workingBuy, workingSell: held.workingSell, avgPx: held.avgPx, lastPx: held.lastPx,
            realised: held.realised, cash: held.cash)
    }

    /// Saves or restores; the same history gives the same bytes.
    public mutating func state(_ coder: inout StateCoder) {
        var count = UInt64(positions.count)
        coder.field(&count)
        if !coder.isSaving {
            positions = []
            while UInt64(positions.count) < count, !coder.isTruncated {
                positions.append(Position())
                positions[positions.count - 1].method = method
                positions[positions.count - 1].state(&coder)
            }
        } else {
            for slot in positions.indices { positions[slot].state(&coder) }
        }
        coder.field(&tracks, filler: Track())
        coder.field(&refusedFills)
        coder.field(&owners)
        byOrder.state(&coder)
        byOwner.state(&coder)
        byPosition.state(&coder)
        byExecution.state(&coder)
    }
}
