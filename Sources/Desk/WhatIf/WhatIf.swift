import PlainData
import StreamRuntime
import Topology
import TradingModel

/// The records of a day through another topology beside its own: what would have been different, and from where on.
///
/// Nothing leaves, and nothing comes: after the first order that differs the venue's recorded reports answer the recorded
/// orders, so fills and positions stay the recorded ones. What the other topology *wants* is what can be compared.
public final class WhatIf {
    /// One output of either topology.
    public struct Output: Sendable, Equatable {
        public let name: String, element: String
        /// How many elements; nil where the topology has no such output.
        public let recorded: UInt64?, other: UInt64?
        /// The first record at which the two differ.
        public let differsAt: UInt64?

        public var isSame: Bool { recorded != nil && other != nil && differsAt == nil }
    }

    private let day: RecordedDay
    public let recorded: Assembly, other: Assembly
    private let runs: (RecordedDay.Run, RecordedDay.Run)
    private let pair: SideBySide
    /// The day so far, and the orders made behind the branch.
    public let summaries = (recorded: DaySummary(), other: DaySummary())
    public let orders: (recorded: OrdersMade, other: OrdersMade)
    private var before: [String: UInt64] = [:], beforeOther: [String: UInt64] = [:]
    /// Where the two part from the same state.
    public private(set) var branch = RecordedDay.Branch(sequence: 0, checkpoint: nil)
    /// The vertices that began empty there.
    public private(set) var empty: [String] = []
    public private(set) var lastSequence: UInt64 = 0
    /// Where the other topology could not go on.
    public private(set) var halt: Halt?
    /// Sources of the other topology that the day has no records of.
    public let silentSources: [String]

    public init(_ day: RecordedDay, _ topology: CheckedTopology) throws {
        self.day = day
        let own = try day.assemble(day.topology(nil, []))
        let changed = try day.assemble(topology, names: own.assembly.names, numberedLike: own.assembly.topology)
        (runs, recorded, other) = ((own, changed), own.assembly, changed.assembly)
        let sources = Set(day.manifest.sources.map(\.name))
        silentSources = topology.vertices.filter { $0.role == .source && !sources.contains($0.name) }.map(\.name)
        pair = SideBySide(recorded.graph, other.graph, names: recorded.names, isWatching: false)
        orders = (OrdersMade(recorded), OrdersMade(other))
        (orders.recorded.isOn, orders.other.isOn) = (false, false)
        summaries.recorded.watch(recorded)
        summaries.other.watch(other)
    }

    /// - Parameters:
    ///   - from: the last record that both share; 0 for a day that is other from its beginning.
    ///   - until: the last record to run.
    ///   - untilDifferent: whether to stop behind the first block in which they differ.
    public func run(
        from: UInt64 = 0, until: UInt64 = .max, notice: (String) -> Void = { _ in }, untilDifferent: Bool = false,
        progress: (UInt64) -> Void = { _ in }
    ) throws {
        var first = try day.reader()
        let second = try day.reader()
        if from > 0 {
            (first, branch) = try day.bring(runs.0, to: from, notice: notice) { [summaries] in summaries.recorded.restore($0) }
            let same = other.topology.sameVertices(as: recorded.topology)
            empty = runs.1.replay.branch(from: runs.0.replay) { stage in
                same.contains(stage) || same.contains(String(stage.prefix { $0 != "." }))
            }
            summaries.other.becomeCopy(of: summaries.recorded)
            guard try second.skip(through: branch.sequence) else {
                throw JournalError.badBlock(
                    path: day.directory.journal, offset: 0, sequence: branch.sequence, reason: "is not the end of a block")
            }
        }
        before = Self.totals(recorded)
        beforeOther = Self.totals(other)
        pair.watch()
        (orders.recorded.isOn, orders.other.isOn) = (true, true)
        let (own, changed) = (runs.0.replay, runs.1.replay)
        // Block by block, so that neither keeps more than a block of what it put out.
        while own.lastSequence < until {
            let begin = own.lastSequence
            try own.run(first, until: begin + 1)
            guard own.lastSequence > begin else { break }
            try changed.run(second, until: own.lastSequence)
            if pair.compare() != nil, untilDifferent { break }
            halt = changed.halt
            if halt != nil { break }
            progress(own.lastSequence)
        }
        lastSequence = own.lastSequence
    }

    private static func totals(_ assembly: Assembly) -> [String: UInt64] {
        Dictionary(assembly.graph.hashedEdges.map { ($0.name, $0.total) }, uniquingKeysWith: { first, _ in first })
    }

    /// The first difference of each output that both have and that differs, by record.
    public var differences: [SideBySide.Difference] { pair.differences.sorted { $0.sequence < $1.sequence } }
    /// The first record at which an order differs; nil while the two ask for the same.
    public var firstOrder: SideBySide.Difference? {
        let makers = Set(
            recorded.graph.hashedEdges.filter { ["OrderRequest", "ClearedOrder"].contains($0.elementName) }.map(\.name))
        return differences.first { makers.contains($0.output) }
    }

    /// Every output of either, in the recorded topology's order, then what only the other has.
    public var outputs: [Output] {
        let differs = Dictionary(pair.differences.map { ($0.output, $0.sequence) }, uniquingKeysWith: min)
        let (old, new) = (Self.totals(recorded), Self.totals(other))
        let edges = recorded.graph.hashedEdges + other.graph.hashedEdges.filter { old[$0.name] == nil }
        return edges.compactMap { edge in
            let was = old[edge.name].map { $0 - (before[edge.name] ?? 0) },
                now = new[edge.name].map { $0 - (beforeOther[edge.name] ?? 0) }
            guard (was ?? 0) + (now ?? 0) > 0 else { return nil }
            return Output(
                name: edge.name, element: edge.elementName, recorded: was, other: now, differsAt: differs[edge.name])
        }
    }
}

extension DaySummary {
    /// What a run's checkpoint says of the day so far.
    func restore(_ checkpoint: Checkpoint) {
        guard let part = checkpoint.part("summary") else { return }
        var coder = StateCoder(restoring: part.bytes, version: part.version)
        state(&coder)
    }
    func becomeCopy(of other: DaySummary) {
        var saved = StateCoder()
        other.state(&saved)
        var restored = StateCoder(restoring: saved.bytes)
        state(&restored)
    }
}
