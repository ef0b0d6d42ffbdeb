import ArgumentParser
import Console
import Foundation
import StreamRuntime

struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows how a floor fares, once a second: who is busy, who waits, how far behind, and the bottleneck.",
        discussion: """
            Of a console (floor run --console PORT), or, with --data, of the counters that a floor keeps in its data directory:
            those can be read when it hangs, was stopped or was killed. Examples:
              floor top
              floor top http://127.0.0.1:9900
              floor top --data day --once
            """)

    @Argument(help: "A console's URL.") var url: String?
    @Option(help: "A day's data directory, instead of a URL.") var data: String?
    @Flag(help: "Print one frame and end.") var once = false
    @Flag(help: "Print one report as JSON and end.") var json = false

    static let usual = "http://127.0.0.1:9900"

    func validate() throws {
        guard url == nil || data == nil else { throw ValidationError("top: a URL or --data, not both") }
    }

    func run() throws {
        let source: ReportSource
        if let data {
            source = .counters(path: data + "/counters.bin")
        } else {
            do { source = try ReportSource(url: url ?? Self.usual) } catch { throw Refusal.configuration(error.description) }
        }
        if json {
            say(String(decoding: try report(source).json(isPretty: true), as: UTF8.self))
        } else if once || isatty(1) == 0 {
            say(TopFrame.text(try report(source)))
        } else {
            try watch(source)
        }
    }

    private func report(_ source: ReportSource) throws -> FloorReport {
        do { return try source.read() } catch { throw Refusal.answer(error.description) }
    }

    /// Rewrites the screen once a second, until Ctrl-C. The first report must be there; later ones may come back.
    private func watch(_ source: ReportSource) throws {
        var report = try report(source)
        let signals = SignalWatch {
            say("\u{1B}[?25h\u{1B}[?1049l", terminator: "")
            Foundation.exit(0)
        }
        defer { signals.cancel() }
        say("\u{1B}[?1049h\u{1B}[?25l", terminator: "")
        while true {
            var size = winsize()
            let isKnown = ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            let text = TopFrame.text(report, isColoured: true, width: isKnown ? Int(size.ws_col) : 120)
            let rows = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(
                isKnown ? max(1, Int(size.ws_row)) : 10_000)
            say("\u{1B}[H" + rows.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J", terminator: "")
            usleep(1_000_000)
            do { report = try source.read() } catch { report.trouble = error.description }
        }
    }
}
