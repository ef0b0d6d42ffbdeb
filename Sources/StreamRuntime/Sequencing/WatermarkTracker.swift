import PlainData

/// The watermark as a function of the journal: the minimum, over the sources that hold it, of the largest event time
/// seen less that source's lateness; never falling. Every replay computes the same from the same records.
public struct WatermarkTracker: Sendable {
    struct Source: Sendable {
        var latest = Int64.min, lateness: Int64 = 0, holds = true
        var bound: Int64 { latest == .min ? .min : latest - lateness }
    }
    private(set) var sources: [Source]
    public private(set) var watermark = Int64.min

    /// - Parameter ports: the graph's sources. Index 0 is the sequencer's own clock, which has no lateness.
    public init(_ ports: [SourcePort], hasClock: Bool) {
        sources = [Source(holds: hasClock)] + ports.map { Source(lateness: $0.lateness, holds: $0.holdsWatermark) }
    }

    /// The minimum over all holding sources but `except`.
    func floor(except: Int) -> Int64 {
        var low = Int64.max
        for (i, source) in sources.enumerated() where i != except && source.holds { low = min(low, source.bound) }
        return low
    }
    func latest(_ source: Int) -> Int64 { sources[source].latest }
    func lateness(_ source: Int) -> Int64 { sources[source].lateness }
    func holds(_ source: Int) -> Bool { sources[source].holds }

    /// Records up to event time `latest` of `source` have been taken.
    mutating func advance(_ source: Int, to latest: Int64) {
        sources[source].latest = max(sources[source].latest, latest)
        raise()
    }
    /// A record has declared the source idle: it holds the watermark no longer, until it speaks again.
    mutating func setIdle(_ source: Int) {
        sources[source].holds = false
        raise()
    }
    mutating func setHolding(_ source: Int) { sources[source].holds = true }
    /// The record that ends all input.
    mutating func end() { watermark = endOfTime }

    private mutating func raise() {
        let low = floor(except: -1)
        if low != .max { watermark = max(watermark, low) }
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&watermark)
        for i in sources.indices {
            coder.field(&sources[i].latest)
            coder.field(&sources[i].holds)
        }
    }
}
