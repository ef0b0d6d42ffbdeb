import Glibc
import PlainData
import Synchronization

/// The one thread that carries effects out: it takes from each queue what is durable, in order, and hands it to the
/// consumer. Effects never run on the engine's thread, so a slow disk or venue shows as a full queue, not as a late tick.
public final class EffectThread: @unchecked Sendable {
    // Consumers are added before `start` and touched by this thread alone after.
    private var consumers: [() -> Int] = []
    /// Nothing of a later record is handed over in this turn: a checkpoint wants to know where the sinks stand after it. For
    /// this thread alone.
    public private(set) var limit = UInt64.max
    private var idlers: [() -> Void] = []
    private var kept: [CheckpointPart] = []
    private var checkpointer: Checkpointer?, settledSequence: () -> UInt64 = { 0 }
    private let wakeup = Wakeup()
    private let isClosing = Atomic<Bool>(false)
    private var thread: pthread_t?
    /// True until `start`: whoever holds it calls `turn`.
    private var isStepped = true
    private let failure = Mutex<(any Error)?>(nil)
    /// Woken after each turn that took something: the engine may be waiting for room.
    private let engine: Wakeup
    /// Called once, when an effect fails: from then on nothing is carried out, so the run must end. Set before `start`.
    public var onFailure: () -> Void = {}

    /// Where each sink's part of this thread's time is counted.
    private let counters: Counters?

    private let name: String

    public init(engine: Wakeup, counters: Counters? = nil, name: String = "effects") {
        (self.engine, self.counters, self.name) = (engine, counters, name)
    }

    /// Counts a turn as work of the vertex that `name` names, with or without one of its inputs: `ledger.oms`.
    private func metered(
        _ name: String, ingestTime: @escaping () -> Int64 = { 0 }, _ body: @escaping () -> Int
    ) -> () -> Int {
        let vertex = name.split(separator: ".").first.map(String.init) ?? name
        guard let worker = counters?.worker(vertex) else { return body }
        return {
            worker.begin()
            let taken = body()
            worker.end(elements: taken, ingestTime: ingestTime())
            return taken
        }
    }

    private func fail(_ error: any Error) {
        failure.withLock { $0 = $0 ?? error }
        onFailure()
    }

    /// A queue whose elements `body` carries out, one after the other. An error ends the run.
    public func consumer<T: Element>(
        _ name: String, capacity: Int = 65_536, wantsReplay: Bool = false, _ body: @escaping (UInt64, T) throws -> Void
    ) -> TypedEffectQueue<T> {
        let queue = TypedEffectQueue<T>(name, capacity: capacity, wantsReplay: wantsReplay)
        carry(queue, body)
        return queue
    }
    /// Carries out what lies in a queue that somebody has made, one element after the other. An error ends the run.
    public func carry<T: Element>(_ queue: TypedEffectQueue<T>, _ body: @escaping (UInt64, T) throws -> Void) {
        queue.wakeup = wakeup
        consumers.append(
            metered(queue.name, ingestTime: { queue.handledIngestTime }) { [unowned self] in
                let taken = queue.drain(upTo: limit) { sequence, element in
                    guard self.error == nil else { return }
                    do { try body(sequence, element) } catch { self.fail(error) }
                }
                if let error = queue.failure, self.error == nil { fail(error) }
                return taken
            })
    }
    /// Called after each turn, and at least every 50 ms: to commit what was gathered, to look at a clock.
    /// - Parameter name: the vertex whose work it is.
    public func onTurn(of name: String, _ body: @escaping () throws -> Void) {
        let turn = metered(name) { [unowned self] in
            guard self.error == nil else { return 0 }
            do { try body() } catch { self.fail(error) }
            return 0
        }
        idlers.append { _ = turn() }
    }

    /// Where a sink stands when every effect up to a record is out, and none after: part of that record's checkpoint. Set
    /// before `start`.
    public func keep(_ part: CheckpointPart) { kept.append(part) }
    public var checkpointParts: CheckpointParts {
        var parts = CheckpointParts()
        for part in kept { parts.add(part) }
        return parts
    }
    /// Takes part in the checkpoints of `engine`. Before `start`.
    public func take(part checkpointer: Checkpointer, settledSequence: @escaping () -> UInt64) {
        (self.checkpointer, self.settledSequence) = (checkpointer, settledSequence)
    }

    public var error: (any Error)? { failure.withLock { $0 } }

    public func start() {
        isStepped = false
        thread = spawnThread(name) { [unowned self] in
            while true {
                let closing = self.isClosing.load(ordering: .acquiring)
                if self.turn() == 0 {
                    if closing { return }
                    self.wakeup.wait(nanoseconds: 50_000_000, spins: 200) { self.isClosing.load(ordering: .relaxed) }
                }
            }
        }
    }
    /// The effects' thread, or a simulation in its place: hands over what may leave.
    /// - Returns: 0 when there was nothing to do.
    @discardableResult public func turn() -> Int {
        var taken = 0
        let barrier = checkpointer?.barrier
        // Before the queues are looked at: what was settled by now lies in them.
        let isSettled = barrier.map { settledSequence() >= $0 } ?? false
        limit = barrier ?? .max
        for consumer in consumers { taken += consumer() }
        for idler in idlers { idler() }
        if isSettled, error == nil {
            checkpointer?.complete(kept.map { $0.save() })
            taken += 1  // what comes after the checkpoint's record may leave now
        }
        if taken > 0 { engine.wake() }
        return taken
    }

    /// Carries out what is left, then ends the thread.
    public func finish() {
        guard let thread else {
            if isStepped { while turn() > 0 {} }
            return
        }
        isClosing.store(true, ordering: .releasing)
        wakeup.wake()
        pthread_join(thread, nil)
        self.thread = nil
    }
}
