import ArgumentParser
import Desk

struct Distrust: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says that a feed of a running floor is not to be trusted, whatever it says.",
        discussion: """
            Its books are stale and their best prices are not told any more; trades and quotes come as before, with the feed's status
            on record. It holds until floor trust SOURCE, or until the run ends. Example:
              floor distrust btc --data day --why "prices of the venue's test system"
            """)

    @Argument(help: "The websocket source, as the topology names it.") var source: String
    @OptionGroup var floor: AskFloor

    func run() throws {
        var request = ControlRequest(.distrust)
        request.scope = source
        try floor.send(request)
    }
}

struct Trust: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes back what floor distrust said of a feed.",
        discussion: "Example:\n  floor trust btc --data day --why \"the venue has confirmed\"")

    @Argument(help: "The websocket source, as the topology names it.") var source: String
    @OptionGroup var floor: AskFloor

    func run() throws {
        var request = ControlRequest(.trust)
        request.scope = source
        try floor.send(request)
    }
}
