import ArgumentParser
import Desk

struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets an order pass that waits for a second person (REVIEW).",
        discussion: """
            Whoever asked for the order cannot approve it, and what a hard check found nobody can. The approval is for the order
            and the limits as they are shown: with --terms and --limits, as floor pending gave them; else as they are now. The rules
            look once more at that moment. Without ORDER, the orders that wait are listed. Examples:
              floor approve --data day
              floor approve A-17 --data day --as ann --why "client called back"
            """)

    @Argument(help: "The order's id.") var order: String?
    @Option(help: "The terms that were seen.") var terms: String?
    @Option(help: "The version of the limits that was seen.") var limits: UInt32?
    @OptionGroup var floor: AskFloor

    func run() throws {
        guard let order else {
            try floor.send(ControlRequest(.pending))
            return
        }
        let seen = try floor.send(ControlRequest(.pending), isQuiet: true).waiting?.first { $0.order == order }
        if let seen, !floor.json { say(AskFloor.text(seen).joined(separator: "\n")) }
        var request = ControlRequest(.approve)
        request.order = order
        // An order that does not wait has no terms; the floor says that it does not.
        (request.terms, request.limits) = (terms ?? seen?.terms ?? "0", limits ?? seen?.limits ?? 0)
        try floor.send(request)
    }
}

struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Refuses an order that waits for a second person: it will not leave.")

    @Argument(help: "The order's id.") var order: String
    @OptionGroup var floor: AskFloor

    func run() throws {
        var request = ControlRequest(.reject)
        request.order = order
        try floor.send(request)
    }
}
