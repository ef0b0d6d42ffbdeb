import TradingModel

/// What a tape holds.
public enum TapeEvent: Sendable {
    case trade(Trade)
    case quote(Quote)
    /// A change of a book of single orders: such a tape has no quotes of its own.
    case book(BookDelta)

    public var eventTime: Int64 {
        switch self {
        case .trade(let trade): trade.eventTime
        case .quote(let quote): quote.eventTime
        case .book(let delta): delta.eventTime
        }
    }
}

/// A recorded market in order of time.
public protocol Tape {
    /// Whether it holds quotes, or a book that has them. Without them the venue shows its own around the last trade.
    var hasQuotes: Bool { get }
    /// The next event; nil at the end. Throws `VenueError.badTape`.
    mutating func next() throws(VenueError) -> TapeEvent?
}

/// A tape in memory.
public struct MemoryTape: Tape {
    private let events: [TapeEvent]
    private var at = 0
    public let hasQuotes: Bool

    public init(_ events: [TapeEvent]) {
        self.events = events
        hasQuotes = events.contains {
            if case .trade = $0 { false } else { true }
        }
    }
    public mutating func next() -> TapeEvent? {
        guard at < events.count else { return nil }
        at += 1
        return events[at - 1]
    }
}
