import PlainData

extension Engine {
    /// Everything here that is a function of the journal, in the order in which it is restored: what is `kept` besides the
    /// engine's own comes last.
    public var checkpointParts: CheckpointParts {
        var parts = CheckpointParts()
        parts.add(CheckpointPart("names") { [names] in names.state(&$0) })
        parts.add(CheckpointPart("watermarks") { [runner = makeRunner()] in runner.watermarks(&$0) })
        for part in graph.checkpointParts { parts.add(part) }
        for loop in loops { parts.add(CheckpointPart("loop/\(loop.port.name)") { loop.state(&$0) }) }
        for part in kept { parts.add(part) }
        return parts
    }

    /// Takes a checkpoint over, before `resume` runs the records after it.
    /// - Throws: with nothing touched when a part is missing or of a version that cannot be read.
    public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
        try checkpointParts.restore(checkpoint)
        resumed(after: checkpoint.sequence)
    }

    /// After each batch, when nothing is in flight on this thread; the others are waited for.
    func checkpointIfDue(now: Int64) {
        guard let checkpointer, checkpointer.isDue(now: now, sequence: nextSequence - 1) else { return }
        guard graph.drain() else { return }
        checkpointer.take(checkpointParts.save(), at: nextSequence - 1, now: now)
    }
}
