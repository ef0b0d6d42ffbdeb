import PlainData
import TradingModel

/// What one venue says and wants to be told: its messages, and how its streams are kept whole. One object a feed, on the
/// feed's thread. The driver (`FeedCore`) does the rest, the same for all venues.
protocol Venue: AnyObject {
    var rules: VenueRules { get }
    /// What is sent when a connection opens, in order: who we are, then what we want.
    func greetings() -> [String]
    /// What a message holds. Nothing is allocated for a message in steady state.
    /// - Throws: where the message is not understood; nothing of it is used then.
    func decode(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, into batch: VenueBatch) throws(VenueReject)
    /// What is sent to be told a book anew over the same connection; empty where that goes by HTTP.
    func resubscription(_ symbol: SymbolID) -> [String]
    /// Where a book's snapshot is had by HTTP: path and query. Nil where it comes over the connection.
    func snapshotPath(_ symbol: SymbolID) -> String?
    /// Whether the book is what the venue's checksum says. True where there is none.
    func agrees(_ book: borrowing LevelBook, _ message: BookMessage) -> Bool
    /// A message that asks for an answer, where silence may be natural.
    var ping: String? { get }
}

extension Venue {
    func resubscription(_ symbol: SymbolID) -> [String] { [] }
    func snapshotPath(_ symbol: SymbolID) -> String? { nil }
    func agrees(_ book: borrowing LevelBook, _ message: BookMessage) -> Bool { true }
    var ping: String? { nil }
}

struct VenueRules: Sendable {
    enum Trades {
        /// A trade's number is its predecessor's plus one: a larger step is a gap.
        case contiguous
        /// Numbers only grow.
        case increasing
        /// The numbers say nothing about order.
        case unordered
    }
    enum Books {
        /// A message says from which update to which it goes; the next one begins where it ends. A snapshot by HTTP.
        case numbered
        /// Messages have times that grow. A snapshot by HTTP.
        case timed
        /// The snapshot comes first on the connection; nothing is numbered.
        case inStream
    }
    var trades = Trades.contiguous
    var books = Books.inStream
    /// How many messages the venue takes a second; further ones wait.
    var messagesPerSecond = 5
    var depth: Int?
}

/// One thing that a message holds.
enum VenueItem: BitwiseCopyable {
    /// `isBaseline`: the trade before the subscription, which says where the numbers stand.
    case trade(Trade, isBaseline: Bool)
    /// Its time is 0 where the venue says none. `sequence`: 0 where it numbers nothing.
    case quote(Quote, sequence: UInt64)
    case bar(Bar)
    /// Of a trade that was told before.
    case correction(TradeCorrection)
    /// A number of a trade that is none for us: the next one's follows it.
    case passedOver(SymbolID, UInt64)
    case book(BookMessage)
    case heartbeat(SymbolID, time: Int64, lastTradeID: UInt64)
    /// The venue has heard what we want.
    case subscribed
    /// What the venue refuses, in its words.
    case error(TextID)
    /// The venue wants this connection to be made anew.
    case restart
}

/// A change of one level: its size from now on, 0 where it goes.
struct LevelChange: BitwiseCopyable {
    var price: Int64  // 1e-9
    var size: Int64  // 1e-8
    var isBid: Bool
}

/// A book's snapshot or update. Its levels lie in the batch.
struct BookMessage: BitwiseCopyable {
    var symbol: SymbolID
    /// 0 where the venue says none.
    var time: Int64
    var isSnapshot = false
    /// The updates from `first` to `last` are in it; a snapshot is as of `last`. 0 where nothing is numbered.
    var first: UInt64 = 0
    var last: UInt64 = 0
    /// The `last` of the message before, where the venue says so.
    var previous: UInt64 = 0
    var isLinked = false
    var checksum: UInt32 = 0
    var hasChecksum = false
    /// Where its levels are.
    var from = 0
    var count = 0
}

/// Why a message was not understood. It is counted and left out; nothing of it is used.
public enum VenueReject: Error, Hashable, Sendable {
    case notJSON(offset: Int)
    case tooDeep(offset: Int)
    case missing(String)
    case twice(String)
    case bad(String, value: String, flaw: String)
}

extension VenueReject: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notJSON(let offset): "no JSON at byte \(offset)"
        case .tooDeep(let offset): "nested deeper than \(JSONCursor.deepest) levels at byte \(offset)"
        case .missing(let key): "no \(key)"
        case .twice(let key): "\(key) is there twice"
        case .bad(let key, let value, let flaw): "\(key) \"\(value)\" \(flaw)"
        }
    }

    /// The kind without the value: texts that are kept must be few.
    var kind: String {
        switch self {
        case .notJSON: "no JSON"
        case .tooDeep: "nested too deeply"
        case .missing(let key): "no \(key)"
        case .twice(let key): "\(key) is there twice"
        case .bad(let key, _, let flaw): "\(key) \(flaw)"
        }
    }

    init(_ flaw: JSONFlaw) { self = flaw.kind == .syntax ? .notJSON(offset: flaw.offset) : .tooDeep(offset: flaw.offset) }
}
