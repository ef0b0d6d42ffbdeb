import CPlatform
import Glibc
import PlainData
import Synchronization

/// Set once, for all threads of a graph: leave whatever you wait for.
final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false), reason = Mutex<(any Error)?>(nil)
    var isSet: Bool {
        get { flag.load(ordering: .acquiring) }
        set { flag.store(newValue, ordering: .releasing) }
    }
    /// What a thread could not go on for.
    var failure: (any Error)? { reason.withLock { $0 } }
    func stop(for error: any Error) {
        reason.withLock { if $0 == nil { $0 = error } }
        isSet = true
    }
}

/// The stages that one thread runs, in topological order, with the edges between them and the ways to other threads.
///
/// A group runs one batch at a time: it waits until every block of the batch has come in and every ring that it fills has
/// room for one more, runs its stages over the batch as a graph of one thread does, and hands its blocks on. Groups only
/// read from groups that do not, through others, read from them (`Graph.threadCycle`).
///
/// **No standstill.** Of all batches that some group has not finished take the first, and of its groups one that reads
/// from none of the others. All that it reads from have finished the batch, so its blocks are there. Whoever reads from
/// it has finished every earlier batch, so each ring that it fills has room. Every group has finished every earlier batch, so
/// what they caused may leave once it is durable, and effect queues that were full empty. It can run; and within the batch
/// it is a graph of one thread, where nothing waits for another. This holds for any cut without a circle and for rings of any
/// capacity.
@usableFromInline final class StageGroup: @unchecked Sendable {
    // Built by one thread before the graph starts. From then on its own thread alone touches it; the engine's thread may
    // while the graph is drained, which `completed` hands over.
    let name: String
    private(set) var stages: [Stage] = []
    var edges: [EdgeBase] = []
    var imports: [Import] = [], exports: [Export] = []
    var remainders: [Remainder] = []
    let thread: ThreadMetrics
    /// For each stage, those from which elements can come to it; made when first asked for.
    var upstream: [[Int]] = []
    /// The stages that something downstream holds up at the moment, while they have nothing to do themselves.
    var held: [Bool] = []
    var isMeasured = true

    /// Where the thread of this group sleeps; where those sleep that wait for its blocks, or for it to make room.
    let wakeup = Wakeup()
    var readers: [Wakeup] = [], feeders: [Wakeup] = []
    /// The batches that this group is to run; the engine's group is called with them instead.
    var batches = BatchRing(capacity: 1)
    /// Where batches wait that it has no room for; nil where the engine waits.
    var spill: RingSpill?
    /// Every record up to this one is done; and all its effects lie in their queues.
    let completed = Atomic<UInt64>(0), settled = Atomic<UInt64>(0)
    let halts: HaltBook, stopping: StopSignal
    var running: pthread_t?
    /// For the next batch, and for all that is waited for within one.
    private var batchSpins = SpinBudget(), otherSpins = SpinBudget()

    init(_ name: String, _ counters: Counters, _ halts: HaltBook, _ stopping: StopSignal) {
        (self.name, thread, self.halts, self.stopping) = (name, counters.thread(name), halts, stopping)
    }
    func add(_ stage: Stage) {
        stages.append(stage)
        upstream = []
    }

    /// Whether an operator here may ask for the watermark of a record.
    var hasTimers: Bool { stages.contains(where: \.hasTimers) }
    /// The record that the slowest stage has come to.
    var frontier: UInt64 { stages.reduce(.max) { min($0, $1.live.pointee.frontier) } }

