import PlainData

/// What becomes of an element where more comes than is taken. Every one of them is counted (`EdgeAccount`).
///
/// All but `block` depend on timing, so they stand only before the sequencer, where what survives is what is journalled,
/// and into sinks that only show. Keys are small and dense, such as a symbol's number: each costs one word for good.
public enum Overflow<T: Element>: Sendable {
    /// The producer is told to wait. Nothing is dropped.
    case block
    /// While an element waits, the next of its key takes its place: the latest value, where the first one stood. A full
    /// edge that holds none of the key makes the producer wait.
    case conflate(key: @Sendable (T) -> UInt32)
    /// Most elements are left out, whether there is room or not. What is kept and finds no room is shed.
    case sample(Sampling, key: @Sendable (T) -> UInt32)
    /// What finds no room is left out.
    case shed

    /// Whether a full edge makes its producer wait.
    var canRefuse: Bool {
        switch self {
        case .block, .conflate: true
        case .sample, .shed: false
        }
    }
}

/// Which elements of a key a sample keeps. The first one always.
public enum Sampling: Hashable, Sendable {
    case oneIn(Int)
    /// One in so much of the elements' own time, so that the same elements give the same sample.
    case oneEvery(nanoseconds: Int64)
}

/// Chooses the elements of a sample. One thread at a time.
final class Sampler<T: Element> {
    private let sampling: Sampling, key: @Sendable (T) -> UInt32
    /// By key: how many were left out since the last one kept; or when that one was. `none` before the first.
    private var last = Dense<Int64>(repeating: Sampler.none)
    private static var none: Int64 { .min }

    init(_ sampling: Sampling, key: @escaping @Sendable (T) -> UInt32) { (self.sampling, self.key) = (sampling, key) }

    func keeps(_ element: T) -> Bool {
        let key = Int(key(element)), last = last.value(key)
        switch sampling {
        case .oneIn(let n):
            let isKept = last == Self.none || last + 1 >= n
            self.last[key] = isKept ? 0 : last + 1
            return isKept
        case .oneEvery(let interval):
            // A time that has stepped far back begins anew; else nothing would pass until it has caught up.
            let (distance, isFar) = element.eventTime.subtractingReportingOverflow(last)
            guard last == Self.none || isFar || distance.magnitude >= interval.magnitude else { return false }
            self.last[key] = element.eventTime
            return true
        }
    }
}
