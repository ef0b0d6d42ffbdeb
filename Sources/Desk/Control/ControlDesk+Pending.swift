import Clearance
import Operators
import PlainData
import TradingModel

/// What a desk shows to people: what waits, what is stopped, which limits were changed.
extension ControlDesk {
    func pending() -> ControlReply {
        let waiting = boards.flatMap(\.waiting), thrown = boards.first?.thrown ?? []
        var reply = ControlReply(
            "OK",
            "\(waiting.count) order\(waiting.count == 1 ? "" : "s") wait\(waiting.count == 1 ? "s" : "") for a second person, "
                + "\(thrown.count) switch\(thrown.count == 1 ? " is" : "es are") thrown")
        reply.waiting = waiting.map { row in
            let order = row.order
            return ControlReply.Waiting(
                order: order.clOrdID.text(names), action: "\(order.action)", side: "\(order.side)",
                quantity: order.orderQty.text(names), symbol: names.text(of: order.symbol),
                price: order.price.isNone ? "market" : order.price.text(names), account: names.text(of: order.account),
                strategy: names.text(of: order.strategy), requester: names.text(of: row.requester),
                checks: row.checks.map(\.code),
                expires: UTC.text(row.expires), terms: String(order.terms, radix: 16), limits: row.limits)
        }
        reply.limits = changes
        reply.switches = thrown.map { entry in
            ControlReply.Switch(
                scope: scope(of: entry), halt: "\(entry.halt)", who: author(of: entry), why: reason(of: entry),
                since: UTC.text(entry.since))
        }
        return reply
    }

    /// As `floor kill` takes it: `account:ACC`.
    private func scope(of entry: ControlBoard.Thrown) -> String {
        let subject =
            switch entry.scope {
            case .symbol: names.text(of: SymbolID(rawValue: entry.subject))
            case .firm, .order: ""
            case .account, .strategy, .venue: names.text(of: TextID(rawValue: entry.subject))
            }
        return "\(entry.scope)" + (subject.isEmpty ? "" : ":\(subject)")
    }
    private func author(of entry: ControlBoard.Thrown) -> String {
        entry.repeats == nil ? names.text(of: entry.who) : Check.repeatedExecution.code
    }
    private func reason(of entry: ControlBoard.Thrown) -> String {
        entry.repeats.map { "\($0) orders, as many as may be" } ?? names.text(of: entry.why)
    }

    /// A finding for a person: of a stopped order also whose switch it was, and what takes it back.
    func told(_ finding: Finding) -> ControlReply.Finding {
        var told = ControlReply.Finding(finding, names)
        guard finding.check == .halted && finding.measured.isNaN || finding.check == .repeatedExecution else { return told }
        let entry = boards.lazy.flatMap(\.thrown).first { entry in
            guard (entry.repeats != nil) == (finding.check == .repeatedExecution), entry.scope == finding.scope else {
                return false
            }
            return switch entry.scope {
            case .account: entry.subject == finding.account.rawValue
            case .strategy: entry.subject == finding.strategy.rawValue
            case .symbol: entry.subject == finding.symbol.rawValue
            case .firm, .order, .venue: true
            }
        }
        guard let entry else { return told }
        let who = author(of: entry), scope = scope(of: entry)
        told.about =
            "\(scope) \(entry.halt == .stopped ? "stopped" : "reduce only") by \(who.isEmpty ? "nobody named" : who): "
            + "\(reason(of: entry)); floor rearm \(scope)"
        return told
    }
}
