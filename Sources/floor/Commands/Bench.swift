import ArgumentParser
import Foundation

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Measures this machine: every figure beside a hand-written C++ loop, a peer or a bound, its own answer checked first.",
        discussion: """
            Ratios count, absolute figures drift with the machine. Needs g++ and 3 GB in --data, and a machine that does nothing
            else. Build with swift build -c release; a debug build says nothing. docs/benchmarks.md says what each line means.

            \(BenchGroup.allCases.map { "\($0.rawValue): \($0.measures)" }.joined(separator: "\n"))
            """)

    @Argument(
        help:
            "What to measure: \(BenchGroup.allCases.map(\.rawValue).joined(separator: ", ")). Everything but drift when left out."
    )
    var name: String?
    @Flag(help: "Print one JSON array instead of a table.") var json = false
    @Option(help: "Where data and journals of the bench are kept between runs.") var data = ".build/bench"
    @Option(help: "How many trades.") var records = 10_000_000
    @Option(help: "How many rounds; the median is printed.") var rounds = 5
    @Option(help: "How many million trades the soak runs.") var soak = 100

    @Option(help: "How many updates each indicator gets in bench drift.") var updates = 100_000_000

    func validate() throws {
        if let name, BenchGroup(rawValue: name) == nil {
            throw ValidationError(
                "bench \(name): there is \(BenchGroup.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard records >= 100_000 else { throw ValidationError("--records \(records): at least 100000, or nothing is measured") }
        guard rounds >= 1 else { throw ValidationError("--rounds \(rounds): at least 1") }
        guard updates >= 1 else { throw ValidationError("--updates \(updates): at least 1") }
        guard soak >= 1 else { throw ValidationError("--soak \(soak): at least 1 million") }
    }

    func run() throws {
        #if DEBUG
            complain("warning: this is a debug build; its figures say nothing")
        #endif
        let options = BenchOptions(
            folder: data, records: records, rounds: rounds, soak: soak * 1_000_000, updates: updates)
        var lines: [BenchLine] = []
        if let group = name.flatMap({ BenchGroup(rawValue: $0) }) {
            lines = try group.lines(options)
        } else {
            for group in BenchGroup.usual { lines += try group.linesApart(options) }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            say(String(decoding: try encoder.encode(lines), as: UTF8.self))
        } else {
            say(BenchLine.table(lines))
        }
        if lines.contains(where: { !$0.ok }) { throw Refusal.answer("a figure is below its floor") }
    }
}
