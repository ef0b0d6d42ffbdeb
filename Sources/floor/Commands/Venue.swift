import ArgumentParser
import PaperVenue
import PlainData
import TradingModel

struct Venue: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The paper venue by itself: a tape, a matching engine, a FIX 4.4 acceptor and a market-data feed.",
        discussion: "Example: floor venue --tape replay-data/day --fix 9880 --feed 9881 --speed 600 --exit-at-end")

    @Option(help: "What to play: a trades-csv or quotes-csv, a folder of both, or a LOBSTER message file; .gz too.") var tape:
        String
    @Option(help: "The port of the FIX acceptor.") var fix = 9_880
    @Option(help: "The port of the market-data feed; 0 lets the system choose.") var feed: UInt16 = 9_881
    @Option(help: "Seconds of tape in a second: realtime, a factor, or max.") var speed = "realtime"
    @Option(help: "The venue's name, and the clients that may log on, as VENUE:CLIENT.") var client = "BROKER:FLOOR"
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
        (configuration.statementPath, configuration.tapeName) = (statement, tape)
        configuration.storePath = store
        configuration.announce = { say($0) }
        let names = Names()
        do throws(VenueError) {
            let instruments = try InstrumentFile.read(besideTape: tape, names: names)
            let path = tape
            let server = PaperVenueServer(configuration, names: names, instruments: instruments) { names throws(VenueError) in
                try FileTape(path, names: names)
            }
            let signals = SignalWatch { server.stop() }
            defer { signals.cancel() }
            let done = try server.run()
            say("venue: \(done.events) tape events, \(done.reports) reports, \(done.fills) fills")
        } catch { throw Refusal.answer(error.description) }
    }
}
