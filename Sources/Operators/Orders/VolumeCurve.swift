import PlainData

/// How a day's volume is spread over it: a weight for each of some stretches of equal length, even within each.
public struct VolumeCurve: Sendable, Equatable {
    /// Where the stretches lie.
    public enum Place: Sendable, Equatable {
        /// Side by side over an order's own time.
        case order
        /// The first one begins so long after midnight UTC, each is so long; between the last one and the next day's first
        /// nothing trades. Nanoseconds.
        case day(opens: Int64, each: Int64)
    }
    public let weights: [Int64], place: Place
    private let sums: [Int128]

    /// - Parameter weights: none negative, in any unit.
    public init(_ weights: [Int64], place: Place = .order) {
        precondition(!weights.isEmpty && weights.allSatisfy { $0 >= 0 }, "a volume curve has weights, none below zero")
        if case .day(let opens, let each) = place {
            precondition((0..<UTC.day).contains(opens) && each > 0 && Int128(each) * Int128(weights.count) <= Int128(UTC.day))
        }
        (self.weights, self.place) = (weights, place)
        var sums: [Int128] = [0]
        for weight in weights { sums.append(sums[sums.count - 1] + Int128(weight)) }
        self.sums = sums
    }

    /// Whether there is any volume at all.
    public var isEmpty: Bool { sums[weights.count] == 0 }

    /// The volume from an order's start until `offset` nanoseconds later, of the `duration` that it works. In a unit of its
    /// own: only quotients mean something.
    func volume(until offset: Int64, start: Int64, duration: Int64) -> Int128 {
        switch place {
        case .order: within(Int128(offset) * Int128(weights.count), each: Int128(duration))
        case .day(let opens, let each): total(start + offset - opens, Int128(each)) - total(start - opens, Int128(each))
        }
    }
    /// Over as many days as there are since the epoch.
    private func total(_ time: Int64, _ each: Int128) -> Int128 {
        let days = time >= 0 ? time / UTC.day : -((UTC.day - 1 - time) / UTC.day)
        return Int128(days) * sums[weights.count] * each + within(Int128(time - days * UTC.day), each: each)
    }
    private func within(_ offset: Int128, each: Int128) -> Int128 {
        let (whole, rest) = offset.quotientAndRemainder(dividingBy: each)
        guard whole < weights.count else { return sums[weights.count] * each }
        return sums[Int(whole)] * each + Int128(weights[Int(whole)]) * rest
    }
}
