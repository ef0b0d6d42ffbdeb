import ArgumentParser
import Foundation

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures this machine: every figure beside a hand-written C++ loop or a bound, its own answer checked first.",
        discussion: """
            Needs g++ and 2 GB in --data. Ratios count, absolute figures drift with the machine. Build with
            swift build -c release; a debug build says nothing.
            """)

    @Argument(help: "What to measure: runtime. Everything when left out.") var name: String?
    @Flag(help: "Print one JSON array instead of a table.") var json = false
    @Option(help: "Where data and journals of the bench are kept between runs.") var data = ".build/bench"
    @Option(help: "How many trades.") var records = 10_000_000
    @Option(help: "How many rounds; the median is printed.") var rounds = 5

    func validate() throws {
        guard name == nil || name == "runtime" else { throw ValidationError("bench \(name ?? ""): there is runtime") }
        guard records >= 100_000 else { throw ValidationError("--records \(records): at least 100000, or nothing is measured") }
        guard rounds >= 1 else { throw ValidationError("--rounds \(rounds): at least 1") }
    }

    func run() throws {
        #if DEBUG
            complain("warning: this is a debug build; its figures say nothing")
        #endif
        let lines = try RuntimeBench(limit: Limit(folder: data, records: records), rounds: rounds).run()
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
