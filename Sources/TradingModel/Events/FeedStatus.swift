import PlainData

/// What a feed says about itself. Gaps and staleness are events, not log lines.
public struct FeedStatus: Element {
    public enum Kind: UInt8, BitwiseCopyable, Sendable, FieldValue {
        case connected = 0, disconnected, live, gap, duplicate, outOfOrder, stale, ended, rejected
        /// The venue's time has passed without a trade.
        case heartbeat
        /// A book waits for its first snapshot.
        case snapshotting
        /// A book was lost (`gap`, or the reason) and waits for a snapshot; `live` follows.
        case recovering
        /// An operator says that the feed is not to be trusted.
        case forcedStale
        /// A book is not what the venue's checksum says.
        case checksum
        public func text(_ names: Names) -> String { String(describing: self) }
    }
    public static var elementName: String { "FeedStatus" }
    public var eventTime: Int64
    /// The first and last venue sequence concerned; 0 where none is.
    public var from: UInt64, to: UInt64
    public var symbol: SymbolID
    public var reason: TextID
    @usableFromInline var kindWord: UInt64

    @inlinable public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: kindWord)) ?? .rejected }

    public init(eventTime: Int64, symbol: SymbolID, kind: Kind, from: UInt64 = 0, to: UInt64 = 0, reason: TextID = .none) {
        (self.eventTime, self.symbol, self.from, self.to, self.reason) = (eventTime, symbol, from, to, reason)
        kindWord = UInt64(kind.rawValue)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("kind", kind)
        visitor.field("from", from)
        visitor.field("to", to)
        visitor.field("reason", reason)
    }
}