    /// Runs every stage over the batch, upstream first: one sweep, unless an edge filled up or a sink had no room; then
    /// again, each stage from where it stopped.
    /// - Parameter wait: called again and again while this thread stands still for others.
    /// - Returns: false when the graph was stopped meanwhile.
    func run(_ batch: Batch, wait: () -> Void) -> Bool {
        guard makeReady(wait) else { return false }
        let end = batch.end, lastWatermark = batch.lastWatermark, isMeasured = self.isMeasured
        let live = thread.cell
        var before: UInt64 = 0, turns = 0
        if isMeasured { before = beginBatch() }
        while true {
            var isDone = true, moved = false, isSinkFull = false
            for at in stages.indices {
                let stage = stages[at]
                let state = stage.live
                let old = state.pointee.frontier
                guard old < end else { continue }
                if stage.skips(lastWatermark) {
                    if state.pointee.frontier < end { isDone = false }
                    if state.pointee.frontier != old { moved = true }
                    continue
                }
                let taken = stage.taken()
                if isMeasured { live.pointee.running = stage.metrics.number }
                let reached = stage.run(batch)
                state.pointee.frontier = reached
                if batch.halt != nil { note(batch, stage) }
                let handled = stage.taken() &- taken
                let hasMoved = handled > 0 || reached != old
                if hasMoved { moved = true }
                if reached < end {
                    isDone = false
                    if stage.isFullSink { isSinkFull = true }
                }
                if isMeasured {  // one clock read per stage and batch: the end of this is the start of the next
                    let after = cp_ticks()
                    live.pointee.since = after
                    if hasMoved {  // an attempt in vain is neither work nor the end of its waiting
                        if after > before { live.pointee.stageTicks &+= after &- before }
                        if stage.metrics.isBlocked { stage.unblock(before) }
                        stage.metrics.ran(
                            from: before, to: after, elements: handled, inputAt: stage.inputAt(live.pointee.batchStart),
                            ingestTime: live.pointee.newestIngest)
                        stage.outputReady(after)
                    }
                    if reached < end, stage.isOutOfRoom() { stage.block(after) }
                    before = after
                }
            }
            for at in exports.indices { exports[at].take() }
            for at in edges.indices { edges[at].settle() }
            if isDone { break }
            if moved {
                turns = 0
                if live.pointee.waitSince != 0 { release(before) }
            } else if isSinkFull || !growBlockedEdges(end) {
                // While a sink has no room everything may wait for it; growing edges would only hide that.
                if isMeasured, live.pointee.waitSince == 0 { hold(end, before) }
                guard !stopping.isSet else { return false }
                wait()
                turns += 1
                // Whose room is wanted cannot be asked from here, so the sleep is short; who makes room may end it.
                if turns > Wakeup.spins { wakeup.wait(nanoseconds: 500_000, spins: 0) { false } } else { cp_pause() }
                if isMeasured { before = cp_ticks() }
            }
        }
        if isMeasured { endBatch(before) }
        for at in exports.indices {
            let ring = exports[at].ring
            if !ring.publish() { guard waitForRoom(at, wait, until: { ring.publish() }) else { return false } }
        }
        return true
    }

    private func note(_ batch: Batch, _ stage: Stage) {
        batch.name(stage.vertex)
        if let halt = batch.halt, halt.sequence >= batch.first { halts.note(halt, order: stage.order) }
    }

    /// One record can put more on an edge into a merge than the edge holds; the merge waits for its other input, which
    /// waits for the same operator. Then the edge grows: counted, never lost.
    ///
    /// Where nothing moves and no sink is full, following the operators that lack room downstream ends at such a merge, so
    /// this always finds one. (What another thread reads is never full: its blocks grow.)
    private func growBlockedEdges(_ end: UInt64) -> Bool {
        var grown = false
        for stage in stages where stage.reads.count > 1 && stage.live.pointee.frontier < end {
            for (k, edge) in stage.reads.enumerated() where stage.hasUntaken(k) && edge.lacksRoom {
                edge.grow()
                grown = true
            }
        }
        return grown
    }

    // MARK: - Waiting for others

    /// Waits until the last batch's effects lie in their queues and every ring has room for one more block. The time counts
    /// as that of the stage whose output it is, and of those in front of it.
    private func makeReady(_ wait: () -> Void) -> Bool {
        guard settle(wait) else { return false }
        for at in exports.indices {
            let ring = exports[at].ring
            if !ring.hasRoom { guard waitForRoom(at, wait, until: { ring.hasRoom }) else { return false } }
            ring.begin()
        }
        return true
    }
    private func waitForRoom(_ at: Int, _ wait: () -> Void, until hasRoom: () -> Bool) -> Bool {
        let start = cp_ticks(), edge = exports[at].edge, ring = exports[at].ring
        ring.block(start)
        if isMeasured { hold(behind: stages.first { $0.writes.contains { $0 === edge } }, start) }
        guard park(wait, until: hasRoom) else { return false }
        let now = cp_ticks()
        ring.unblock(now)
        if isMeasured { release(now) }
        return true
    }

