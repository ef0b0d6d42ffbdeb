import CPlatform

/// A bounded place where elements wait. One thread writes each figure; which one says its owner.
///
///     counters.edge("quotes").conflated += 1
public final class EdgeMetrics: @unchecked Sendable {  // plain words with one writer each
    public let name: String
    let number: UInt64
    let cell: UnsafeMutablePointer<EdgeCell>
    private let owner: CounterMemory

    init(_ name: String, in memory: CounterMemory) {
        let (number, raw) = memory.append(.edge, texts: [name])
        cell = raw.bindMemory(to: EdgeCell.self, capacity: 1)
        (self.name, self.number, owner) = (name, number, memory)
    }

    /// Elements that wait now, and the most that can.
    public var depth: Int {
        get { Int(cell.pointee.depth) }
        set { cell.pointee.depth = UInt64(max(0, newValue)) }
    }
    public var capacity: Int {
        get { Int(cell.pointee.capacity) }
        set { cell.pointee.capacity = UInt64(max(0, newValue)) }
    }
    /// Elements that went in and came out since the start.
    public var total: UInt64 {
        get { cell.pointee.total }
        set { cell.pointee.total = newValue }
    }
    public var taken: UInt64 {
        get { cell.pointee.taken }
        set { cell.pointee.taken = newValue }
    }
    /// When the oldest element waiting came into the floor, nanoseconds since 1970; 0 when none waits.
    public var oldestIngestTime: Int64 {
        get { cell.pointee.oldestIngest }
        set { cell.pointee.oldestIngest = newValue }
    }
    /// Elements that another of the same key took the place of, that a sample left out, that found no room, that went to disk
    /// for a while. At any instant `total` is `taken`, `conflated`, `sampledOut`, `shed` and `depth` together.
    public var conflated: UInt64 {
        get { cell.pointee.conflated }
        set { cell.pointee.conflated = newValue }
    }
    public var sampledOut: UInt64 {
        get { cell.pointee.sampledOut }
        set { cell.pointee.sampledOut = newValue }
    }
    public var shed: UInt64 {
        get { cell.pointee.shed }
        set { cell.pointee.shed = newValue }
    }
    public var spilled: UInt64 {
        get { cell.pointee.spilled }
        set { cell.pointee.spilled = newValue }
    }

    /// How long the writer has waited for room, in ticks.
    public var blockedTicks: UInt64 { cell.pointee.blockedTicks }

    /// The writer finds no room, at `now` in ticks. Again and again is once.
    public func block(_ now: UInt64 = cp_ticks()) { if cell.pointee.blockedSince == 0 { cell.pointee.blockedSince = now } }
    /// The writer got on. Costs a load when it had not been waiting.
    @inline(__always) public func unblock() { if cell.pointee.blockedSince != 0 { unblock(cp_ticks()) } }
    func unblock(_ now: UInt64) {
        let since = cell.pointee.blockedSince
        cell.pointee.blockedSince = 0
        if since != 0, now > since { cell.pointee.blockedTicks &+= now &- since }
    }
}
