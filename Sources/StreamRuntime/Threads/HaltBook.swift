import Synchronization

/// The first record at which an operator could not go on, whichever thread found it out.
final class HaltBook: Sendable {
    private let first = Mutex<(halt: Halt, order: Int)?>(nil)
    private let at = Atomic<UInt64>(.max)

    /// `UInt64.max` while every operator goes on. Any thread.
    var sequence: UInt64 { at.load(ordering: .acquiring) }
    var halt: Halt? { sequence == .max ? nil : first.withLock { $0?.halt } }

    /// Of several the earliest counts, of one record the operator that comes first.
    func note(_ halt: Halt, order: Int) {
        first.withLock { first in
            if let known = first, (known.halt.sequence, known.order) <= (halt.sequence, order) { return }
            first = (halt, order)
            at.store(halt.sequence, ordering: .releasing)
        }
    }
}
