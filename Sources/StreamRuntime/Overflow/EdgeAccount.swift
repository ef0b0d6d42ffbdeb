/// Where every element is that an edge was given: at any instant
/// `offered == taken + conflated + sampledOut + shed + inFlight`.
public struct EdgeAccount: Hashable, Sendable {
    /// Elements that the edge answered for. One that the producer must offer again is not among them.
    public var offered: UInt64 = 0
    /// Elements that the reader is done with.
    public var taken: UInt64 = 0
    /// Elements that a later one of their key took the place of.
    public var conflated: UInt64 = 0
    /// Elements that a sample left out.
    public var sampledOut: UInt64 = 0
    /// Elements that found no room.
    public var shed: UInt64 = 0
    /// Elements that wait, in memory or on the disk, or that the reader has at hand.
    public var inFlight: UInt64 = 0
    /// How many of those wait on the disk.
    public var onDisk: UInt64 = 0
    /// Elements that have waited on the disk for a while. None of them is lost.
    public var spilled: UInt64 = 0
    /// How often the producer was told to wait, and for how long in all, in ticks of the processor's counter.
    public var refused: UInt64 = 0, blockedTicks: UInt64 = 0
    /// The most elements that memory holds.
    public var capacity = 0

    public init() {}

    /// Whether anything did not go straight through.
    public var hasOverflowed: Bool { dropped > 0 || spilled > 0 || blockedTicks > 0 }
    public var isBalanced: Bool { offered == taken + dropped + inFlight }
    /// Elements that nobody will see.
    public var dropped: UInt64 { conflated + sampledOut + shed }
}

/// An edge's name with its account.
public struct NamedAccount: Hashable, Sendable {
    public var name: String
    public var account: EdgeAccount
    public init(_ name: String, _ account: EdgeAccount) { (self.name, self.account) = (name, account) }
}
