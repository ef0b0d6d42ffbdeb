import PlainData

extension Replay {
    /// Takes over the state that a checkpoint of the same topology holds; the next block to run is the one after its record.
    /// The names must be known already. What sinks kept is not taken over: a replay has none.
    public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
        var parts = CheckpointParts()
        parts.add(CheckpointPart("watermarks") { [runner] in runner.watermarks(&$0) })
        for part in graph.checkpointParts { parts.add(part) }
        try parts.restore(checkpoint)
        goesOn(after: checkpoint.sequence)
    }

    /// Goes on from where another replay stands, with another topology: a stage takes over the state of the one of its name,
    /// where it may and the state fits; the others start empty, with time as far as it has come.
    ///
    /// - Parameter mayTake: whether a stage means the same in both topologies.
    /// - Returns: the stages that start empty.
    public func branch(from other: Replay, mayTake: (String) -> Bool) -> [String] {
        var empty: [String] = []
        for stage in graph.stages where !stage.outputs.isEmpty {
            let source = other.graph.stages.first { $0.name == stage.name && !$0.outputs.isEmpty }
            guard let source, mayTake(stage.name), stage.takeOver(source) else {
                empty.append(stage.name)
                stage.start(at: other.lastSequence + 1)
                continue
            }
        }
        runner.adopt(other.runner)
        goesOn(after: other.lastSequence)
        return empty
    }
}

extension Stage {
    /// - Returns: false, with nothing touched, when the two are not of one kind.
    fileprivate func takeOver(_ other: Stage) -> Bool {
        guard outputs.map(\.elementName) == other.outputs.map(\.elementName), versions.newest == other.versions.newest else {
            return false
        }
        var saved = StateCoder()
        other.state(&saved)
        var restored = StateCoder(restoring: saved.bytes, version: versions.newest)
        state(&restored)
        precondition(restored.isAtEnd, "the state of \(name) does not fit an operator of its own kind and settings")
        return true
    }
    /// Nothing lies before `sequence`.
    fileprivate func start(at sequence: UInt64) {
        live.pointee.frontier = sequence
        for edge in outputs { edge.reach(sequence) }
    }
}
