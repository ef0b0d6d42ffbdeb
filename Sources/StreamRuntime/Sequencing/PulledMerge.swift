/// The sources that are read when there is time, merged by event time; ties in the order of their declaration.
struct PulledMerge {
    private(set) var feeds: [PulledFeed] = []
    private var pace: Pace?
    private let isStepped: Bool

    init(_ options: EngineOptions) {
        isStepped = options.isStepped
        pace = options.speed.map(Pace.init)
    }

    mutating func add(_ feed: PulledFeed) { feeds.append(feed) }

    /// Takes what is due at `now`, as far as there is room: in a stepped run the records of one event time.
    mutating func take(_ now: Int64, into builder: inout BatchBuilder) {
        guard !feeds.isEmpty else { return }
        let first = pace == nil ? nil : nextEventTime
        let horizon = pace?.horizon(now, first: first) ?? .max
        var stepTime: Int64?
        while builder.room > 0, !feeds.contains(where: \.mustRelease) {
            guard let next = earliest(of: feeds, by: \.nextEventTime), next.time <= horizon else { break }
            if isStepped {
                if let stepTime, next.time > stepTime { break }
                stepTime = next.time
            }
            // This source may run until another's next record comes before its own; ties go to the earlier source.
            var until = min(horizon, next.following)
            if next.following != .max, until == next.following,
                let tie = feeds.firstIndex(where: { $0.nextEventTime == next.following }), tie < next.index
            {
                until -= 1
            }
            if isStepped { until = min(until, next.time) }
            guard feeds[next.index].take(most: builder.room, until: max(until, next.time), into: &builder) > 0 else { break }
        }
    }
    /// Reads what comes next, where that was not done yet: a source may cause other input by being read.
    func look() { for feed in feeds { _ = feed.nextEventTime } }
    func release() { for feed in feeds { feed.release() } }

    var haveEnded: Bool { feeds.allSatisfy(\.hasEnded) }
    /// The sources of which nothing more will come, from any of their outputs.
    var endedLeads: [Int] {
        if !feeds.contains(where: \.hasEnded) { return [] }
        return feeds.filter { feed in
            feed.port.id == feed.port.lead && feeds.allSatisfy { $0.port.lead != feed.port.lead || $0.hasEnded }
        }.map(\.port.id)
    }
    var failure: (any Error)? {
        for feed in feeds { if let failure = feed.failure { return failure } }
        return nil
    }
    private var nextEventTime: Int64? { earliest(of: feeds, by: \.nextEventTime)?.time }

    /// How long until the next record is due, in nanoseconds; nil where nothing is waited for.
    func delay(_ now: Int64) -> Int64? {
        guard let pace, let next = nextEventTime else { return nil }
        return pace.delay(now, next: next)
    }
}

/// History at a multiple of the recording's pace: the first record is due at once.
struct Pace {
    let speed: Double
    private var origin: (wall: Int64, event: Int64)?

    init(_ speed: Double) { self.speed = speed }

    /// The event time up to which records are due at `now`; the first to ask begins the run.
    mutating func horizon(_ now: Int64, first: Int64?) -> Int64 {
        guard let origin else {
            guard let first else { return .max }
            origin = (now, first)
            return first
        }
        return origin.event + Int64(Double(now - origin.wall) * speed)
    }
    func delay(_ now: Int64, next: Int64) -> Int64? {
        origin.map { $0.wall + Int64(Double(next - $0.event) / speed) - now }
    }
}
