import PlainData
import Synchronization

extension Graph {
    /// The name of the thread that runs what is given no other.
    public static let engineThread = "engine"

    /// Gives what `build` adds a thread of its own, the same for the same name; nil and "engine" are the engine's thread.
    ///
    /// What runs on a thread may read what runs on any other, but never in a circle, and the engine's thread hands batches to
    /// all: it reads from none (`threadCycle`).
    @discardableResult public func on<R>(thread name: String?, _ build: () throws -> R) rethrows -> R {
        let before = building
        building = name.map { $0 == Self.engineThread ? main : group(named: $0) }
        defer { building = before }
        return try build()
    }
    @usableFromInline func group(named name: String) -> StageGroup {
        if let group = others.first(where: { $0.name == name }) { return group }
        let group = StageGroup(name, counters, halts, stopping)
        others.append(group)
        return group
    }

    /// An edge as the thread that is building reads it: itself, or its continuation there.
    @usableFromInline func brought(_ edge: EdgeBase) -> EdgeBase { bring(edge, to: building ?? main) }
    @usableFromInline func bring(_ edge: EdgeBase, to group: StageGroup) -> EdgeBase {
        guard let home = edge.home, home !== group else { return edge }
        if let known = group.imports.first(where: { $0.origin === edge }) { return known.edge }
        let ring = BlockRing(
            edge: edge.name, from: home.name, to: group.name, capacity: ringCapacity, elements: min(edge.capacity, 2_048),
            stride: edge.stride, isRanked: edge.header.pointee.ranks != nil,
            metrics: edge.elementName == Nothing.elementName || edge.metrics == nil
                ? nil : counters.edge("\(edge.name)@\(group.name)"))
        let far = EdgeBase(name: edge.name, elementName: edge.elementName, capacity: 0, stride: edge.stride)
        far.isHashed = false
        far.isContinuation = true
        adopt(far, by: group)
        home.exports.append(Export(edge, ring))
        if !home.readers.contains(where: { $0 === group.wakeup }) { home.readers.append(group.wakeup) }
        group.imports.append(Import(origin: edge, from: home, edge: far, ring: ring))
        return far
    }

    /// How many batches can be on their way through the threads at once.
    var batchesUnderWay: Int { others.isEmpty ? 1 : others.count * ringCapacity + 2 }
    /// Whether other threads than the engine's run stages.
    public var hasThreads: Bool { !others.isEmpty }
    /// The ways between threads, for whoever measures them.
    public var rings: [BlockRing] { ([main] + others).flatMap { $0.exports.map(\.ring) } }
    /// Where the engine's thread sleeps; the other threads wake it.
    public var wakeup: Wakeup { main.wakeup }
    /// Where the thread sleeps on which a sink of `edge` would run.
    func wakeup(of edge: EdgeBase) -> Wakeup { (building ?? edge.home ?? main).wakeup }

    /// Why these threads cannot run: "threads wait for each other in a circle: a reads bars from b, b reads rsi from a".
    /// Nil when they can.
    public var threadCycle: String? {
        var open = [main] + others
        while true {
            // A group that reads from none that is left cannot be part of a circle. All wait for the engine's batches.
            let free = open.filter { group in
                group === main
                    ? !group.imports.contains { way in open.contains { $0 === way.from } }
                    : !group.imports.contains { way in open.contains { $0 === way.from } } && !open.contains { $0 === main }
            }
            if free.isEmpty { break }
            open.removeAll { group in free.contains { $0 === group } }
        }
        guard !open.isEmpty else { return nil }
        let reads = open.compactMap { group -> String? in
            guard let way = group.imports.first(where: { way in open.contains { $0 === way.from } }) else { return nil }
            return "\(group.name) reads \(way.origin.name) from \(way.from.name)"
        }
        return "threads wait for each other in a circle: \(reads.joined(separator: ", "))"
            + (open.contains { $0 === main } ? "; every thread waits for the engine's" : "")
    }

