import Foundation
import Synchronization

/// The thread of one worker, started once. When `join` returns, nothing of the worker is held any more: its session can
/// be opened again.
final class RouterThread: Sendable {
    private let worker: Mutex<RouterWorker?>
    private let isRunning = Atomic<Bool>(false)
    private let finished = DispatchSemaphore(value: 0)

    init(_ worker: RouterWorker) { self.worker = Mutex(worker) }

    func start() {
        precondition(!isRunning.exchange(true, ordering: .acquiringAndReleasing), "a router starts once")
        Thread.detachNewThread {
            self.take()?.run()
            self.finished.signal()
        }
    }

    /// For a run without threads: the worker's turn on the caller's.
    func turn() { worker.withLock { _ = $0?.turn() } }

    private func take() -> RouterWorker? { worker.withLock { $0.take() } }

    /// Waits for the thread's end; returns at once when it never ran or has been waited for.
    func join() {
        guard isRunning.exchange(false, ordering: .acquiringAndReleasing) else { return }
        finished.wait()
    }
}
