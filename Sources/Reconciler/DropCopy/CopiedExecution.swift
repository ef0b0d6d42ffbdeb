import PlainData
import TradingModel

/// An execution as the venue told it and as its copy has it.
struct CopiedExecution: State {
    static let nothing = ExecutionReport(
        eventTime: 0, clOrdID: .none, execType: .none, ordStatus: .new, symbol: SymbolID(rawValue: 0), side: .none)

    var ours = Self.nothing, theirs = Self.nothing
    var isWaiting = false
    /// The break that is open, and what differs then.
    var open: CopyBreak.Kind?
    var differs = CopyBreak.Difference.none

    var isOurs: Bool { ours.execID != .none }
    var isTheirs: Bool { theirs.execID != .none }

    /// The first of the terms that two reports of one execution do not have in common. What one of them leaves out is not compared; what
    /// a bust says of the trade that it takes back is the venue's affair.
    static func difference(_ a: ExecutionReport, _ b: ExecutionReport) -> CopyBreak.Difference {
        if !a.clOrdID.isNone, !b.clOrdID.isNone, a.clOrdID != b.clOrdID { return .clOrdID }
        if a.symbol != b.symbol { return .symbol }
        if a.side != b.side { return .side }
        if a.execType != b.execType { return .execType }
        if a.execRefID != .none, b.execRefID != .none, a.execRefID != b.execRefID { return .execRefID }
        guard a.execType == .trade || a.execType == .tradeCorrect else { return .none }
        if a.lastQty != b.lastQty { return .lastQty }
        return a.lastPx == b.lastPx ? .none : .lastPx
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.element(&ours)
        coder.element(&theirs)
        coder.field(&isWaiting)
        var code = open?.rawValue ?? 0
        coder.field(&code)
        open = CopyBreak.Kind(rawValue: code)
        coder.field(code: &differs)
    }
}
