import FIXSessions
import PlainData
import StreamRuntime
import TradingModel

/// Compares what the desk has on record with what the venue did.
extension SimulatedWorld {
    /// After everything has come to rest and every order has had its word.
    func checkEnd(_ day: DayReplay, live: DigestBook?) {
        for mistake in venue.mistakes + link.mistakes { violated(mistake) }
        let names = day.names
        var known: Set<String> = []
        for intent in day.intents where intent.action == .new {
            let id = intent.clOrdID.text(names)
            if !known.insert(id).inserted { violated("the journal holds two intents \(id)") }
            guard let last = day.updates[intent.clOrdID] else {
                violated("nobody ever said a word about order \(id)")
                continue
            }
            let filled = day.filled[intent.clOrdID] ?? .zero
            if filled != last.cumQty { violated("order \(id): Σ LastQty \(filled), CumQty \(last.cumQty)") }
            guard let there = venue.order(id) else {
                if last.ordStatus != .rejected {
                    violated("order \(id) is \(last.ordStatus), \(last.certainty); the venue never had it")
                }
                continue
            }
            if last.certainty != .known { violated("order \(id) is \(last.certainty) when all is told") }
            if "\(Character(UnicodeScalar(last.ordStatus.rawValue)))" != there.status {
                violated("order \(id) is \(last.ordStatus); the venue says OrdStatus \(there.status)")
            }
            if last.cumQty != Quantity(units: Int64(there.filled)) {
                violated("order \(id): CumQty \(last.cumQty); the venue filled \(there.filled)")
            }
        }
        for order in venue.orders where !known.contains(order.id) {
            violated("the venue has order \(order.id), the journal has no intent of it")
        }
        checkPositions(day)
        checkExecutions(day)
        for anomaly in day.anomalies {
            violated("anomaly \(anomaly.rule) on order \(anomaly.clOrdID.text(names))")
        }
        if let live, let parted = day.digests.firstDivergence(from: live) { violated("the replay differs: \(parted)") }
        if let live, live.sequence != day.digests.sequence {
            violated("the run ended at record \(live.sequence), the journal at \(day.digests.sequence)")
        }
    }

    /// The requests that have left and that the journal, as it is now, does not have.
    func forgotten() -> [String] {
        fate.begin()
        guard let day = try? DayReplay(disk, Self.day) else { return [] }
        let known = Set(day.intents.map { $0.clOrdID.text(day.names) })
        let sent = link.desk.stored(from: 1, through: link.desk.nextOut - 1).filter { $0.msgType != .orderStatusRequest }
        return sent.map { String(decoding: $0.clOrdID, as: UTF8.self) }.filter { !known.contains($0) }
    }

    private func checkPositions(_ day: DayReplay) {
        var ours: [String: Int64] = [:]
        for (symbol, position) in day.positions where position.quantity != .zero {
            ours[day.names.text(of: symbol)] = position.quantity.rawValue / Quantity(units: 1).rawValue
        }
        let theirs = venue.positions.mapValues { Int64($0) }
        if ours != theirs {
            violated("positions: the desk has \(ours.sorted { $0.key < $1.key }), the venue \(theirs.sorted { $0.key < $1.key })")
        }
    }

    /// Every execution is on record, once.
    private func checkExecutions(_ day: DayReplay) {
        var times: [String: Int] = [:]
        for report in day.reports where report.msgType == .executionReport && report.execType == .trade {
            times[day.names.text(of: report.execID), default: 0] += 1
        }
        for fill in venue.fills where times[fill.execID] != 1 {
            violated("execution \(fill.execID) is on record \(times[fill.execID] ?? 0) times")
        }
        if times.count > venue.fills.count {
            violated("\(times.count) executions are on record, the venue made \(venue.fills.count)")
        }
    }
}
