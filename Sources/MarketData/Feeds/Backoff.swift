import PlainData

/// How long to wait before the next attempt at a connection: twice as long each time, and a random part of it, so that
/// many clients do not come back at the same moment.
struct Backoff {
    let first: Duration
    let longest: Duration
    private var random: SplitMix64
    private var attempts = 0

    init(first: Duration, longest: Duration, seed: UInt64) {
        (self.first, self.longest, random) = (first, longest, SplitMix64(seed: seed))
    }

    mutating func reset() { attempts = 0 }

    /// Between half of the present step and all of it.
    mutating func next() -> Duration {
        let step = min(longest, first * (1 << min(attempts, 20)))
        attempts += 1
        return step * (0.5 + 0.5 * random.unit())
    }
}
