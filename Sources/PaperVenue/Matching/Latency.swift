import PlainData

/// How long messages are on their way to the venue and back.
public struct Latency: Sendable {
    /// One direction. Later messages never overtake earlier ones: they share a connection.
    public struct Way: Sendable {
        /// In ns. One value is a constant; of several each message takes one, each as likely as the others.
        public let samples: [Int64]
        var random: SplitMix64
        /// When the last one arrived.
        var last = Int64.min

        public init(_ samples: [Int64] = [], seed: UInt64 = 1) {
            self.samples = samples.allSatisfy { $0 == 0 } ? [] : samples.map { max(0, $0) }
            random = SplitMix64(seed: seed)
        }
        public var isNone: Bool { samples.isEmpty }

        /// When a message that leaves now arrives.
        mutating func arrival(of now: Int64) -> Int64 {
            guard !samples.isEmpty else { return now }
            let sample = samples.count == 1 ? samples[0] : samples[random.below(samples.count)]
            last = max(last, now + sample)
            return last
        }
    }
    /// From the desk to the venue's engine, and from there to the desk.
    public var entry: Way, response: Way

    public init(entry: [Int64] = [], response: [Int64] = [], seed: UInt64 = 1) {
        (self.entry, self.response) = (Way(entry, seed: seed), Way(response, seed: seed &+ 0x9E37_79B9_7F4A_7C15))
    }
}
