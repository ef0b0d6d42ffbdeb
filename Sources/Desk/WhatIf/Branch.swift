import PlainData
import StreamRuntime
import Topology

extension RecordedDay {
    /// Where a replay may begin.
    public struct Branch: Sendable, Equatable {
        /// The record behind which it begins; 0 for the day's first record.
        public let sequence: UInt64
        /// Whether a checkpoint or a run of the records before brought it there.
        public let checkpoint: UInt64?
    }

    /// Brings a run of the day's own topology to the end of the block that holds `sequence`: from the newest checkpoint at or
    /// before it that can be read, or else from the first record.
    ///
    /// - Parameter notice: gets a line for each checkpoint that was passed over.
    /// - Returns: the run's journal, read up to there.
    public func bring(
        _ run: Run, to sequence: UInt64, notice: (String) -> Void = { _ in }, restored: (Checkpoint) -> Void = { _ in }
    ) throws -> (reader: JournalReader, branch: Branch) {
        let hash = UInt64(manifest.topologyHash, radix: 16) ?? 0
        let folder = CheckpointFolder(directory.checkpoints, storage: directory.storage)
        let found = try folder.newest(
            topologyHash: hash, upTo: sequence,
            refusal: { try self.reader().skip(through: $0.sequence) ? nil : "the journal does not reach its record" },
            notice: notice)
        let reader = try reader()
        if let found {
            try run.replay.restore(found)
            restored(found)
            guard try reader.skip(through: found.sequence) else { throw JournalError.notADay(path: directory.path) }
        }
        try run.replay.run(reader, until: sequence)
        return (reader, Branch(sequence: run.replay.lastSequence, checkpoint: found?.sequence))
    }
}

extension CheckedTopology {
    /// The vertices that mean the same here and in another topology: their kind, settings and inputs are the same.
    func sameVertices(as other: CheckedTopology) -> Set<String> {
        Set(
            vertices.filter { vertex in
                guard let twin = other.vertex(vertex.name) else { return false }
                let inputs = zip(vertex.inputs, twin.inputs).allSatisfy {
                    ($0.port, $0.reference, $0.element) == ($1.port, $1.reference, $1.element)
                }
                return twin.role == vertex.role && twin.kind == vertex.kind && twin.settings == vertex.settings
                    && twin.inputs.count == vertex.inputs.count && inputs
            }.map(\.name))
    }
}
