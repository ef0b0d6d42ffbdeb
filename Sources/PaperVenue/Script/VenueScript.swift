import PlainData
import TradingModel

/// What goes wrong at a venue, and when: the steps of a `venue-script.yaml`.
///
/// A script is a pure function of what comes to the venue and of the venue's time: the same day gives the same mishaps.
public struct VenueScript: Sendable {
    /// What a step waits for.
    public enum Trigger: String, Sendable, CaseIterable {
        /// The venue opens, or somebody logs on.
        case start, logon
        /// A request comes.
        case new, cancel, replace, status
        /// The venue has something to say.
        case report

        var isRequest: Bool { self == .new || self == .cancel || self == .replace || self == .status }
        init(_ action: OrderRequest.Action) {
            self =
                switch action {
                case .new: .new
                case .cancel: .cancel
                case .replace: .replace
                case .status, .suspend, .release: .status
                }
        }
    }
    /// What a request meets before the engine sees it.
    public struct Reception: Sendable {
        /// OrdRejReason (103) or CxlRejReason (102).
        var rejectReason: Int16?
        var isIgnored = false, isPending = false
        var delay: Int64 = 0
        var isAny: Bool { rejectReason != nil || isIgnored || isPending || delay > 0 }
    }
    /// What a report meets on its way out.
    public struct Transport: Sendable {
        var isLost = false, isPossResend = false
        var copies = 0, hold = 0
        var delay: Int64 = 0
        var isAny: Bool { isLost || copies > 0 || hold > 0 || delay > 0 }
    }
    /// Which executions of an order a bust or a correction is about.
    public enum Which: String, Sendable, CaseIterable { case this, last, first, all }

    /// What happens to an order, in the market, or to a session.
    public enum Happening: Sendable {
        /// Nil quantity: what is left. Nil price: its limit, or the displayed one.
        case fill(Quantity?, Price?)
        case bust(Which)
        case correct(Which, Quantity?, Price?)
        case end(OrdStatus)
        case restate(Quantity?, Price?)
        case say(SpokenReport)
        /// Nil: every symbol.
        case halt(SymbolID?)
        case resume(SymbolID?)
        case quote(Quote)
        case trade(Trade)
        /// Orders are collected for an auction from now on. Nil: every symbol.
        case call(SymbolID?)
        /// Where `isOfTape`, the next print is the auction.
        case auction(AuctionUpdate.Kind, SymbolID?, isOfTape: Bool)
        /// Somebody else's order for the next auction.
        case interest(SymbolID, Side, Quantity, Price?)
        /// For so many ns nobody can log on.
        case disconnect(Int64, saysGoodbye: Bool)
        /// The trading day ends.
        case close

        /// Whether it needs an order.
        var isOfOrder: Bool {
            switch self {
            case .fill, .bust, .correct, .end, .restate, .say: true
            default: false
            }
        }
    }
    public struct Step: Sendable {
        var on = Trigger.start
        /// Names of orders with `*` for any letters; nil matches all.
        var order: String?
        /// Whom its happenings are about, likewise; nil: the order that set it off.
        var subject: String?
        /// The one order that `subject` names, where it is no pattern.
        var subjectID: ClOrdID?
        var symbol: SymbolID?
        var account: TextID?
        var side: Side?
        var execType: ExecType?
        /// Whether `exec_type: cancel-reject` is meant.
        var isCancelReject = false
        /// From which match on it applies, and to how many; 0: to all that follow.
        var nth: Int64 = 1, times: Int64 = 1
        var after: Int64 = 0
        /// A time of day (UTC, ns since midnight) at which it comes, in place of the venue's opening.
        var at: Int64?
        var reception = Reception(), transport = Transport()
        var happenings: [Happening] = []
        var text = TextID.none
        /// `venue-script.yaml:14`.
        var place = ""
    }

    public var name = ""
    public var steps: [Step] = []
    /// OrderID of what the venue does not know.
    var none = TextID.none
    public init() {}

    public var isEmpty: Bool { steps.isEmpty }
    /// Another script's steps behind these.
    public mutating func append(_ other: VenueScript) {
        steps += other.steps
        if none == .none { none = other.none }
    }
    /// Whether executions must be kept, to be taken back.
    var needsExecutions: Bool {
        steps.contains {
            $0.happenings.contains {
                switch $0 {
                case .bust, .correct: true
                default: false
                }
            }
        }
    }
}

/// A report in a script's own words; what is not given is as the order has it.
public struct SpokenReport: Sendable {
    var execType: ExecType?, ordStatus: OrdStatus?, isCancelReject = false
    var orderQty: Quantity?, cumQty: Quantity?, leavesQty: Quantity?, lastQty: Quantity?
    var lastPx: Price?, avgPx: Price?
    var clOrdID: ClOrdID?, origClOrdID: ClOrdID?
    var execID: TextID?, execRefID: TextID?, orderID: TextID?
    var symbol: SymbolID?, side: Side?
}

/// Names with `*` for any letters.
enum Glob {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let (p, t) = (Array(pattern.utf8), Array(text.utf8)), star = UInt8(ascii: "*")
        var (i, j, back, from) = (0, 0, -1, 0)
        while j < t.count {
            if i < p.count, p[i] == star {
                (back, from) = (i, j)
                i += 1
            } else if i < p.count, p[i] == t[j] {
                i += 1
                j += 1
            } else if back >= 0 {
                from += 1
                (i, j) = (back + 1, from)
            } else {
                return false
            }
        }
        return p[i...].allSatisfy { $0 == star }
    }
}
