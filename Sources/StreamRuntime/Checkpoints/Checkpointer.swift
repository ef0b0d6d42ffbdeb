import Glibc
import PlainData
import Synchronization

/// Takes checkpoints of a running floor, one at a time.
///
///     engine's thread     at a batch boundary: the state of everything that is a function of the journal   take
///     effects' thread     when all effects up to that record are out: where each sink stands               complete
///     a thread of its own when the journal is durable up to that record: one file, then the oldest goes    write
///
/// Nobody waits for the disk: the engine is held up by the encoding alone, the effects by the one before that are not out yet.
public final class Checkpointer: @unchecked Sendable {  // `state` is behind its lock; the counters are atomic
    private enum State {
        case idle
        case taken(Checkpoint)
        case complete(Checkpoint)
    }
    public let folder: CheckpointFolder
    private let topologyHash: UInt64
    /// Nanoseconds, and records, after which the next one is due.
    private let interval: Int64, records: UInt64
    private let state = Mutex<State>(.idle)
    private let pending = Atomic<UInt64>(0)
    private let isBusy = Atomic<Bool>(false)
    private let isClosing = Atomic<Bool>(false)
    private let work = Wakeup()
    private var thread: pthread_t?
    /// The engine's thread alone.
    private var lastTime: Int64?, lastSequence: UInt64 = 0
    private let notice: @Sendable (String) -> Void
    private let metrics: CheckpointMetrics?

    /// How many were written, how long the last took from `take` to durable, and its size: for metrics.
    public struct Statistics: Sendable, Equatable {
        public var written: UInt64 = 0, failed: UInt64 = 0, sequence: UInt64 = 0, bytes = 0, nanoseconds: Int64 = 0
    }
    private let counts = Mutex(Statistics())
    public var statistics: Statistics { counts.withLock { $0 } }

    /// - Parameters:
    ///   - isThreaded: false where somebody else calls `writeIfComplete`, as a simulation does.
    ///   - notice: gets a line when one could not be written: the day goes on, a restart takes longer.
    public init(
        _ folder: CheckpointFolder, topologyHash: UInt64, every interval: Int64 = 10_000_000_000, records: UInt64 = 4_000_000,
        isThreaded: Bool = true, metrics: CheckpointMetrics? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.folder, self.topologyHash, self.interval, self.records) = (folder, topologyHash, interval, records)
        (self.metrics, self.notice) = (metrics, notice)
        guard isThreaded else { return }
        thread = spawnThread("checkpoints") { [unowned self] in
            while !isClosing.load(ordering: .acquiring) {
                writeIfComplete()
                work.wait(nanoseconds: 1_000_000_000, spins: 0) {
                    if case .complete = state.withLock({ $0 }) { true } else { isClosing.load(ordering: .acquiring) }
                }
            }
            writeIfComplete()
        }
    }

    // MARK: The engine's thread

    /// Whether the next one should be taken now.
    func isDue(now: Int64, sequence: UInt64) -> Bool {
        guard let last = lastTime else {
            (lastTime, lastSequence) = (now, sequence)
            return false
        }
        guard now - last >= interval || sequence - lastSequence >= records, sequence > lastSequence else { return false }
        return !isBusy.load(ordering: .acquiring)
    }
    func take(_ parts: [Checkpoint.Part], at sequence: UInt64, now: Int64) {
        (lastTime, lastSequence) = (now, sequence)
        isBusy.store(true, ordering: .releasing)
        state.withLock { $0 = .taken(Checkpoint(sequence: sequence, topologyHash: topologyHash, parts: parts)) }
        pending.store(sequence, ordering: .releasing)
    }

    // MARK: The effects' thread

    /// The record up to which all effects must be out, and none beyond, before `complete` is called; nil most of the time.
    public var barrier: UInt64? {
        let sequence = pending.load(ordering: .acquiring)
        return sequence == 0 ? nil : sequence
    }
    /// Adds where the sinks stand.
    func complete(_ parts: [Checkpoint.Part]) {
        pending.store(0, ordering: .releasing)
        state.withLock { state in
            guard case .taken(var checkpoint) = state else { return }
            checkpoint.parts += parts
            state = .complete(checkpoint)
        }
        work.wake()
    }

    // MARK: The writing

    public func writeIfComplete() {
        let found = state.withLock { state -> Checkpoint? in
            guard case .complete(let checkpoint) = state else { return nil }
            return checkpoint
        }
        guard let found else { return }
        write(found)
        state.withLock { $0 = .idle }
        isBusy.store(false, ordering: .releasing)
    }
    private func write(_ checkpoint: Checkpoint) {
        let begin = TickClock.monotonic()
        metrics?.begin()
        do throws(JournalError) {
            let bytes = try folder.write(checkpoint)
            metrics?.end(bytes: bytes, sequence: checkpoint.sequence)
            counts.withLock {
                $0.written += 1
                ($0.sequence, $0.bytes, $0.nanoseconds) = (checkpoint.sequence, bytes, TickClock.monotonic() - begin)
            }
        } catch {
            metrics?.fail()
            counts.withLock { $0.failed += 1 }
            notice("no checkpoint of record \(checkpoint.sequence): \(error); the day goes on, a restart would take longer")
        }
    }
    /// The last one of a run that ended in order, in the caller's thread.
    public func writeLast(_ parts: [Checkpoint.Part], at sequence: UInt64) {
        close()
        write(Checkpoint(sequence: sequence, topologyHash: topologyHash, parts: parts))
    }

    /// Writes what is complete and ends the thread.
    public func close() {
        isClosing.store(true, ordering: .releasing)
        work.wake()
        if let thread { pthread_join(thread, nil) }
        thread = nil
    }
    deinit { close() }
}
