import ArgumentParser
import Desk

struct LimitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Changes a limit of a running floor, for a reason, from a time on and until a time.",
        discussion: """
            KEY is a key of the topology's limits: max_quantity, max_notional, soft_notional, max_position and collar, of the desk or of
            one --symbol; max_gross, max_net, max_long, max_short, max_open_orders, max_open_notional, max_loss, soft_loss, max_repeats,
            throttle, strategy_throttle and account_throttle; credit, of all accounts or of one --account; restricted (on or none) of a
            symbol. What ends gives back what held before. Examples:
              floor limit max_notional 500000 --symbol ALDER --until 30m --why "block trade" --data day
              floor limit restricted on --symbol ELM --why "results tonight" --data day
            floor pending lists what was changed; floor limits FILE changes many at once.
            """)

    @Argument(help: "Which limit.") var key: String
    @Argument(help: "Its amount, or none.") var amount: String
    @Option(help: "Of this instrument alone.") var symbol: String?
    @Option(help: "Of this account alone.") var account: String?
    @Option(help: "From when: a time, or how long from now. At once without it.") var from: String?
    @Option(help: "Until when, likewise. For the day without it.") var until: String?
    @OptionGroup var floor: AskFloor

    func run() throws {
        var request = ControlRequest(.limit)
        (request.limit, request.amount, request.symbol) = (key, amount, symbol)
        (request.from, request.until, request.account) = (from, until, account)
        try floor.send(request)
    }
}
