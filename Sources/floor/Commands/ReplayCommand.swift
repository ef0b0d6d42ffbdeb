import ArgumentParser
import Desk
import Foundation
import PlainData
import StreamRuntime
import Topology

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs a recorded day again from its journal. Nothing leaves.",
        discussion: """
            --verify compares every output with what the day's run saw: exit 1 names the first operator, record and field that
            differ. --topology runs the same records through another topology: alone it asks what if, with --verify it shows
            where the two part. Examples:
              floor replay day --verify
              floor replay day --verify --topology changed.yaml
            """)

    @Argument(help: "The day's data directory.") var directory: String
    @Flag(help: "Compare digests with the recorded ones.") var verify = false
    @Option(help: "Stop after this record.") var until: UInt64 = .max
    @Option(help: "Another topology to run the records through.") var topology: String?
    @Option(name: .customLong("set"), help: "Overrides a key of the topology, as in floor run.") var overrides: [String] = []

    func run() throws {
        do { try replay() } catch let error as Refusal { throw error } catch let error as TopologyRefusal {
            throw Refusal.configuration(error.description)
        } catch let error as JournalError {
            if case .notADay = error { throw Refusal.configuration(error.description) }
            throw Refusal.answer(error.description)
        }
    }

    private func replay() throws {
        let day = try RecordedDay(directory)
        if topology != nil || !overrides.isEmpty {
            let other = try day.topology(topology, overrides)
            if verify { try compare(day, other) } else { try whatIf(day, other) }
            return
        }
        let recorded: DigestBook?
        do { recorded = try day.directory.read(DigestBook.self, from: "checkpoints/digests.json") } catch {
            throw Refusal.configuration("\(error)")
        }
        let run = try day.assemble(day.topology(nil, []))
        // The recorded digests cover the day to its end, or to the last orderly shutdown before a crash.
        try day.replay(run, until: verify ? min(until, recorded?.sequence ?? until) : until)
        let replayed = DigestBook(run.assembly.graph, sequence: run.replay.lastSequence)
        guard verify else { return report(replayed) }
        guard let recorded else {
            throw Refusal.answer(
                "\(directory): no digests were recorded: the day did not end in order; run it to its end with floor run")
        }
        guard run.replay.lastSequence == recorded.sequence else {
            throw Refusal.answer(
                "\(directory): the journal ends at record \(run.replay.lastSequence), the recorded run at \(recorded.sequence): records are missing"
            )
        }
        if let difference = replayed.firstDivergence(from: recorded) {
            let other = day.manifest.floorVersion
            let version = other == floorVersion ? "" : "; recorded by floor \(other), replayed by \(floorVersion)"
            throw Refusal.answer("replay diverges: \(difference)\(version)")
        }
        say("replay verified: \(recorded.outputs.count) digests identical (\(recorded.sequence) records)")
    }

    private func report(_ book: DigestBook) {
        say("replayed \(book.sequence) records")
        for output in book.outputs where output.count > 0 {
            say("\(output.value)  \(output.count) \(output.element) \(output.name)")
        }
    }

    private func whatIf(_ day: RecordedDay, _ other: CheckedTopology) throws {
        let run = try day.assemble(other)
        try day.replay(run, until: until)
        report(DigestBook(run.assembly.graph, sequence: run.replay.lastSequence))
    }

    /// Both topologies over the same records, element by element.
    private func compare(_ day: RecordedDay, _ other: CheckedTopology) throws {
        let recorded = try day.assemble(day.topology(nil, [])), replayed = try day.assemble(other, names: recorded.assembly.names)
        let pair = SideBySide(recorded.assembly.graph, replayed.assembly.graph, names: recorded.assembly.names)
        let (ahead, first, second) = (try day.reader(), try day.reader(), try day.reader())
        var difference: SideBySide.Difference?
        while difference == nil, let block = try ahead.next(), block.first <= until {
            try recorded.replay.run(first, until: block.end - 1)
            try replayed.replay.run(second, until: block.end - 1)
            difference = pair.compare()
        }
        if let difference { throw Refusal.answer("replay diverges: \(difference)") }
        say(
            "replay verified: \(recorded.assembly.graph.hashedEdges.count) outputs identical (\(recorded.replay.lastSequence) records)"
        )
    }
}
