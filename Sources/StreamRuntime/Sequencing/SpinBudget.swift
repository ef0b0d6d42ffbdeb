/// How long a thread spins before it parks: as long as has been worth it lately.
///
/// Something that came soon, in spinning or right after, doubles it; a long wait halves it. So a busy floor's threads are
/// there when the next record comes, and those of one on which nothing happens sleep at once. What is waited for in turn, the
/// next batch and the blocks of one that has begun, has a budget each: one comes seldom and the other soon.
struct SpinBudget {
    /// What a wait can last to have been worth the spinning, in nanoseconds: some times what a wake from the kernel costs.
    static let soon: Int64 = 200_000
    private static let least = max(1, Wakeup.spins / 64)
    private(set) var spins = Wakeup.spins

    /// - Parameter isReady: whether what was waited for is there; a thread is also woken for less.
    mutating func waited(_ nanoseconds: Int64, isReady: Bool) {
        if nanoseconds >= Self.soon {
            spins = max(Self.least, spins / 2)
        } else if isReady {
            spins = min(Wakeup.spins, 2 * spins)
        }
    }
}

extension Wakeup {
    /// Waits as `wait(nanoseconds:spins:until:)` does, and learns from it.
    func wait(nanoseconds: Int64, learning budget: inout SpinBudget, until isReady: () -> Bool) {
        let start = TickClock.monotonic()
        wait(nanoseconds: nanoseconds, spins: budget.spins, until: isReady)
        budget.waited(TickClock.monotonic() - start, isReady: isReady())
    }
}
