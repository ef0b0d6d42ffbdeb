import ArgumentParser
import PaperVenue
import PlainData
import Topology
import TradingModel

struct Venue: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The paper venue by itself: a tape, a matching engine, a FIX 4.4 acceptor and a market-data feed.",
        discussion: "Example: floor venue --tape replay-data/day --fix 9880 --feed 9881 --speed 600 --exit-at-end")

    @Option(
        help:
            "What to play: a trades-csv or quotes-csv, a folder of both, a LOBSTER message file, DBN, ITCH or a tick file; packed too. Without it the venue shows what its script shows, and the time is the clock's."
    ) var tape: String?
    @Option(help: "What goes wrong, and when: a venue-script.yaml (docs/venue-script.md).") var script: String?
    @Option(help: "The port of the FIX acceptor.") var fix = 9_880
    @Option(help: "The port of the market-data feed; 0 lets the system choose.") var feed: UInt16 = 9_881
    @Option(help: "Seconds of tape in a second: realtime, a factor, or max.") var speed = "realtime"
    @Option(help: "The venue's name, and the clients that may log on, as VENUE:CLIENT.") var client = "BROKER:FLOOR"
    @Option(help: "What an order that rested pays, in basis points; negative: a rebate.") var makerFee = "0"
    @Option(help: "What an order that came to the market pays, in basis points; in an auction too.") var takerFee = "0"
    @Option(
        help:
            "Whether a size that shrinks without a trade shrinks behind an order (risk-averse), or ahead of it too (probabilistic)."
    )
    var queue = "risk-averse"
    @Option(help: "Probabilistic: n of backⁿ / (backⁿ + frontⁿ), from 1 to 8.") var power = 3
    @Option(help: "How long requests are on their way: a duration, or several with commas between, of which each takes one.")
    var entryLatency = "0s"
    @Option(help: "The same for reports.") var responseLatency = "0s"
    @Option(help: "Of what is taken from these tables.") var seed: UInt64 = 1
    @Option(help: "Where to write the day's fills and positions at the end.") var statement: String?
    @Option(help: "Where the FIX session keeps its numbers and messages; in memory when left out, so a restart begins anew.")
    var store: String?
    @Flag(help: "End when the tape has ended and the clients have left.") var exitAtEnd = false
    @Flag(help: "Start the tape only when a FIX client has logged on too.") var waitForLogon = false

    func run() throws {
        var configuration = VenueConfiguration()
        (configuration.fixPort, configuration.feedPort) = (fix, feed)
        let parts = client.split(separator: ":").map(String.init)
        guard parts.count == 2 else {
            throw Refusal.configuration("--client \(client): write it as VENUE:CLIENT, such as BROKER:FLOOR")
        }
        configuration.clients = [VenueConfiguration.Client(venue: parts[0], client: parts[1])]
        configuration.speed = try Run.factor(speed).map { .times($0) } ?? .max
        (configuration.exitsAtEnd, configuration.waitsForLogon) = (exitAtEnd, waitForLogon)
        (configuration.statementPath, configuration.tapeName) = (statement, tape ?? "none")
        configuration.hasTape = tape != nil
        configuration.storePath = store
        guard let fees = try? FeeSchedule(makerBps: makerFee, takerBps: takerFee) else {
            throw Refusal.configuration("--maker-fee \(makerFee), --taker-fee \(takerFee): basis points, at most 4 decimals")
        }
        configuration.fees = fees
        switch queue {
        case "risk-averse": configuration.queue = .riskAverse
        case "probabilistic" where (1...8).contains(power): configuration.queue = .probabilistic(power: power)
        default:
            throw Refusal.configuration(
                "--queue \(queue) --power \(power): risk-averse, or probabilistic with a power from 1 to 8")
        }
        configuration.latency = Latency(
            entry: try Self.table("--entry-latency", entryLatency),
            response: try Self.table("--response-latency", responseLatency), seed: seed)
        configuration.announce = { say($0) }
        let names = Names()
        if let script {
            do throws(TopologyRefusal) {
                configuration.script = try VenueScript(path: script, names: names)
            } catch { throw Refusal.configuration(error.description) }
        } else if tape == nil {
            throw Refusal.configuration("nothing to play; give the venue --tape FILE, --script FILE, or both")
        }
        do throws(VenueError) {
            let path = tape
            let instruments = try path.map { path throws(VenueError) in try InstrumentFile.read(besideTape: path, names: names) }
            let server = PaperVenueServer(configuration, names: names, instruments: instruments ?? []) {
                names throws(VenueError) -> any Tape in
                if let path { try FileTape(path, names: names) } else { MemoryTape([]) }
            }
            let signals = SignalWatch { server.stop() }
            defer { signals.cancel() }
            let done = try server.run()
            say("venue: \(done.events) tape events, \(done.reports) reports, \(done.fills) fills")
        } catch { throw Refusal.answer(error.description) }
    }

    private static func table(_ option: String, _ text: String) throws -> [Int64] {
        try text.split(separator: ",").map {
            guard let time = DurationText.nanoseconds(String($0)), time >= 0 else {
                throw Refusal.configuration("\(option) \(text): \(DurationText.howToWrite)")
            }
            return time
        }
    }
}
