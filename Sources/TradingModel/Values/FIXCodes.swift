import PlainData

/// FIX tag 54.
public enum Side: UInt8, BitwiseCopyable, Sendable, FieldValue {
    case none = 0x20  // ' ': not given
    case buy = 0x31  // '1'
    case sell = 0x32  // '2'
    case sellShort = 0x35  // '5'

    @inlinable public var isBuy: Bool { self == .buy }
    /// FIX's character; nothing where the side is not given.
    public func text(_ names: Names) -> String { self == .none ? "" : String(UnicodeScalar(rawValue)) }
    /// +1 for a buy, −1 for a sell.
    @inlinable public var sign: Int64 { self == .buy ? 1 : -1 }
}

/// FIX tag 40.
public enum OrdType: UInt8, BitwiseCopyable, Sendable, FieldValue {
    case market = 0x31  // '1'
    case limit = 0x32  // '2'
}

/// FIX tag 59.
public enum TimeInForce: UInt8, BitwiseCopyable, Sendable, FieldValue {
    case day = 0x30  // '0'
    case goodTillCancel = 0x31  // '1'
    case atTheOpening = 0x32  // '2': for the opening auction alone
    case immediateOrCancel = 0x33  // '3'
    case fillOrKill = 0x34  // '4'
    case atTheClose = 0x37  // '7': for the closing auction alone

    /// By the words that orders-csv and the command line use.
    public static let words: KeyValuePairs<StaticString, TimeInForce> = [
        "day": .day, "gtc": .goodTillCancel, "opg": .atTheOpening, "ioc": .immediateOrCancel, "fok": .fillOrKill,
        "cls": .atTheClose,
    ]
}

/// FIX tag 851: what an execution was to the book.
public enum LastLiquidityInd: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    case none = 0x20  // ' ': not given
    case maker = 0x31  // '1': the order stood in the book
    case taker = 0x32  // '2': it came to the book
    case routedOut = 0x33  // '3'
    case auction = 0x34  // '4', FIX 5.0 SP2

    /// FIX's character; nothing where it is not given.
    public func text(_ names: Names) -> String { self == .none ? "" : String(UnicodeScalar(rawValue)) }
}

/// FIX tag 39.
public enum OrdStatus: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    case new = 0x30  // '0'
    case partiallyFilled = 0x31  // '1'
    case filled = 0x32  // '2'
    case doneForDay = 0x33  // '3'
    case canceled = 0x34  // '4'
    case replaced = 0x35  // '5', FIX 4.2
    case pendingCancel = 0x36  // '6'
    case stopped = 0x37  // '7'
    case rejected = 0x38  // '8'
    case suspended = 0x39  // '9'
    case pendingNew = 0x41  // 'A'
    case calculated = 0x42  // 'B'
    case expired = 0x43  // 'C'
    case acceptedForBidding = 0x44  // 'D'
    case pendingReplace = 0x45  // 'E'

    /// Nothing more is expected, although a bust or a late fill can still come.
    public var isTerminal: Bool {
        switch self {
        case .filled, .canceled, .rejected, .expired, .doneForDay, .replaced, .calculated: true
        default: false
        }
    }
}

/// FIX tag 150, version 4.4 (fills are `trade`).
public enum ExecType: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    case none = 0x20  // ' ': an OrderCancelReject has no ExecType
    case new = 0x30  // '0'
    case doneForDay = 0x33  // '3'
    case canceled = 0x34  // '4'
    case replaced = 0x35  // '5'
    case pendingCancel = 0x36  // '6'
    case stopped = 0x37  // '7'
    case rejected = 0x38  // '8'
    case suspended = 0x39  // '9'
    case pendingNew = 0x41  // 'A'
    case calculated = 0x42  // 'B'
    case expired = 0x43  // 'C'
    case restated = 0x44  // 'D'
    case pendingReplace = 0x45  // 'E'
    case trade = 0x46  // 'F'
    case tradeCorrect = 0x47  // 'G'
    case tradeCancel = 0x48  // 'H'
    case orderStatus = 0x49  // 'I'
}
