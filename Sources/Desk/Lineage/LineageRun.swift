import Operators
import PlainData
import StreamRuntime
import TradingModel

/// Runs a day's records through its watched graph and keeps what one order came of and led to.
///
/// The rule is the same for every vertex: an output came of the element that was being handled, or of the timer that fired;
/// beside it the vertex knew, at each other input, the newest element of the same order, or else of the same instrument.
/// - Memory: the newest steps of each followed instrument and order on each edge, and the steps of the family asked for.
final class LineageRun {
    private let graph: LineageGraph
    private let family: OrderFamily
    /// Nil follows every instrument.
    private let symbols: Set<SymbolID>?
    private let replay: Replay
    private var reader: JournalReader
    /// The steps of the family's orders, and what came of them, in their order.
    private(set) var consequences: [LineageStep] = []
    private(set) var decisions: [ComplianceWitness.Decision] = []
    /// Instruments that a followed one came of without being followed itself.
    private(set) var missed: Set<SymbolID> = []
    private var isConsequence: Set<ObjectIdentifier> = []
    private var lastRecord: LineageRecord?

    init(_ day: RecordedDay, _ run: RecordedDay.Run, family: OrderFamily, followsAll: Bool) throws(JournalError) {
        symbols = followsAll ? nil : family.symbols
        self.family = family
        graph = LineageGraph(run.assembly, symbols: symbols)
        replay = run.replay
        reader = try day.reader()
        for name in run.assembly.witnesses.keys.sorted() {
            run.assembly.witnesses[name]?.wants = { family.contains($0.clOrdID) }
        }
    }

    var assembly: Assembly { graph.assembly }

    func run(until last: UInt64, progress: (UInt64) -> Void) throws(JournalError) {
        try replay.run(reader, until: last) { block in
            finish(block)
            progress(block.end - 1)
        }
    }

    // MARK: - One block

    /// Something that became an element of the graph: a source's record, or what a stage put out at once.
    private struct Item {
        var sequence: UInt64, rank: Int, place: Int
        /// The stage and its emission; else the source and its row.
        var stage: LineageGraph.WatchedStage?, emission: StageWatch.Emission?
        var port: LineageGraph.WatchedPort?, row = 0
        var first: (UInt64, UInt64) = (0, 0)
    }

    private func finish(_ block: JournalBlock) {
        graph.assembly.graph.drain()
        var items: [Item] = []
        for port in graph.ports { gather(port, &items) }
        for stage in graph.stages {
            for emission in stage.watch.take() {
                items.append(
                    Item(
                        sequence: emission.sequence, rank: stage.rank, place: items.count, stage: stage, emission: emission,
                        first: stage.made))
                stage.made.0 += UInt64(emission.outputs)
                stage.made.1 += UInt64(emission.sides)
            }
        }
        items.sort { ($0.sequence, $0.rank, $0.place) < ($1.sequence, $1.rank, $1.place) }
        for item in items {
            if let stage = item.stage, let emission = item.emission {
                add(stage, emission, item.first)
            } else if let port = item.port {
                add(port, item.row)
            }
        }
        for name in assembly.witnesses.keys.sorted() { decisions += assembly.witnesses[name]?.take() ?? [] }
        graph.endBlock { record($0) }
        lastRecord = nil
    }

    /// The records of sources that matter one by one: those of loops and those that name orders. Of the others the newest
    /// is enough.
    private func gather(_ port: LineageGraph.WatchedPort, _ items: inout [Item]) {
        guard let tape = port.tape, tape.count > 0 else { return }
        if tape.keys(0).namesOrders { tape.isEager = true }
        guard tape.isEager else { return }
        for row in 0..<tape.count where isFollowed(tape.keys(row)) {
            items.append(Item(sequence: tape.sequences[row], rank: 0, place: items.count, port: port, row: row))
        }
    }
    private func isFollowed(_ keys: ElementKeys) -> Bool {
        guard let symbol = keys.symbol, let symbols else { return true }
        return symbols.contains(symbol) || keys.orders.contains(where: family.contains)
    }

    private func add(_ port: LineageGraph.WatchedPort, _ row: Int) {
        guard let tape = port.tape else { return }
        let number = tape.base + UInt64(row) + 1, keys = tape.keys(row)
        let origin = port.pending.removeValue(forKey: number)
        let cause: LineageStep.Cause = origin.map { .loop($0.bounded) } ?? .record
        let step = make(tape, row, cause)
        tape.steps.add(step, number: number, symbol: keys.symbol, orders: keys.named.filter(family.contains))
        note(step, keys)
    }

    private func add(_ stage: LineageGraph.WatchedStage, _ emission: StageWatch.Emission, _ first: (UInt64, UInt64)) {
        // What was found about an order is said before the order goes on.
        for (output, count, from) in [(1, emission.sides, first.1), (0, emission.outputs, first.0)] where count > 0 {
            guard output < stage.outputs.count, let tape = stage.outputs[output] else { continue }
            for number in (from + 1)...(from + UInt64(count)) {
                guard let row = tape.row(number) else { continue }
                let keys = tape.keys(row)
                guard isFollowed(keys) else { continue }
                let step = make(stage, emission, tape, row, keys)
                let orders = keys.named.filter(family.contains)
                tape.steps.add(step, number: number, symbol: keys.symbol, orders: orders)
                for port in graph.ports where port.loop === tape { port.pending[number] = step }
                if stage.isVertex { note(step, keys) }
            }
        }
    }

