import ArgumentParser
import Desk
import Foundation
import PaperVenue
import PlainData
import StreamRuntime
import Topology
import TradingModel

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A day from tick to fill: the paper venue as its own process, the desk against it, the tie-out, the replay.",
        discussion: "make demo runs it. With a recorded day of your own: floor demo --day FILE_OR_FOLDER")

    @Option(help: "The tape: a folder with trades.csv and quotes.csv, a trades-csv, a LOBSTER message file, a Binance capture.")
    var day = "replay-data/day"
    @Option(help: "Seconds of tape in a second. Chosen so that the day takes about half a minute when left out.")
    var speed: Double?
    @Option(help: "The folder for what the demo leaves behind. Its own files of an earlier demo are replaced.")
    var out = "demo-out"
    @Option(help: "The desk to run.") var topology = "topologies/desk.yaml"

    private var data: String { out + "/day" }
    private var statement: String { out + "/statement.csv" }
    private var venueLog: String { out + "/venue.log" }

    func run() throws {
        let began = TickClock.monotonic()
        try prepare()
        say("reading the tape \(day) …")
        let tape: TapeSurvey
        do throws(VenueError) { tape = try TapeSurvey(day) } catch { throw Refusal.configuration(error.description) }
        let speed = self.speed ?? max(1, (tape.seconds / 30).rounded())
        say(
            "tape   \(tape.trades) trades, \(tape.quotes) quotes of \(tape.instruments.count) instruments, "
                + "\(UTC.text(tape.first)) to \(UTC.text(tape.last)), played at \(Int(speed))×, bars of \(tape.barSeconds) s")
        let ports = (fix: try freePort(), feed: try freePort())
        let checked: CheckedTopology
        do throws(TopologyRefusal) {
            checked = try TopologyFile.check(
                path: topology, against: Kinds.catalog, overrides: tape.overrides(fix: ports.fix, feed: ports.feed))
        } catch { throw Refusal.configuration(error.description) }

        let venue = try startVenue(ports, speed)
        defer { if venue.isRunning { venue.terminate() } }
        say(
            "venue  process \(venue.processIdentifier), FIX 127.0.0.1:\(ports.fix), feed ws://127.0.0.1:\(ports.feed), log \(venueLog)"
        )

        var settings = DeskRunSettings(floorVersion: floorVersion, notice: { complain($0) })
        settings.data = data
        let desk: DeskRun
        do { desk = try DeskRun(checked, settings: settings) } catch { throw Refusal.configuration("\(error)") }
        try desk.runAtTerminal()
        say("\n" + DayReport(desk).text + "\n")
        venue.waitUntilExit()

        try Reconcile.parse(["--data", data, "--statement", statement]).run()
        try ReplayCommand.parse([data, "--verify"]).run()
        say(
            """

            files  \(data)/journal    every record, in order: floor journal stat \(data)
                   \(data)/ledger.db  orders, executions, positions, decisions: sqlite3 \(data)/ledger.db .tables
                   \(statement)  what the venue says of the day
            took   \(Int(Double(TickClock.monotonic() - began) / 1e9)) s
            """)
    }

    /// Removes what an earlier demo left, and nothing else.
    private func prepare() throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: data), !manager.fileExists(atPath: data + "/manifest.json") {
            throw Refusal.configuration("\(data) is there and no recorded day; move it away or choose another --out")
        }
        for path in [data, statement, venueLog] where manager.fileExists(atPath: path) { try manager.removeItem(atPath: path) }
        do { try manager.createDirectory(atPath: out, withIntermediateDirectories: true) } catch {
            throw Refusal.configuration("\(out): cannot create the folder: \(error.localizedDescription)")
        }
    }

    /// A port that nobody listens on at the moment.
    private func freePort() throws -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) != 0 || getsockname(socket, $0, &length) != 0
            }
        }
        guard socket >= 0, !failed else {
            throw Refusal.answer("no free TCP port on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private func startVenue(_ ports: (fix: Int, feed: Int), _ speed: Double) throws -> Process {
        let venue = Process()
        venue.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        venue.arguments = [
            "venue", "--tape", day, "--fix", String(ports.fix), "--feed", String(ports.feed), "--speed", String(speed),
            "--statement", statement, "--exit-at-end", "--wait-for-logon",
        ]
        _ = FileManager.default.createFile(atPath: venueLog, contents: nil)
        let log = FileHandle(forWritingAtPath: venueLog)
        (venue.standardOutput, venue.standardError) = (log, log)
        try venue.run()
        for _ in 0..<1_000 {
            let text = (try? String(contentsOfFile: venueLog, encoding: .utf8)) ?? ""
            if text.contains("venue: FIX") { return venue }
            guard venue.isRunning else {
                throw Refusal.answer("the venue ended at once: \(text.split(separator: "\n").last ?? "no word")")
            }
            usleep(10_000)
        }
        venue.terminate()
        throw Refusal.answer("the venue did not open its ports within 10 s; see \(venueLog)")
    }
}

