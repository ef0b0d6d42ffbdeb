import PlainData
import TradingModel

/// The kinds of differences, by the codes of the reconciliation's list.
public enum BreakClass: UInt8, Sendable, CaseIterable, Comparable {
    case orderMissingAtVenue = 1, orderUnknownLocally, statusMismatch, fillMissingLocally, fillMissingAtVenue, fillDuplicate
    case fillFieldMismatch, overfill, position, cashOrFee, inDoubtTimeout, sequenceGap, bustOrCorrectUnmatched
    case lateAfterTerminal, corporateAction

    public var code: String { "B\(rawValue)" }

    public var name: String {
        switch self {
        case .orderMissingAtVenue: "ORDER_MISSING_AT_VENUE"
        case .orderUnknownLocally: "ORDER_UNKNOWN_LOCALLY"
        case .statusMismatch: "STATUS_MISMATCH"
        case .fillMissingLocally: "FILL_MISSING_LOCALLY"
        case .fillMissingAtVenue: "FILL_MISSING_AT_VENUE"
        case .fillDuplicate: "FILL_DUPLICATE"
        case .fillFieldMismatch: "FILL_FIELD_MISMATCH"
        case .overfill: "OVERFILL"
        case .position: "POSITION_BREAK"
        case .cashOrFee: "CASH_FEE_BREAK"
        case .inDoubtTimeout: "IN_DOUBT_TIMEOUT"
        case .sequenceGap: "SEQUENCE_GAP"
        case .bustOrCorrectUnmatched: "BUST_CORRECT_UNMATCHED"
        case .lateAfterTerminal: "LATE_AFTER_TERMINAL"
        case .corporateAction: "CORPORATE_ACTION"
        }
    }
    public static func < (a: BreakClass, b: BreakClass) -> Bool { a.rawValue < b.rawValue }
}

/// One difference between the desk and the venue. It states the two sides and proposes nothing: an adjustment is
/// somebody's decision, and never made against the venue's word alone.
public struct Break: Sendable, Equatable {
    public enum State: String, Sendable {
        case open = "OPEN"
        case matchedLate = "MATCHED_LATE"
        case autoResolved = "AUTO_RESOLVED"
        case approvedAdjustment = "APPROVED_ADJUSTMENT"
        case accepted = "ACCEPTED"
    }
    /// Sixteen hexadecimal digits: the same difference has the same id in every run.
    public var id: String
    public var kind: BreakClass
    public var symbol: String
    /// The ExecID, the ClOrdID or the symbol that it is about.
    public var key: String
    public var ours: String, theirs: String
    /// What is at stake, in the currency of the price: never negative.
    public var exposure: Notional
    /// Where the journal says ours, and where the statement says theirs.
    public var sequence: UInt64?, statementLine: Int?
    public var state = State.open

    init(
        _ kind: BreakClass, symbol: String, key: String, place: Int = 0, ours: String, theirs: String, exposure: Notional,
        sequence: UInt64?, line: Int?
    ) {
        (self.kind, self.symbol, self.key, self.ours, self.theirs) = (kind, symbol, key, ours, theirs)
        (self.exposure, self.sequence, statementLine) = (exposure.magnitude, sequence, line)
        let hash = SHA256.hex([kind.code, symbol, key, String(place)].map { "\($0.utf8.count):\($0)" }.joined())
        id = String(hash.prefix(16))
    }

    public var evidence: String {
        var parts: [String] = []
        if let sequence { parts.append("journal record \(sequence)") }
        if let statementLine { parts.append("statement line \(statementLine)") }
        return parts.joined(separator: ", ")
    }
}

extension Break: CustomStringConvertible {
    public var description: String {
        """
        \(kind.code) \(kind.name) \(symbol) \(key): ours \(ours.isEmpty ? "nothing" : ours), \
        theirs \(theirs.isEmpty ? "nothing" : theirs); exposure \(exposure) (\(evidence))
        """
    }
}