    private func make(
        _ stage: LineageGraph.WatchedStage, _ emission: StageWatch.Emission, _ tape: EdgeTape, _ row: Int, _ keys: ElementKeys
    ) -> LineageStep {
        var cause = LineageStep.Cause.record, handled = -1
        switch emission.trigger {
        case .timer(let time): cause = .timer(time)
        case .input(let input):
            handled = input
            if let step = trigger(stage, input, emission) {
                // Plumbing is looked through.
                if !stage.isVertex { return step }
                cause = .element(step.bounded, port: stage.inputs[input].port)
            }
        }
        var known: [LineageStep.Known] = []
        for (input, (port, read)) in stage.inputs.enumerated() where input != handled {
            guard let read, let step = newest(read, keys, through: emission.taken[input]) else { continue }
            known.append(LineageStep.Known(port: port, step: step))
        }
        let orders = keys.own.isNone ? [] : [keys.own]
        let before =
            orders.isEmpty ? tape.steps.newest(of: keys.symbol, through: .max) : tape.steps.newest(of: orders, through: .max)
        return make(tape, row, cause, known, before?.element)
    }

    /// The element that the stage was handling.
    private func trigger(
        _ stage: LineageGraph.WatchedStage, _ input: Int, _ emission: StageWatch.Emission
    ) -> LineageStep? {
        guard let tape = stage.inputs[input].tape, let row = tape.row(emission.taken[input]) else { return nil }
        let keys = tape.keys(row), number = emission.taken[input]
        if let step = tape.steps.step(number: number, symbol: keys.symbol) { return step }
        // Of an instrument that is not followed: what this came of is not known.
        if tape.rank > 0, let symbol = keys.symbol { missed.insert(symbol) }
        let step = make(tape, row, .record)
        if !tape.isEager { tape.steps.add(step, number: number, symbol: keys.symbol, orders: []) }
        return step
    }

    /// The newest element of the same order, or of the same instrument, that the stage had taken.
    private func newest(_ tape: EdgeTape, _ keys: ElementKeys, through number: UInt64) -> LineageStep? {
        if let step = tape.steps.newest(of: keys.orders.filter(family.contains), through: number) { return step.bounded }
        if tape.isEager {
            // What came back by a loop, or was said of another order, is another order's story.
            return tape.steps.newest(of: keys.symbol, through: number).map { step in
                graph.isFed(tape) || tape.rank == 0 ? step.valueOnly : step.bounded
            }
        }
        guard let found = tape.newest(keys.symbol, through: number) else { return nil }
        if let step = tape.steps.step(number: found.number, symbol: keys.symbol) { return step }
        let step = LineageStep(
            vertex: tape.vertex, kind: tape.kind, output: tape.output, number: found.number,
            record: found.record ?? record(found.sequence), element: found.element, cause: .record, rank: tape.rank)
        tape.steps.add(step, number: found.number, symbol: keys.symbol, orders: [])
        return step
    }

    private func make(
        _ tape: EdgeTape, _ row: Int, _ cause: LineageStep.Cause, _ known: [LineageStep.Known] = [],
        _ before: (any Element)? = nil
    ) -> LineageStep {
        LineageStep(
            vertex: tape.vertex, kind: tape.kind, output: tape.output, number: tape.base + UInt64(row) + 1,
            record: record(tape.sequences[row]), element: tape.element(row), cause: cause, known: known, before: before,
            rank: tape.rank)
    }

    private func note(_ step: LineageStep, _ keys: ElementKeys) {
        let orders = keys.named
        var isOurs = orders.contains(where: family.isOurs)
        if !isOurs, orders.isEmpty || orders.contains(where: family.ancestors.contains), let origin = step.origin {
            isOurs = isConsequence.contains(ObjectIdentifier(origin))
        }
        guard isOurs else { return }
        consequences.append(step)
        isConsequence.insert(ObjectIdentifier(step))
    }

    // MARK: - Records

    /// A record of the block at hand.
    private func record(_ sequence: UInt64) -> LineageRecord {
        if let lastRecord, lastRecord.sequence == sequence { return lastRecord }
        let made = read(sequence)
        lastRecord = made
        return made
    }
    private func read(_ sequence: UInt64) -> LineageRecord {
        guard let group = reader.groups.first(where: { $0.first <= sequence && sequence < $0.first + UInt64($0.count) }) else {
            preconditionFailure("record \(sequence) is not one of the block that carried it")
        }
        let place = Int(sequence - group.first), bytes = UnsafeRawPointer(group.records + place * group.stride)
        let time = group.ingestTime(place)
        guard group.source > 0 else {
            let control = bytes.loadUnaligned(as: ControlRecord.self)
            return LineageRecord(sequence: sequence, source: "sequencer", ingestTime: time, element: control)
        }
        guard group.source <= graph.ports.count else {
            return LineageRecord(sequence: sequence, source: "source \(group.source)", ingestTime: time, element: Nothing())
        }
        let port = graph.ports[group.source - 1]
        return LineageRecord(sequence: sequence, source: port.port.name, ingestTime: time, element: port.load(bytes))
    }
}
