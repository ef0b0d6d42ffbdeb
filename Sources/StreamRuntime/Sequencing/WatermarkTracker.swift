import PlainData

/// The watermark as a function of the journal: the minimum, over the sources that hold it, of the largest event time
/// seen less that source's lateness; never falling. Every replay computes the same from the same records.
public struct WatermarkTracker: Sendable {
    struct Source: Sendable {
        var latest = Int64.min, lateness: Int64 = 0, holds = true
        var bound: Int64 { latest == .min ? .min : latest - lateness }
    }
    private var sources: [Source]
    /// Which source's progress each port makes: the outputs of one connection share one.
    private let lead: [Int]
    public private(set) var watermark = Int64.min

    /// - Parameter ports: the graph's sources. Index 0 is the sequencer's own clock, which has no lateness.
    public init(_ ports: [SourcePort], hasClock: Bool) {
        sources =
            [Source(holds: hasClock)]
            + ports.map { Source(lateness: $0.lateness, holds: $0.holdsWatermark && $0.lead == $0.id) }
        lead = [0] + ports.map(\.lead)
    }

    /// The minimum over all holding sources but the one that `except` belongs to.
    func floor(except: Int) -> Int64 {
        let own = except < 0 ? -1 : lead[except]
        var low = Int64.max
        for (i, source) in sources.enumerated() where i != own && source.holds { low = min(low, source.bound) }
        return low
    }
    func latest(_ port: Int) -> Int64 { sources[lead[port]].latest }
    func lateness(_ port: Int) -> Int64 { sources[lead[port]].lateness }
    func holds(_ port: Int) -> Bool { sources[lead[port]].holds }

    /// Records up to event time `latest` have been taken from this port.
    mutating func advance(_ port: Int, to latest: Int64) {
        sources[lead[port]].latest = max(sources[lead[port]].latest, latest)
        raise()
    }
    /// A record has declared the source idle: it holds the watermark no longer, until it speaks again.
    mutating func setIdle(_ port: Int) {
        sources[lead[port]].holds = false
        raise()
    }
    mutating func setHolding(_ port: Int) { sources[lead[port]].holds = true }
    /// The record that ends all input.
    mutating func end() { watermark = endOfTime }

    /// Takes another's values over in place: assigning it would share its list, and the next change would copy that.
    mutating func become(_ other: WatermarkTracker) {
        for i in sources.indices { sources[i] = other.sources[i] }
        watermark = other.watermark
    }
    /// Takes over how far time has come, for the sources that are paired.
    mutating func adopt(_ other: WatermarkTracker, _ pairs: [(own: Int, other: Int)]) {
        watermark = other.watermark
        for pair in pairs {
            sources[pair.own].latest = other.sources[pair.other].latest
            sources[pair.own].holds = other.sources[pair.other].holds
        }
    }
    /// Stops sharing the list with whom this was copied from.
    mutating func own() { sources = sources.map { $0 } }

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
