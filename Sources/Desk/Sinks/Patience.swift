import Glibc
import StreamRuntime
import Synchronization

/// How long rows for people wait for somebody to read them: while the run lasts, and a little after it.
///
/// A pipe or a terminal that nobody reads takes no more. Writing to it would never return, and the run would never end.
final class Patience: Sendable {
    private let deadline = Atomic<Int64>(.max)
    /// What a pipe that is ready takes without waiting (pipe(7): PIPE_BUF).
    static let mostBytes = 4_096

    /// From now on nobody waits longer than this.
    func end(afterNanoseconds grace: Int64) { deadline.store(TickClock.monotonic() + grace, ordering: .releasing) }

    /// Waits until the file takes bytes.
    /// - Returns: false when patience has ended first.
    func waits(for file: Int32) -> Bool {
        while true {
            var ready = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
            // An error counts as ready: the write that follows says which it is.
            if poll(&ready, 1, 50) > 0 { return true }
            if TickClock.monotonic() >= deadline.load(ordering: .acquiring) { return false }
        }
    }
}