    /// What an effect could not be given a place for in its queue is put there by the thread of its stage.
    func add(_ remainder: Remainder, of stage: Stage) {
        for group in [main] + others where group.stages.contains(where: { $0 === stage }) { group.remainders.append(remainder) }
    }

    /// Runs the engine's stages over the batch and hands it on to the other threads, which finish it when they come to it.
    /// Returns when every stage has finished it where there are no others.
    /// - Parameter wait: called again and again while this thread stands still: a sink has no room, or another thread is
    ///   behind by as many batches as lie between two threads.
    public func process(_ batch: Batch, wait: () -> Void = {}) {
        if !isStarted { start() }
        for group in others where !main.park(wait, until: { group.batches.hasRoom }) { return }
        guard main.run(batch, wait: wait) else { return }
        handedOn = batch.end &- 1
        if !others.isEmpty {
            batch.ingest = (main.thread.cell.pointee.oldestIngest, main.thread.cell.pointee.newestIngest)
            for group in others {
                let ring = group.batches, hasTimers = group.hasTimers
                if !ring.push(batch, withWatermarks: hasTimers) {  // no room on the disk either
                    guard main.park(wait, until: { ring.push(batch, withWatermarks: hasTimers) }) else { return }
                }
                group.wakeup.wake()
            }
        }
        main.complete(handedOn)
    }

    private func start() {
        precondition(!isAbandoned, "a graph that was stopped in the middle of its batches does not go on")
        isStarted = true
        for group in [main] + others { group.isMeasured = isMeasured }
        guard !others.isEmpty else { return }
        if let threadCycle { preconditionFailure(threadCycle) }
        for group in others where group.spill != nil {
            precondition(group.imports.allSatisfy { $0.ring.spill != nil }, "\(group.name) was added to after `spill(threads:)`")
        }
        stopping.isSet = false
        for group in others { group.start(engine: main, batches: others.count * ringCapacity + 1, counters) }
    }

    /// Every record up to this one is done on every thread. Any thread may ask.
    public var completedSequence: UInt64 {
        others.reduce(main.completed.load(ordering: .acquiring)) { min($0, $1.completed.load(ordering: .acquiring)) }
    }
    /// And every effect of it lies in its queue.
    var settledSequence: UInt64 {
        others.reduce(main.settled.load(ordering: .acquiring)) { min($0, $1.settled.load(ordering: .acquiring)) }
    }
    /// The record that every operator has come to, so that none of an earlier one can halt. The engine's thread asks.
    var passed: UInt64 {
        guard !others.isEmpty else { return main.frontier }
        main.flush()
        return completedSequence
    }

    /// Says that the state of every stage is that after record `sequence`, as a checkpoint had it.
    public func begin(after sequence: UInt64) {
        handedOn = sequence
        for group in [main] + others { group.complete(sequence) }
    }

    /// Waits until every thread has finished every batch that was handed on: from then until the next batch all state
    /// belongs to the engine's thread.
    /// - Returns: false when the graph was stopped instead.
    @discardableResult public func drain() -> Bool {
        for group in others where isStarted {
            guard main.park(onWait, until: { group.completed.load(ordering: .acquiring) >= handedOn }) else { return false }
        }
        return true
    }

    /// Waits until every effect of every batch handed on lies in its queue.
    func settle() {
        drain()
        guard main.settle(onWait) else { return }
        for group in others where isStarted {
            guard main.park(onWait, until: { group.settled.load(ordering: .acquiring) >= handedOn }) else { return }
        }
    }

    /// Ends the other threads: at once, whatever they wait for. What was handed on and not drained is lost to the graph; the
    /// journal has it.
    public func stop() {
        guard isStarted, !others.isEmpty else { return }
        isAbandoned = completedSequence < handedOn
        stopping.isSet = true
        for group in others {
            group.join()
            group.removeSpilled()
        }
        isStarted = false
    }
}
