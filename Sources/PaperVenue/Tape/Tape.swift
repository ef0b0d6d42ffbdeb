import TradingModel

/// What a tape holds.
public enum TapeEvent: Sendable {
    case trade(Trade)
    case quote(Quote)

    public var eventTime: Int64 {
        switch self {
        case .trade(let trade): trade.eventTime
        case .quote(let quote): quote.eventTime
        }
    }
}

/// A recorded market in order of time.
public protocol Tape {
    /// Whether it holds quotes. Without them the venue shows its own around the last trade.
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
            if case .quote = $0 { true } else { false }
        }
    }
    public mutating func next() -> TapeEvent? {
        guard at < events.count else { return nil }
        at += 1
        return events[at - 1]
    }
}
