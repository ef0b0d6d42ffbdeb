import PlainData

/// Declares a source idle that has not spoken for a while, and active again when it speaks: both as records, so that a
/// replay takes the same decisions at the same places without knowing any clock.
struct IdleWatch {
    /// The source, with the other outputs of its connection: one that speaks shows that all are alive.
    let lead: Int
    let feeds: [Feed]
    /// Nanoseconds of our own time.
    let timeout: Int64
    private var lastHeard: Int64?
    private var hasSpoken = false

    init(lead: Int, feeds: [Feed], timeout: Int64) { (self.lead, self.feeds, self.timeout) = (lead, feeds, timeout) }

    /// The decision to journal before this batch's records, if there is one.
    mutating func decide(now: Int64, holds: Bool) -> ControlRecord? {
        let speaks = hasSpoken || feeds.contains(where: \.isReady)
        hasSpoken = false
        guard let last = lastHeard, !speaks else {
            lastHeard = now
            return speaks && !holds ? ControlRecord(.active, eventTime: now, id: UInt32(lead)) : nil
        }
        guard holds, now - last >= timeout else { return nil }
        return ControlRecord(.idle, eventTime: now, id: UInt32(lead))
    }
    /// The batch holds records of these sources: some may have come after `decide` looked.
    mutating func noteRecords(of groups: [JournalGroup]) {
        if groups.contains(where: { group in feeds.contains { $0.port.id == group.source } }) { hasSpoken = true }
    }
}
