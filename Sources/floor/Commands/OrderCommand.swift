import ArgumentParser
import Desk

/// Orders that a person enters at a running floor.
struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Enters, cancels, replaces or asks about an order on a running floor; compliance checks it like any other.",
        discussion: """
            The answer is what compliance says: OK, REVIEW (it waits for floor approve by somebody else) or BLOCK with every
            finding. Exit status 1 for BLOCK. Examples:
              floor order new buy 100 ALDER --price 50.25 --account ACC --data day
              floor order cancel M0QW4TTYH9Z3E8 --data day
              floor order pause M0QW4TTYH9Z3E8 --data day      a parent sends nothing more until: order resume
            """,
        subcommands: [New.self, Cancel.self, Replace.self, Pause.self, Resume.self, Status.self])

    /// What a new order and a replacement have.
    struct Terms: ParsableArguments {
        @Argument(help: "buy, sell or sell_short.") var side: String
        @Argument(help: "How much.") var quantity: String
        @Argument(help: "Of what.") var symbol: String
        @Option(help: "The limit; a market order without it.") var price: String?
        @Option(help: "Whose it is.") var account: String?
        @Option(help: "What it is booked under.") var strategy: String?
        @Option(help: "day, gtc, ioc, fok, or opg and cls for the opening and closing auction alone.") var tif = "day"

        func fill(_ request: inout ControlRequest) {
            (request.side, request.quantity, request.symbol, request.price) = (side, quantity, symbol, price)
            (request.account, request.strategy, request.timeInForce) = (account, strategy, tif)
        }
    }
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enters an order.")
        @OptionGroup var terms: Terms
        @Option(help: "Its id; the floor makes one without it.") var id: String?
        @OptionGroup var floor: AskFloor

        func run() throws {
            var request = ControlRequest(.new)
            request.order = id
            terms.fill(&request)
            try floor.send(request)
        }
    }
    struct Replace: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives an order another quantity or limit; side and symbol are said again, as FIX wants them.")
        @Argument(help: "The order's id.") var order: String
        @OptionGroup var terms: Terms
        @Option(help: "The request's own id; the floor makes one without it.") var id: String?
        @OptionGroup var floor: AskFloor

        func run() throws {
            var request = ControlRequest(.replace)
            (request.original, request.order) = (order, id)
            terms.fill(&request)
            try floor.send(request)
        }
    }
    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cancels an order; no limit and no switch is against it.")
        @Argument(help: "The order's id.") var order: String
        @Option(help: "The request's own id; the floor makes one without it.") var id: String?
        @OptionGroup var floor: AskFloor

        func run() throws {
            var request = ControlRequest(.cancel)
            (request.original, request.order) = (order, id)
            try floor.send(request)
        }
    }
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Holds a parent that a slicer works: its open children are canceled, and none is sent until order resume.")
        @Argument(help: "The parent's id.") var order: String
        @OptionGroup var floor: AskFloor

        func run() throws { try OrderCommand.hold(.pause, order, floor) }
    }
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a parent that was paused go on: what is left is spread over the rest of its time.")
        @Argument(help: "The parent's id.") var order: String
        @OptionGroup var floor: AskFloor

        func run() throws { try OrderCommand.hold(.resume, order, floor) }
    }
    private static func hold(_ verb: ControlRequest.Verb, _ order: String, _ floor: AskFloor) throws {
        var request = ControlRequest(verb)
        request.original = order
        try floor.send(request)
    }
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks the venue for an order's state; the answer comes as a report.")
        @Argument(help: "The order's id.") var order: String
        @OptionGroup var floor: AskFloor

        func run() throws {
            var request = ControlRequest(.status)
            request.original = order
            try floor.send(request)
        }
    }
}
