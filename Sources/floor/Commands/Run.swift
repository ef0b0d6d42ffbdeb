import ArgumentParser
import Console
import Desk
import Foundation
import PlainData
import StreamRuntime
import Topology

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a topology: live, or over files.",
        discussion: """
            With --data the day is recorded, and a second run with the same folder resumes it. Ends when the sources end, or
            on Ctrl-C, and then drains first. Examples:
              floor run topologies/rsi-on-a-file.yaml
              floor run topologies/desk.yaml --data day --set sources.feed.url=ws://127.0.0.1:9881
            """)

    @OptionGroup var arguments: TopologyArguments
    @Option(help: "The day's data directory. Nothing is kept without it.") var data: String?
    @Option(help: "How fast file sources run: realtime, a factor such as 60, or max.") var speed = "max"
    @Option(help: "When an order may leave: disk (survives the machine), os (survives the process), none.")
    var durability = "os"
    @Option(help: "How often a checkpoint is taken, such as 10s or 500ms; off takes none, and a restart reads the whole day.")
    var checkpoint = "10s"
    @Option(help: "Show the floor at http://127.0.0.1:PORT/ while it runs: a page, /metrics, /healthz. Also HOST:PORT.")
    var console: String?
    @Option(help: "Print the day's summary to standard error at the end: text, json or none.") var summary = "text"

    func run() throws {
        guard let durability = Durability(rawValue: durability) else {
            throw Refusal.configuration("--durability \(durability): there are disk, os and none")
        }
        guard ["text", "json", "none"].contains(summary) else {
            throw Refusal.configuration("--summary \(summary): there are text, json and none")
        }
        let address = try console.map { text in
            guard let address = ConsoleAddress(text) else {
                throw Refusal.configuration("--console \(text): a port from 0 to 65535, or HOST:PORT")
            }
            return address
        }
        let topology = try arguments.checked()
        let lacking = FeedCredentials.lacking(in: topology).map(\.complaint)
        if !lacking.isEmpty { throw Refusal.configuration(lacking.joined(separator: "\n")) }
        var settings = DeskRunSettings(floorVersion: floorVersion, notice: { complain($0) })
        (settings.data, settings.durability, settings.speed) = (data, durability, try Run.factor(speed))
        settings.checkpointInterval = try Run.interval(checkpoint)
        settings.isWatched = address != nil
        let desk: DeskRun
        do { desk = try DeskRun(topology, settings: settings) } catch {
            throw Refusal.configuration("\(error)" + NextStep.after(error, data: data))
        }
        let page: Console?
        do { page = try address.map { try Console(desk.counters, at: $0) } } catch { throw Refusal.configuration("\(error)") }
        defer { page?.stop() }
        if let page { complain("console at \(page.url)") }
        try desk.runAtTerminal(data: data)
        let report = DayReport(desk)
        switch summary {
        case "json": complainRaw(try report.json())
        case "text": complainRaw(report.text)
        default: break
        }
    }

    /// Nanoseconds; nil is off.
    static func interval(_ text: String) throws -> Int64? {
        guard text != "off" else { return nil }
        guard let interval = DurationText.nanoseconds(text), interval > 0 else {
            throw Refusal.configuration("--checkpoint \(text): \(DurationText.howToWrite), or off")
        }
        return interval
    }

    /// nil is as fast as possible.
    static func factor(_ text: String) throws -> Double? {
        switch text {
        case "max": return nil
        case "realtime": return 1
        default:
            guard let factor = Double(text), factor > 0, factor.isFinite else {
                throw Refusal.configuration("--speed \(text): realtime, max, or a factor above 0 such as 60")
            }
            return factor
        }
    }
}

/// Writes text to standard error as it is.
func complainRaw(_ text: String) {
    _ = (text + "\n").withCString { write(2, $0, strlen($0)) }
}

/// Turns SIGINT and SIGTERM into a call, so that a run drains instead of dying. A second one kills.
final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ body: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                body()
                signal(number, SIG_DFL)
            }
            source.resume()
            return source
        }
    }
    func cancel() { for source in sources { source.cancel() } }
}
