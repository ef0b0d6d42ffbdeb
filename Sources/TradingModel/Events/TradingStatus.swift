import PlainData

/// What a venue says of whether an instrument trades: halts, pauses, auctions, the day's phases. 24 bytes, no padding.
///
/// Source: Databento, "Schemas and data formats: status" (databento.com/docs), whose codes these are.
public struct TradingStatus: Element {
    public static var elementName: String { "TradingStatus" }
    public var eventTime: Int64
    public var symbol: SymbolID
    /// What it does now: `trading`, `halt`, `preOpen` …
    public var action: Code<StatusAction>
    /// Why.
    public var reason: Code<StatusReason>
    public var event: Code<StatusEvent>
    /// `Y`, `N`; empty where the venue does not say.
    public var isTrading: Letter, isQuoting: Letter, isShortSellRestricted: Letter
    private var reserved: UInt8 = 0, alsoReserved: UInt16 = 0

    public init(
        eventTime: Int64, symbol: SymbolID, action: UInt16, reason: UInt16, event: UInt16, isTrading: Letter, isQuoting: Letter,
        isShortSellRestricted: Letter
    ) {
        (self.eventTime, self.symbol) = (eventTime, symbol)
        (self.action, self.reason, self.event) = (Code(action), Code(reason), Code(event))
        (self.isTrading, self.isQuoting, self.isShortSellRestricted) = (isTrading, isQuoting, isShortSellRestricted)
    }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("action", action)
        visitor.field("reason", reason)
        visitor.field("trading_event", event)
        visitor.field("is_trading", isTrading)
        visitor.field("is_quoting", isQuoting)
        visitor.field("is_short_sell_restricted", isShortSellRestricted)
    }
}

/// A code of a list that may grow: one that is not known shows as its number.
public struct Code<List: CodeList>: Hashable, BitwiseCopyable, Sendable, FieldValue {
    public let rawValue: UInt16
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }
    /// Nil where it is not known.
    public var value: List? { List(rawValue: rawValue) }
    public var word: UInt64 { UInt64(rawValue) }
    public func text(_ names: Names) -> String { value.map { String(describing: $0) } ?? String(rawValue) }
}
public protocol CodeList: RawRepresentable, Hashable, BitwiseCopyable, Sendable where RawValue == UInt16 {}

public enum StatusAction: UInt16, CodeList {
    case none = 0
    case preOpen, preCross, quoting, cross, rotation, newPriceIndication, trading, halt, pause, suspend, preClose, close
    case postClose, ssrChange, notAvailableForTrading
}

public enum StatusReason: UInt16, CodeList {
    case none = 0
    case scheduled, surveillanceIntervention, marketEvent, instrumentActivation, instrumentExpiration, recoveryInProcess
    case regulatory = 10
    case administrative, nonCompliance, filingsNotCurrent, secTradingSuspension, newIssue, issueAvailable, issuesReviewed
    case filingReqsSatisfied
    case newsPending = 30
    case newsReleased, newsAndResumptionTimes, newsNotForthcoming
    case orderImbalance = 40
    case luldPause = 50
    case operational = 60
    case additionalInformationRequested = 70
    case mergerEffective = 80
    case etf = 90
    case corporateAction = 100
    case newSecurityOffering = 110
    case marketWideHaltLevel1 = 120
    case marketWideHaltLevel2, marketWideHaltLevel3, marketWideHaltCarryover, marketWideHaltResumption
    case quotationNotAvailable = 130
}

public enum StatusEvent: UInt16, CodeList {
    case none = 0
    case noCancel, changeTradingSession, impliedMatchingOn, impliedMatchingOff
}
