/// Which moment of the tape it is, and when the next one is due.
struct Pace {
    private let speed: VenueConfiguration.Speed
    private var tapeStart: Int64 = 0, wallStart: Int64 = 0

    init(_ speed: VenueConfiguration.Speed) { self.speed = speed }

    /// - Parameters: the tape's first moment, and the monotonic clock, both in ns.
    mutating func start(tape: Int64, wall: Int64) { (tapeStart, wallStart) = (tape, wall) }

    /// When a moment of the tape is due on the monotonic clock; 0, which is past, at full speed.
    func due(_ tape: Int64) -> Int64 {
        guard case .times(let factor) = speed else { return 0 }
        let ahead = Double(tape - tapeStart) / factor
        return ahead < 4e18 ? wallStart + Int64(ahead) : .max
    }

    /// The moment of the tape, not before `earliest` and not past `latest`.
    func moment(at wall: Int64, from earliest: Int64, to latest: Int64) -> Int64 {
        guard case .times(let factor) = speed else { return earliest }
        let passed = Double(wall - wallStart) * factor
        let moment = passed < 4e18 ? tapeStart.addingReportingOverflow(Int64(passed)) : (.max, false)
        return min(max(moment.overflow ? .max : moment.partialValue, earliest), latest)
    }
}
