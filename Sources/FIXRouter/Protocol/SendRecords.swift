import TradingModel

/// How long the router waits. Nanoseconds.
public struct SendLimits: Hashable, Sendable {
    /// For the venue's first word on a request, and for its answer to an OrderStatusRequest.
    public var answer: Int64
    /// How old a new order or a replace may be when it leaves: one that waited longer for a session is refused instead,
    /// because a stale price must not reach the market. A cancel always leaves.
    public var orderAge: Int64
    public var pace = SendPace()
    public var replaces = ReplacePolicy.one
    public var questions = QuestionPolicy.order
    /// From how many waiting cancels on one message cancels all orders, where all are to be canceled; nil: never.
    public var massCancel: Int?

    public init(answer: Int64 = 5_000_000_000, orderAge: Int64 = 10_000_000_000) {
        (self.answer, self.orderAge) = (answer, orderAge)
    }
}

/// How fast requests leave, and how many at a time.
public struct SendPace: Hashable, Sendable {
    /// The most messages in any window of `per`; nil: as many as come.
    public var messages: Int?
    public var per: Int64 = 1_000_000_000
    /// How many of them are kept free for cancels.
    public var reserve = 0
    /// The most orders and replaces that the venue has not named yet; nil: as many as come.
    public var unacknowledged: Int?

    public init(messages: Int? = nil, reserve: Int? = nil, unacknowledged: Int? = nil) {
        self.messages = messages
        self.unacknowledged = unacknowledged
        // A tenth; of one message a second nothing can be kept.
        if let messages { self.reserve = min(reserve ?? max(1, messages / 10), messages - 1) }
    }
}

/// How a venue is asked about orders in doubt.
public enum QuestionPolicy: String, Hashable, Sendable, CaseIterable {
    /// An OrderStatusRequest(H) each.
    case order
    /// After a logon one OrderMassStatusRequest(AF) for all of them; what its answers leave open is asked about one by one.
    case mass
    /// Not at all: a venue that answers neither. A person has to look.
    case none
}

/// How many requests to change an order are under way at a time.
public enum ReplacePolicy: String, Hashable, Sendable, CaseIterable {
    /// One; what comes meanwhile waits for the venue's decision. The latest replace takes the place of one that waits, a
    /// cancel that of all.
    case one
    /// As many as come, each naming the one before it: for venues that take them so (FIX Appendix D, D.2).
    case chain
}

/// What became of handing a message to the session.
enum HandOver: Hashable, Sendable {
    case sent(msgSeqNum: UInt64)
    /// Nothing left and no number was used.
    case notLoggedOn
    /// Nothing left: the request cannot be written as a message.
    case unencodable
    /// It may have left.
    case failed
}

/// Why an order's fate is unknown.
enum Doubt: Hashable, Sendable {
    case sendNotRecorded, answerNotRecorded, sendFailed, sessionLost, gapFilled, noAnswer
    case statusUnanswered, statusRefused(String), unknownAtVenue, unreadableReport, reportsLost, notAsked
}

/// Why a request was refused before the venue took it. Each of them is certain.
enum Refusal: Hashable, Sendable {
    case tooOld, unencodable
    /// An order whose cancel was asked for before it had left.
    case canceledBefore
    /// A cancel or replace of an order that was refused before it left.
    case orderNeverLeft
    /// A replace that had not left when a later request took its place.
    case superseded
    /// A cancel of an order that has ended meanwhile.
    case orderEnded
    /// It grew too old behind the throttle, behind unanswered requests, or behind an earlier change of its order.
    case heldBack
    case message(String, reason: Int)
}

/// What the router puts into the journal beside the venue's reports.
enum Record: Equatable {
    case sent(OrderRequest, msgSeqNum: UInt64)
    case inDoubt(OrderRequest, Doubt)
    case refused(OrderRequest, Refusal)

    static func == (a: Record, b: Record) -> Bool {
        switch (a, b) {
        case (.sent(let x, let m), .sent(let y, let n)): x.clOrdID == y.clOrdID && m == n
        case (.inDoubt(let x, let d), .inDoubt(let y, let e)): x.clOrdID == y.clOrdID && d == e
        case (.refused(let x, let r), .refused(let y, let s)): x.clOrdID == y.clOrdID && r == s
        default: false
        }
    }
}

extension Doubt: CustomStringConvertible {
    var description: String {
        switch self {
        case .sendNotRecorded: "the process ended before the send was recorded"
        case .answerNotRecorded: "the process ended before the venue's answer was recorded"
        case .sendFailed: "sending failed; it may have left"
        case .sessionLost: "the session was lost before the venue answered"
        case .gapFilled: "the venue had not read it when it asked for a resend"
        case .noAnswer: "the venue has not answered in time"
        case .statusUnanswered: "no answer to OrderStatusRequest"
        case .statusRefused(let text): "the venue refuses OrderStatusRequest: \(text)"
        case .unknownAtVenue: "the venue does not know it"
        case .unreadableReport: "a report about it could not be read"
        case .notAsked: "the session says that this venue answers no questions (status: none)"
        case .reportsLost: "the session began anew; what the venue reported in between is lost"
        }
    }
}

extension Refusal: CustomStringConvertible {
    var description: String {
        switch self {
        case .tooOld: "not sent: it waited too long for the session"
        case .canceledBefore: "not sent: it was canceled before it left"
        case .orderNeverLeft: "not sent: its order never left"
        case .superseded: "not sent: a later request took its place before it left"
        case .orderEnded: "not sent: its order has ended"
        case .heldBack:
            "not sent: it waited too long for the session's throttle, for unanswered requests, or for an earlier change of its order"
        case .unencodable: "not sent: it cannot be written as a FIX message"
        case .message(let text, let reason): "refused as a message (reason \(reason)): \(text)"
        }
    }
}
