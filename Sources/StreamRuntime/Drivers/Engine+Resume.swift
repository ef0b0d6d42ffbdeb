import CPlatform
import PlainData
import Synchronization

/// Going on from where an earlier run of the day ended.
extension Engine {
    /// The state is that after record `sequence`.
    func resumed(after sequence: UInt64) {
        nextSequence = sequence + 1
        released.store(sequence, ordering: .releasing)
        graph.resume(at: nextSequence)
    }

    /// Runs what an earlier run of the same day recorded, so that this one goes on from there: all of it, or, after
    /// `restore`, what follows the checkpoint; the reader must stand there.
    /// - Returns: the last record.
    @discardableResult
    public func resume(from reader: JournalReader) throws -> UInt64 {
        isReplaying = true
        for effect in effects { effect.isDurable = true }  // it was, before
        defer {
            graph.drain()
            isReplaying = false
        }
        let runner = makeRunner()
        ingestTime.store(reader.lastIngestTime, ordering: .relaxed)
        var texts = TextAssembler()
        while let block = try reader.next() {
            for group in reader.groups where group.source == 0 { try defineTexts(group, &texts, names) }
            // What a vertex emitted becomes a record in a later batch, if the run came that far: the rest waits still.
            for group in reader.groups {
                for loop in loops where loop.port.id == group.source {
                    graph.drain()
                    if let failure = graph.failure { throw failure }
                    loop.drop(group.count)
                }
            }
            ingestTime.store(block.ingestTime, ordering: .relaxed)
            meter.resumes(reader.groups, last: block.end - 1)
            runner.run(reader.groups, first: block.first, count: block.count) {
                whileBlocked()
                cp_pause()
            }
            nextSequence = block.end
            batches += 1
            released.store(block.end - 1, ordering: .releasing)
            if let halt = haltOfAll { throw halt }
            if let failure = graph.failure { throw failure }
        }
        graph.settle()
        if let failure = graph.failure { throw failure }
        eventTime.reach(runner.tracker.watermark)
        released.store(nextSequence - 1, ordering: .releasing)
        if let halt = runner.halt { throw halt }
        return nextSequence - 1
    }
}

func defineTexts(_ group: JournalGroup, _ texts: inout TextAssembler, _ names: Names) throws(JournalError) {
    for i in 0..<group.count {
        let record = group.records.load(fromByteOffset: i * group.stride, as: ControlRecord.self)
        guard record.kind == .text, let definition = texts.take(record) else { continue }
        guard names.define(definition) else {
            throw .otherText(sequence: group.first + UInt64(i), number: definition.id, text: definition.text)
        }
    }
}
