/// Notices that the machine's clock was set, by comparing it with the one that cannot be: what was set is put on record, so
/// that a gap or a jump in the times of arrival can be told from one of the market's.
struct StepWatch {
    /// A clock that is slewed differs by microseconds from one look to the next; one that is set, by more than this.
    static let least: Int64 = 50_000_000
    private var offset: Int64?

    /// By how much the clock was set since the last look; nil most of the time.
    mutating func step(now: Int64, monotonic: Int64) -> Int64? {
        let seen = now - monotonic
        defer { offset = seen }
        guard let offset, abs(seen - offset) >= Self.least else { return nil }
        return seen - offset
    }
}
