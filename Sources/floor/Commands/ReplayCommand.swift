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
            differ. --topology and --set run the same records through another topology: alone they ask what if and show both
            side by side, with --verify they show where the two part. --from begins behind a record: from the newest
            checkpoint before it, with the state that the recorded day had there. Examples:
              floor replay day --verify
              floor replay day --set operators.fast.period=8
              floor replay day --topology changed.yaml --from 40000
            """)

    @Argument(help: "The day's data directory.") var directory: String
    @Flag(help: "Compare digests with the recorded ones.") var verify = false
    @Option(help: "Begin behind this record, or where this checkpoint (a file of the day's checkpoints/) stands.")
    var from: String?
    @Option(help: "Stop after this record.") var until: UInt64 = .max
    @Option(help: "Another topology to run the records through.") var topology: String?
    @Option(name: .customLong("set"), help: "Overrides a key of the topology, as in floor run.") var overrides: [String] = []
    @Flag(help: "What if: the comparison for scripts.") var json = false

    func run() throws {
        do { try replay() } catch let error as Refusal { throw error } catch let error as TopologyRefusal {
            throw Refusal.configuration(error.description)
        } catch let error as JournalError {
            if case .notADay = error { throw Refusal.configuration(error.description) }
            throw Refusal.answer(error.description)
        }
    }

    private func replay() throws {
        let day = try RecordedDay(directory), from = try begin()
        if topology != nil || !overrides.isEmpty {
            let other = try day.topology(topology, overrides)
            if verify { try compare(day, other, from) } else { try whatIf(day, other, from) }
            return
        }
        let recorded: DigestBook?
        do { recorded = try day.directory.read(DigestBook.self, from: "checkpoints/digests.json") } catch {
            throw Refusal.configuration("\(error)")
        }
        let run = try day.assemble(day.topology(nil, []))
        // The recorded digests cover the day to its end, or to the last orderly shutdown before a crash.
        let last = verify ? min(until, recorded?.sequence ?? until) : until
        if from > 0 {
            let (reader, branch) = try day.bring(run, to: from, notice: complain)
            say("begun behind record \(branch.sequence)" + words(branch))
            try run.replay.run(reader, until: last)
        } else {
            try day.replay(run, until: last)
        }
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

    /// The record behind which to begin.
    private func begin() throws -> UInt64 {
        guard let from else { return 0 }
        let name = from.split(separator: "/").last.map(String.init) ?? from
        guard let sequence = UInt64(name.hasSuffix(".ckpt") ? String(name.dropLast(5)) : from) else {
            throw Refusal.configuration(
                "--from \(from): a record's number, or a file of \(directory)/checkpoints such as 00000000000000040000.ckpt")
        }
        guard sequence <= until else { throw Refusal.configuration("--from \(from): lies behind --until \(until)") }
        return sequence
    }
    private func words(_ branch: RecordedDay.Branch) -> String {
        branch.checkpoint.map { $0 == branch.sequence ? ", from its checkpoint" : ", from the checkpoint of record \($0)" }
            ?? ", from the first record: there is no checkpoint before it"
    }

    private func report(_ book: DigestBook) {
        say("replayed \(book.sequence) records")
        for output in book.outputs where output.count > 0 {
            say("\(output.value)  \(output.count) \(output.element) \(output.name)")
        }
    }

    private func whatIf(_ day: RecordedDay, _ other: CheckedTopology, _ from: UInt64) throws {
        let question = try WhatIf(day, other), progress = ProgressLine()
        defer { progress.clear() }
        try question.run(from: from, until: until, notice: complain) { progress.show($0, .min) }
        progress.clear()
        let report = WhatIfReport(question)
        say(json ? try report.json() : report.text)
    }

    /// Both topologies over the same records, element by element.
    private func compare(_ day: RecordedDay, _ other: CheckedTopology, _ from: UInt64) throws {
        let question = try WhatIf(day, other), progress = ProgressLine()
        defer { progress.clear() }
        try question.run(from: from, until: until, notice: complain, untilDifferent: true) { progress.show($0, .min) }
        progress.clear()
        if let difference = question.differences.first { throw Refusal.answer("replay diverges: \(difference)") }
        let outputs = question.recorded.graph.hashedEdges.count
        say("replay verified: \(outputs) outputs identical (\(question.lastSequence) records)")
    }
}
