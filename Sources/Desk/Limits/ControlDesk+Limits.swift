import Operators
import PlainData
import Topology
import TradingModel

/// What a desk's people may know and change of its limits.
extension ControlDesk {
    /// The command for a whole set of limits, or for the end of one. What compliance would refuse is refused here in words.
    func set(_ request: ControlRequest, _ command: DeskCommand) throws(ControlFlaw) -> DeskCommand {
        if request.text == nil {
            let name = request.limit ?? "", sets = boards.flatMap(\.changes).filter { $0.key == .set }
            let known = Set(sets.map { names.text(of: $0.name) })
            guard known.contains(name) else {
                throw ControlFlaw(
                    description: "limits \(name): no such set is in force or waits; "
                        + (known.isEmpty ? "there is none" : "there are " + known.sorted().joined(separator: ", ")))
            }
            return try request.end(name, command, names: names, at: command.eventTime)
        }
        let (file, made) = try request.set(command, over: baseLimits, names: names, at: command.eventTime)
        let newest = boards.map { $0.version(ofSet: made.name) }.max() ?? 0
        guard file.version > newest else {
            throw ControlFlaw(
                description: "\(request.scope ?? "limits"): version \(file.version) of \(file.name) is not above "
                    + "\(newest), which was in force before; give the file a higher version")
        }
        return made
    }
    static func version(_ finding: Finding) -> String { finding.measured.isNaN ? "" : ", version \(Int(finding.measured))" }

    /// Every change over the topology's limits.
    var changes: [ControlReply.Limit] {
        (boards.first?.changes ?? []).map { change in
            let isSet = change.key == .set, account = names.text(of: change.account)
            let amount =
                isSet
                ? "version \(change.version)"
                : change.key == .restricted && change.amount != nil ? "on" : change.amount?.text(names) ?? "none"
            return ControlReply.Limit(
                limit: isSet ? "limits " + names.text(of: change.name) : change.key.name,
                symbol: account.isEmpty ? names.text(of: change.symbol) : account, amount: amount,
                from: UTC.text(change.from), until: change.until == .max ? "" : UTC.text(change.until),
                who: names.text(of: change.who), why: names.text(of: change.why), isInForce: change.isInForce)
        }
    }

    /// The limits as a topology would write them, with the sets that are in force; the single changes over them are listed.
    func limitsInForce() -> ControlReply {
        let changes = boards.first?.changes ?? []
        var sets: [TextID: TextID] = [:], order: [TextID] = []
        for change in changes where change.key == .set && change.isInForce {
            order.removeAll { $0 == change.name }
            order.append(change.name)
            sets[change.name] = change.text
        }
        let settings = baseLimits.under(order.compactMap { sets[$0] }, names) ?? baseLimits
        var reply = ControlReply("OK", "limits in force")
        reply.limits = self.changes
        reply.text = settings.entries.map { "  \($0.name): \($0.value.canonicalText)\n" }.joined()
        return reply
    }
}
