import TradingModel

/// How long the router waits. Nanoseconds.
public struct SendLimits: Hashable, Sendable {
    /// For the venue's first word on a request, and for its answer to an OrderStatusRequest.
    public var answer: Int64
    /// How old a new order or a replace may be when it leaves: one that waited longer for a session is refused instead,
    /// because a stale price must not reach the market. A cancel always leaves.
    public var orderAge: Int64

    public init(answer: Int64 = 5_000_000_000, orderAge: Int64 = 10_000_000_000) {
        (self.answer, self.orderAge) = (answer, orderAge)
    }
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
    case statusUnanswered, statusRefused(String), unknownAtVenue, unreadableReport, reportsLost
}

/// Why a request was refused before the venue took it. Each of them is certain.
enum Refusal: Hashable, Sendable {
    case tooOld, unencodable
    /// An order whose cancel was asked for before it had left.
    case canceledBefore
    /// A cancel or replace of an order that was refused before it left.
    case orderNeverLeft
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
        case .unencodable: "not sent: it cannot be written as a FIX message"
        case .message(let text, let reason): "refused as a message (reason \(reason)): \(text)"
        }
    }
}
