import ArgumentParser
import Desk

struct Kill: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops orders of a scope on a running floor, and cancels those that work.",
        discussion: """
            SCOPE is firm, account:NAME, strategy:NAME, venue:SESSION or symbol:NAME. It holds over restarts until a person
            says floor rearm SCOPE. Said again, it cancels again what still works. Examples:
              floor kill firm --data day --why "prices are wrong"
              floor kill strategy:momentum --data day
              floor kill account:ACC --reduce --data day      only what makes a position smaller passes; nothing is canceled
            """)

    @Argument(help: "firm, account:NAME, strategy:NAME, venue:SESSION or symbol:NAME.") var scope: String
    @Flag(help: "Let pass what makes a position smaller, and cancel nothing.") var reduce = false
    @OptionGroup var floor: AskFloor

    func run() throws {
        var request = ControlRequest(reduce ? .reduce : .kill)
        request.scope = scope
        try floor.send(request)
    }
}

struct Rearm: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes back a switch that floor kill has thrown, and lets a strategy go on that repeated itself too often.",
        discussion:
            "Nothing else does: no restart, no time, no program. Example:\n  floor rearm firm --data day --why \"prices are back\""
    )

    @Argument(help: "The scope, as floor kill took it.") var scope: String
    @OptionGroup var floor: AskFloor

    func run() throws {
        var request = ControlRequest(.rearm)
        request.scope = scope
        try floor.send(request)
    }
}

struct Pending: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the orders of a running floor that wait for a second person, and the switches that are thrown.")

    @OptionGroup var floor: AskFloor

    func run() throws { try floor.send(ControlRequest(.pending)) }
}
