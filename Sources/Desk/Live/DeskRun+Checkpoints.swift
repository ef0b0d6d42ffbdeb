import Foundation
import PlainData
import StreamRuntime
import Topology

extension DeskRun {
    /// The name under which a checkpoint says where a sink stands.
    static func part(_ sink: CheckedVertex) -> String { "sink/\(sink.name)" }
    /// Where a `csv` sink writes. `data:NAME` lies in the data directory; without one, where floor was started.
    static func path(of sink: CheckedVertex, _ directory: DataDirectory?) -> String {
        let path = sink.settings.text("path")
        guard path.hasPrefix("data:") else { return path }
        let name = String(path.dropFirst(5))
        return directory.map { $0.path + "/" + name } ?? name
    }
    /// A file's length, or the record that a ledger has come to.
    static func position(_ part: Checkpoint.Part) -> Int64 {
        var coder = StateCoder(restoring: part.bytes), position: Int64 = 0
        coder.field(&position)
        return position
    }

    /// The newest checkpoint that the journal, the ledger and the files of the day all reach.
    func newestCheckpoint(_ directory: DataDirectory) throws -> Checkpoint? {
        try CheckpointFolder(directory.checkpoints, storage: directory.storage).newest(
            topologyHash: UInt64(assembly.topology.hash, radix: 16) ?? 0,
            refusal: { try refusal(of: $0, directory) }, notice: settings.notice)
    }
    private func refusal(of checkpoint: Checkpoint, _ directory: DataDirectory) throws -> String? {
        let reader = try JournalReader(directory: directory.journal, storage: directory.storage)
        guard try reader.skip(through: checkpoint.sequence) else { return "the journal does not reach its record" }
        for sink in assembly.topology.vertices where sink.role == .sink {
            guard let part = checkpoint.part(DeskRun.part(sink)) else { continue }
            let position = DeskRun.position(part)
            switch sink.kind {
            case "ledger":
                let progress = try LedgerProjection.progress(directory.ledger) ?? 0
                guard UInt64(bitPattern: position) <= progress else {
                    return "the ledger has come to record \(progress) only, and is made anew from the journal"
                }
            case "csv" where sink.settings.text("path") != "-":
                let path = DeskRun.path(of: sink, directory)
                let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64) ?? 0
                guard position <= size else { return "\(path) is shorter than it was, and is written anew" }
            default: break
            }
        }
        return nil
    }

    /// The last whole record of the journal. What lies before a checkpoint that it reaches is not looked at.
    func lastRecord(_ directory: DataDirectory) throws -> UInt64 {
        func reader() throws(JournalError) -> JournalReader {
            try JournalReader(directory: directory.journal, storage: directory.storage)
        }
        var rest = try reader()
        for sequence in try CheckpointFolder(directory.checkpoints, storage: directory.storage).sequences() {
            if try rest.skip(through: sequence) { break }
            rest = try reader()
        }
        while try rest.next() != nil {}
        return rest.nextSequence - 1
    }

    func attachCheckpointer(_ directory: DataDirectory, every interval: Int64) {
        let checkpointer = Checkpointer(
            CheckpointFolder(directory.checkpoints, storage: directory.storage),
            topologyHash: UInt64(assembly.topology.hash, radix: 16) ?? 0, every: interval, records: settings.checkpointRecords,
            isThreaded: settings.hasThreads,
            metrics: assembly.graph.counters.checkpoints, notice: settings.notice)
        engine.checkpointer = checkpointer
        effects.take(part: checkpointer, settledSequence: { [unowned engine] in engine.settledSequence })
        self.checkpointer = checkpointer
    }
}
