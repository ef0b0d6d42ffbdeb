import PlainData

@testable import StreamRuntime

/// Counters whose clock stands where a test puts it: a tick is a nanosecond, and the start is at `Hand.start`.
struct Hand {
    static let start: UInt64 = 1_000_000_000_000
    /// 2026-01-05 14:30:00 UTC.
    static let wall: Int64 = 1_767_623_400_000_000_000
    let counters = Counters()

    init() {
        let header = counters.memory.header
        header.pointee.nanosecondsPerTick = 1
        (header.pointee.ticks, header.pointee.startTicks) = (Self.start, Self.start)
        (header.pointee.wall, header.pointee.startWall) = (Self.wall, Self.wall)
    }
    /// The ticks so many seconds after the start.
    static func ticks(_ seconds: Double) -> UInt64 { start + UInt64(seconds * 1e9) }
    static func wall(_ seconds: Double) -> Int64 { wall + Int64(seconds * 1e9) }

    /// The figures as of so many seconds after the start.
    func figures(at seconds: Double, _ state: ProcessState = .alive) throws -> FloorFigures {
        let reading = try CountersReading(bytes: counters.memory.snapshot(), path: "the test")
        return FloorFigures(reading, at: .init(ticks: Self.ticks(seconds), wall: Self.wall(seconds)), state: state)
    }
}

extension FloorFigures {
    func row(_ name: String) -> Operator? { operators.first { $0.name == name } }
    func edge(_ name: String) -> Edge? { edges.first { $0.name == name } }
}
