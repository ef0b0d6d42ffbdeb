import ArgumentParser
import Desk
import Foundation

/// What every command to a running floor takes.
struct AskFloor: ParsableArguments {
    @Option(help: "The data directory of the floor that runs; the present folder when left out.") var data = "."
    @Option(name: .customLong("as"), help: "Who asks, where that is not the user of this machine who types it.") var person:
        String?
    @Option(help: "Why: it is on record with the command.") var why = "no reason given"
    @Flag(help: "For scripts: the answer as JSON.") var json = false

    /// - Throws: where the answer is no, after it was said.
    @discardableResult
    func send(_ request: ControlRequest, isQuiet: Bool = false) throws -> ControlReply {
        var request = request
        (request.who, request.why) = (person, why)
        let reply: ControlReply
        do { reply = try ControlClient(data: data).ask(request) } catch { throw Refusal.answer("\(error.description)") }
        if reply.outcome == "ERROR" { throw Refusal.configuration(reply.message) }
        if isQuiet { return reply }
        if json { say(String(decoding: reply.line, as: UTF8.self), terminator: "") } else { say(AskFloor.text(reply)) }
        if reply.outcome == "BLOCK" { throw ExitCode(1) }
        return reply
    }

    static func text(_ reply: ControlReply) -> String {
        var lines = [reply.message + (reply.record.map { " (record \($0))" } ?? "")]
        lines += reply.findings.map { "  " + $0.text }
        for row in reply.waiting ?? [] { lines += text(row) }
        for entry in reply.switches ?? [] {
            lines.append(
                "\(entry.scope)  \(entry.halt == "stopped" ? "stopped" : "reduce only")  since \(entry.since)  "
                    + "by \(entry.who.isEmpty ? "nobody named" : entry.who): \(entry.why)")
        }
        for limit in reply.limits ?? [] {
            let times = "from \(limit.from)" + (limit.until.isEmpty ? "" : " until \(limit.until)")
            lines.append(
                "\(limit.limit) \(limit.amount)\(limit.symbol.isEmpty ? "" : " of \(limit.symbol)")  \(times)"
                    + "\(limit.isInForce ? "" : "  not yet in force")  by \(limit.who): \(limit.why)")
        }
        if let text = reply.text { lines.insert(text.isEmpty ? "  none: nothing passes" : String(text.dropLast()), at: 1) }
        return lines.joined(separator: "\n")
    }
    static func text(_ row: ControlReply.Waiting) -> [String] {
        let action = row.action == "new" ? "" : row.action + " "
        let owners = [row.account, row.strategy].filter { !$0.isEmpty }.joined(separator: "/")
        return [
            "\(row.order)  \(action)\(row.side) \(row.quantity) \(row.symbol) at \(row.price)\(owners.isEmpty ? "" : "  for \(owners)")",
            "  \(row.checks.joined(separator: ", "))  asked by \(row.requester.isEmpty ? "a program" : row.requester)  "
                + "until \(row.expires)  limits \(row.limits)  terms \(row.terms)",
        ]
    }
}
