import Clearance
import PlainData
import StreamRuntime
import Synchronization
import TradingModel

/// What a day came to, gathered from the graph's own outputs while it runs: live or in a replay, the same.
///
/// The threads that make the outputs fill it, a batch at a time, behind one lock. It is read where they rest: by the engine's
/// thread when the graph is drained, by others when the run has ended.
public final class DaySummary {
    public internal(set) var orders: [ClOrdID: OrdStatus] = [:]
    public internal(set) var fills = 0
    public internal(set) var traded = Notional.zero
    public internal(set) var positions: [SymbolID: PositionUpdate] = [:]
    /// Of each instrument's last trade: looked up for every trade, so no dictionary.
    var lastPrices = Dense<Price>(repeating: .none)
    public internal(set) var parents: [ClOrdID: ParentUpdate.State] = [:]
    public internal(set) var decisions: [Outcome: Int] = [:]
    public internal(set) var triggers: [Check: Int] = [:]
    public internal(set) var anomalies = 0
    /// The differences between reports and their drop copies that are open, by their numbers.
    public internal(set) var copyBreaks: [UInt64: CopyBreak] = [:]
    public internal(set) var inDoubt: Set<ClOrdID> = []
    /// What became of the orders that were asked for.
    public internal(set) var account = OrderAccount()
    var open: Set<ClOrdID> = []
    var workingParents: Set<ClOrdID> = []

    private let lock = Mutex<Void>(())

    /// Who shows some of it to those who watch; nil in a replay.
    var gauges: DeskGauges?

    public init() {}

    /// Whether an order lies at the venue, or may.
    public var hasOpenOrders: Bool { !open.isEmpty }
    public var hasWorkingParents: Bool { !workingParents.isEmpty }
    public var openOrders: [ClOrdID] { open.sorted() }

    /// Watches every edge of the graph whose elements say something about the day.
    public func watch(_ assembly: Assembly) {
        let graph = assembly.graph
        func each<T: Element>(_ edge: Edge<T>, _ body: @escaping (T) -> Void) {
            graph.sink(edge.name + ".summary", from: edge) { offer in
                // What several outputs say is put together by sums and by the last word on each order, so it does not
                // matter whose batch comes first.
                self.lock.withLock { _ in for i in 0..<offer.count { body(offer[i]) } }
                return offer.count
            }
        }
        for edge in graph.allEdges {
            switch edge {
            case let edge as Edge<OrderUpdate>: each(edge) { self.take($0) }
            case let edge as Edge<PositionUpdate>: each(edge) { self.positions[$0.symbol] = $0 }
            case let edge as Edge<Finding>: each(edge) { self.take($0) }
            case let edge as Edge<OrderRequest>: each(edge) { self.account.take($0) }
            case let edge as Edge<Anomaly>: each(edge) { _ in self.anomalies += 1 }
            case let edge as Edge<CopyBreak>: each(edge) { self.take($0) }
            case let edge as Edge<ParentUpdate>: each(edge) { self.take($0) }
            case let edge as Edge<Trade> where edge.isPort: each(edge) { self.lastPrices[$0.symbol.index] = $0.price }
            default: break
            }
        }
    }

    private func take(_ update: OrderUpdate) {
        let order = update.rootID
        if !update.parentID.isNone, orders[order] == nil { account.parents[order] = update.parentID }
        gauges?.orderMoved(from: orders[order], to: update.ordStatus)
        orders[order] = update.ordStatus
        if update.ordStatus.isTerminal, update.certainty == .known { open.remove(order) } else { open.insert(order) }
        if update.certainty == .inDoubt { inDoubt.insert(order) } else { inDoubt.remove(order) }
        gauges?.ordersInDoubt(inDoubt.count)
        if update.lastQty.rawValue != 0, !update.lastPx.isNone {
            fills += update.lastQty.rawValue > 0 ? 1 : -1
            traded += Notional(update.lastPx, update.lastQty)
        }
    }
    private func take(_ finding: Finding) {
        gauges?.found(finding)
        account.take(finding)
        if finding.check == .decision {
            decisions[finding.outcome, default: 0] += 1
        } else {
            triggers[finding.check, default: 0] += 1
        }
    }
    private func take(_ found: CopyBreak) {
        copyBreaks[found.number] = found.state == .open ? found : nil
        gauges?.openCopies(copyBreaks.values)
    }
    private func take(_ parent: ParentUpdate) {
        // What a slicer says to a replace or a pause is about no parent of its own.
        if account.fates[parent.clOrdID] == .request { return }
        parents[parent.clOrdID] = parent.state
        if parent.state.isOpen { workingParents.insert(parent.clOrdID) } else { workingParents.remove(parent.clOrdID) }
    }

    public var realised: Notional { positions.values.reduce(.zero) { $0 + $1.realised } }
    /// Positions at the last price seen, less what they cost.
    public var unrealised: Notional {
        positions.values.reduce(.zero) { sum, position in
            let last = lastPrices.value(position.symbol.index)
            guard position.quantity.rawValue != 0, !position.avgPx.isNone, !last.isNone else { return sum }
            return sum + Notional(last, position.quantity) - Notional(position.avgPx, position.quantity)
        }
    }
}