    /// Puts what the last batch had no room for into the queues, and waits until all of it lies there.
    func settle(_ wait: () -> Void = {}) -> Bool {
        if flush() { return true }
        if isMeasured { hold(behind: remainders.first { !$0.isEmpty }?.stage, cp_ticks()) }
        guard park(wait, until: { flush() }) else { return false }
        if isMeasured { release(cp_ticks()) }
        return true
    }
    /// The same without waiting.
    @discardableResult func flush() -> Bool {
        let done = completed.load(ordering: .relaxed)
        if settled.load(ordering: .relaxed) == done { return true }
        var isEmpty = true
        for remainder in remainders where !remainder.flush(upTo: halts.sequence) { isEmpty = false }
        if isEmpty { settled.store(done, ordering: .releasing) }
        return isEmpty
    }
    /// Every stage has done everything up to this record.
    func complete(_ sequence: UInt64) {
        completed.store(sequence, ordering: .releasing)
        flush()
    }

    /// Waits until `isReady`: spins a little, then parks. Spins longer where that was enough before, shorter where not, so
    /// that a floor on which nothing happens costs nothing.
    /// - Parameter isForBatch: whether it waits for the next batch, and not for others to do their part of one.
    /// - Returns: false when the graph was stopped meanwhile.
    func park(
        _ wait: () -> Void = {}, nanoseconds: Int64 = 1_000_000, isForBatch: Bool = false, until isReady: () -> Bool
    ) -> Bool {
        let stopping = stopping
        while !isReady() {
            guard !stopping.isSet else { return false }
            wait()
            if isForBatch {
                wakeup.wait(nanoseconds: nanoseconds, learning: &batchSpins) { isReady() || stopping.isSet }
            } else {
                wakeup.wait(nanoseconds: nanoseconds, learning: &otherSpins) { isReady() || stopping.isSet }
            }
        }
        return true
    }
}

// MARK: - A thread of its own

extension StageGroup {
    /// - Parameters:
    ///   - engine: is woken after every batch.
    ///   - count: by how many batches this group can be behind the engine: more than the blocks between them allow, so that
    ///     only those hold the engine up, and the time is counted where it belongs.
    ///   - counters: where what waits for this thread is seen.
    func start(engine: StageGroup, batches count: Int, _ counters: Counters) {
        let batches = BatchRing(capacity: count, spill: spill), rings = imports.map(\.ring), thread = self.thread
        self.batches = batches
        counters.onSample {
            let oldest = batches.oldestIngest
            thread.cell.pointee.waitingIngest = oldest
            for ring in rings { ring.sample(oldestIngest: oldest) }
        }
        feeders = [engine.wakeup]
        for way in imports where !feeders.contains(where: { $0 === way.from.wakeup }) { feeders.append(way.from.wakeup) }
        running = spawnThread(name) { [self] in
            do { try loop() } catch {
                stopping.stop(for: error)
                for one in readers + feeders { one.wake() }
            }
        }
    }

    private func loop() throws {
        // Held once: looking for the next batch over and over must not count references that the feeding thread counts too.
        let batches = batches, imports = imports
        while rest(isForBatch: true, until: { batches.isReady }) {
            let batch = try batches.open()
            for way in imports {
                let ring = way.ring
                guard rest(until: { ring.isReady }) else { return }
                try way.adopt(frontier: batch.end)
            }
            if isMeasured { thread.takes(batch.ingest) }
            guard run(batch, wait: {}) else { return }
            for way in imports { way.ring.release() }
            complete(batch.end &- 1)
            batches.release()
            for reader in readers { reader.wake() }
            for feeder in feeders { feeder.wake() }
            // Now, not with the next batch, which may be long in coming.
            guard settle() else { return }
        }
    }
    /// Waits with nothing to do. A second is only for the heartbeat: whoever has something for this thread wakes it.
    private func rest(isForBatch: Bool = false, until isReady: () -> Bool) -> Bool {
        if isReady() { return true }
        if isMeasured { thread.park() }
        defer { if isMeasured { thread.unpark() } }
        return park(
            { if isMeasured { thread.beat() } }, nanoseconds: 1_000_000_000, isForBatch: isForBatch, until: isReady)
    }

    func join() {
        guard let running else { return }
        wakeup.wake()
        pthread_join(running, nil)
        self.running = nil
    }
}
