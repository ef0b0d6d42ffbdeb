import PlainData

/// Runs a recorded day again from its journal. Nothing leaves: only what sinks the caller added can see it.
public final class Replay {
    public let graph: Graph
    public let names: Names
    public private(set) var lastSequence: UInt64 = 0
    /// Where the day halted, when an operator could not go on.
    public var halt: Halt? { runner.halt }
    let runner: BatchRunner
    private var texts = TextAssembler()

    /// - Parameters:
    ///   - sources: for each source number of the journal, its name; a source that the graph lacks is passed over.
    ///   - hasClock: whether the recording had clock records.
    public init(_ graph: Graph, names: Names, sources: [String], hasClock: Bool) {
        (self.graph, self.names) = (graph, names)
        let ports = sources.map { name in graph.ports.first { $0.name == name } }
        runner = BatchRunner(graph, sources: ports, hasClock: hasClock, batchCapacity: 4_096)
        // What the day has no records of must not hold time up for ever.
        for port in graph.ports where !sources.contains(port.name) { runner.ignore(port) }
    }

    /// Runs every block up to `until`, the block that holds it included. Where the graph has threads, `onBlock` may be called
    /// before they have finished the block: `graph.drain()` waits for them.
    public func run(_ reader: JournalReader, until: UInt64 = .max, onBlock: (JournalBlock) -> Void = { _ in })
        throws(JournalError)
    {
        while lastSequence < until, halt == nil, let block = try reader.next() {
            for group in reader.groups where group.source == 0 { try defineTexts(group, &texts, names) }
            runner.run(reader.groups, first: block.first, count: block.count)
            lastSequence = block.end - 1
            onBlock(block)
        }
        graph.drain()
    }

    /// Everything up to record `sequence` lies behind, whether this replay ran it or took its state over.
    func goesOn(after sequence: UInt64) {
        lastSequence = sequence
        graph.resume(at: sequence + 1)
    }

    /// The state after the last block.
    public func checkpoint() -> [UInt8] {
        var coder = StateCoder()
        runner.state(&coder)
        return coder.bytes
    }
    /// Takes a checkpoint's state over: the next block to run is the one after record `sequence`.
    /// - Returns: false when the bytes do not fit this graph.
    public func restore(_ bytes: [UInt8], at sequence: UInt64) -> Bool {
        var coder = StateCoder(restoring: bytes)
        runner.state(&coder)
        lastSequence = sequence
        graph.begin(after: sequence)
        return coder.isAtEnd
    }

    /// Runs the same records cut into other batches: what comes out must not change.
    /// - Parameter cut: the size of the next batch, at least 1.
    public func run(_ reader: JournalReader, cut: () -> Int) throws(JournalError) {
        while let block = try reader.next() {
            for group in reader.groups where group.source == 0 { try defineTexts(group, &texts, names) }
            var first = block.first
            while first < block.end {
                let end = min(block.end, first + UInt64(max(1, cut())))
                let part = reader.groups.compactMap { $0.part(from: first, to: end, of: graph) }
                runner.run(part, first: first, count: Int(end - first))
                first = end
            }
            lastSequence = block.end - 1
        }
        graph.drain()
    }
}

extension JournalGroup {
    /// The records of this group in `[from, to)`, or nil where there are none.
    func part(from: UInt64, to: UInt64, of graph: Graph) -> JournalGroup? {
        let low = max(first, from), high = min(first + UInt64(count), to)
        guard low < high else { return nil }
        var part = self
        part.first = low
        part.count = Int(high - low)
        part.records = records + Int(low - first) * stride
        part.ingestOffsets = ingestOffsets.map { $0 + Int(low - first) }
        let port = graph.ports.first { $0.id == source }
        part.latest = port.map { $0.largestEventTime(part.records, part.count) } ?? latest
        return part
    }
}