/// What is on a tape, found by reading it once: which instruments, on which grid, and how long.
struct TapeSurvey {
    private(set) var trades = 0, quotes = 0
    private(set) var first = Int64.max, last = Int64.min
    private(set) var instruments: [(symbol: String, tick: Price, lot: Quantity)] = []

    var seconds: Double { first < last ? Double(last - first) / 1e9 : 0 }

    init(_ path: String) throws(VenueError) {
        let names = Names()
        let listed = try InstrumentFile.read(besideTape: path, names: names)
        var tape = try FileTape(path, names: names)
        var grids: [SymbolID: (price: Int64, size: Int64)] = [:]
        while let event = try tape.next() {
            first = min(first, event.eventTime)
            last = max(last, event.eventTime)
            guard case .trade(let trade) = event else {
                quotes += 1
                continue
            }
            trades += 1
            let grid = grids[trade.symbol] ?? (0, 0)
            grids[trade.symbol] = (Self.gcd(grid.price, trade.price.rawValue), Self.gcd(grid.size, trade.size.rawValue))
        }
        if listed.isEmpty {
            instruments = grids.keys.sorted().compactMap { symbol in
                grids[symbol].map {
                    (names.text(of: symbol), Price(rawValue: max(1, $0.price)), Quantity(rawValue: max(1, $0.size)))
                }
            }
        } else {
            instruments = listed.map { (names.text(of: $0.symbol), $0.tickSize, $0.lotSize) }
        }
    }

    /// A short tape gets shorter bars, so that there are a few hundred of them whatever its length.
    var barSeconds: Int { [1, 5, 10, 15, 30, 60].last { Double($0) * 300 <= seconds } ?? 1 }

    private static func gcd(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (abs(a), abs(b))
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    /// The keys of the desk's topology that depend on the tape and on the machine.
    func overrides(fix: Int, feed: Int) -> [String] {
        func quoted(_ text: String) -> String { "\"\(text)\"" }
        let symbols = instruments.map { quoted($0.symbol) }.joined(separator: ", ")
        let grid = instruments.map {
            "\(quoted($0.symbol)): { tick: \(quoted($0.tick.description)), lot: \(quoted($0.lot.description)) }"
        }
        // Over shorter bars prices move less, by the square root of the time; the rule's gain makes up for it.
        let gain = (20 * (60 / Double(barSeconds)).squareRoot()).rounded()
        return [
            "operators.bars.every=\(barSeconds)s", "operators.slicer.duration=\(2 * barSeconds)s",
            "operators.drift.hold=\(2 * barSeconds)s",
            "operators.targets.gain=\(gain)", "sources.feed.symbols=[\(symbols)]",
            "instruments={ \(grid.joined(separator: ", ")) }",
            "sources.feed.url=ws://127.0.0.1:\(feed)", "sessions.broker.port=\(fix)",
        ]
    }
}
