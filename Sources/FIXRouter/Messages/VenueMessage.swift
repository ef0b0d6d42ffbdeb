import FIXSessions
import PlainData
import TradingModel

/// What a venue says, read.
enum VenueMessage: Sendable {
    /// `answers` is OrdStatusReqID(790), the number of the question it answers; 0 for one that is not of our making. `mass` tells of
    /// a question about all orders.
    case report(ExecutionReport, answers: UInt64?, mass: MassAnswer? = nil)
    /// OrderMassCancelReport(r): whether the venue does it, and what it says.
    case massCanceled(isAccepted: Bool, affected: Int?, text: String)
    case refusal(MessageRefusal)
}

/// Reject(3) or BusinessMessageReject(j): the venue refuses one of our messages as a message.
public struct MessageRefusal: Hashable, Sendable {
    /// RefSeqNum(45): the MsgSeqNum of what is refused.
    public var refSeqNum: UInt64
    /// RefMsgType(372); nil where the venue does not say.
    public var refMsgType: FIXMsgType?
    /// RefTagID(371); 0 where the venue does not say.
    public var refTagID: Int
    /// SessionRejectReason(373) or BusinessRejectReason(380); −1 where the venue does not say.
    public var reason: Int
    /// BusinessRejectRefID(379), for an order its ClOrdID.
    public var clOrdID: ClOrdID
    public var text: String
    public var msgSeqNum: UInt64
    public var eventTime: Int64
}

/// Reads ExecutionReport(8), OrderCancelReject(9), Reject(3) and BusinessMessageReject(j) of FIX 4.2, 4.4 and 5.0 SP2.
struct VenueMessageDecoder: Sendable {
    let names: Names
    /// The desk's name of an instrument, by the venue's, where they differ.
    var symbols: [String: String] = [:]

    func decode(_ message: borrowing some FIXFieldReader & ~Copyable) throws(UnreadableMessage) -> VenueMessage {
        do throws(MessageFlawError) {
            let type = try message.required(.msgType, message.withField(.msgType) { FIXMsgType(bytes: $0) })
            switch type {
            case .some(.executionReport):
                let report = try executionReport(message)
                guard report.execType == .orderStatus else { return .report(report, answers: nil) }
                return .report(report, answers: number(message, .ordStatusReqID), mass: try massAnswer(message))
            case .some(.orderMassCancelReport):
                let isAccepted = try message.required(.massCancelResponse, message.code(.massCancelResponse) { $0 }) != 48
                return .massCanceled(
                    isAccepted: isAccepted, affected: try message.integer(.totalAffectedOrders),
                    text: message.freeText(.text) ?? "")
            case .some(.orderCancelReject): return .report(try orderCancelReject(message), answers: nil)
            case .some(.reject): return .refusal(try refusal(message, reason: .sessionRejectReason))
            case .some(.businessMessageReject): return .refusal(try refusal(message, reason: .businessRejectReason))
            case .some(let type): throw MessageFlawError(.unsupported(type))
            case .none: throw MessageFlawError(.malformed(.msgType))
            }
        } catch {
            throw UnreadableMessage(flaw: error.flaw, raw: message.text())
        }
    }

    private func number(_ m: borrowing some FIXFieldReader & ~Copyable, _ tag: FIXTag) -> UInt64? {
        m.withField(tag) { UInt64(String(decoding: $0, as: UTF8.self)) ?? 0 }
    }

    private func massAnswer(_ m: borrowing some FIXFieldReader & ~Copyable) throws(MessageFlawError) -> MassAnswer? {
        guard let number = number(m, .massStatusReqID) else { return nil }
        return MassAnswer(number: number, total: try m.integer(.totNumReports), isLast: try m.flag(.lastRptRequested))
    }

    /// A fill must say what it filled; a bust and a correction must say which fill they are about.
    private func executionReport(_ m: borrowing some FIXFieldReader & ~Copyable) throws(MessageFlawError) -> ExecutionReport {
        let execType = try executed(m, as: try m.required(.execType, m.code(.execType, ExecType.init(fix:))))
        let ordStatus = try m.required(.ordStatus, m.code(.ordStatus, OrdStatus.init(rawValue:)))
        let execID = try m.required(.execID, m.identifier(.execID))
        let cumQty = try m.required(.cumQty, m.quantity(.cumQty))
        let leavesQty = try m.required(.leavesQty, m.quantity(.leavesQty))
        let symbol = try m.required(.symbol, m.identifier(.symbol))
        let side = try m.required(.side, m.code(.side, Side.init(fix:)))
        let (lastQty, lastPx) = (try m.quantity(.lastQty), try m.price(.lastPx))
        let execRefID = try m.identifier(.execRefID)
        if execType == .trade || execType == .tradeCorrect {
            _ = try m.required(.lastQty, lastQty)
            _ = try m.required(.lastPx, lastPx)
        }
        if execType == .tradeCancel || execType == .tradeCorrect { _ = try m.required(.execRefID, execRefID) }
        let (orderQty, avgPx) = (try m.quantity(.orderQty), try m.price(.avgPx))
        let (orderID, account) = (try m.identifier(.orderID), try m.identifier(.account))
        let (clOrdID, origClOrdID) = (try m.identifier(.clOrdID), try m.identifier(.origClOrdID))
        let ordRejReason = try reason(m, .ordRejReason)
        let common = try Common(m)
        var report = ExecutionReport(
            eventTime: common.eventTime, msgType: .executionReport, clOrdID: id(clOrdID), origClOrdID: id(origClOrdID),
            orderID: interned(orderID), execID: interned(execID), execRefID: interned(execRefID), execType: execType,
            ordStatus: ordStatus, symbol: names.symbol(symbols[symbol] ?? symbol), side: side, orderQty: orderQty ?? .zero,
            cumQty: cumQty,
            leavesQty: leavesQty, lastQty: lastQty ?? .zero, lastPx: lastPx ?? .none, avgPx: avgPx ?? .none,
            ordRejReason: ordRejReason, msgSeqNum: common.msgSeqNum, possDup: common.possDup, possResend: common.possResend,
            account: interned(account), text: interned(m.freeText(.text)))
        addCharges(m, to: &report)
        return report
    }

    /// What a report says of its execution's cost. None of it is worth refusing a fill for: what cannot be read is not given.
    private func addCharges(_ m: borrowing some FIXFieldReader & ~Copyable, to report: inout ExecutionReport) {
        report.lastLiquidityInd =
            m.withField(.lastLiquidityInd) { $0.count == 1 ? LastLiquidityInd(rawValue: $0[0]) ?? .none : .none } ?? .none
        // Commission (12) as money; per unit and in percent are for others to work out.
        let isAbsolute = m.withField(.commType) { $0.count == 1 && $0[0] == UInt8(ascii: "3") } ?? true
        if isAbsolute, let text = m.freeText(.commission) { report.commission = (try? Price(text)) ?? .none }
    }

    /// FIX 4.2 says in a field of its own that an execution is canceled or corrected, or that this is an answer.
    private func executed(
        _ m: borrowing some FIXFieldReader & ~Copyable, as execType: ExecType
    ) throws(MessageFlawError) -> ExecType {
        switch try m.code(.execTransType, { (48...51).contains($0) ? $0 : nil }) {
        case UInt8(ascii: "1"): .tradeCancel
        case UInt8(ascii: "2"): .tradeCorrect
        case UInt8(ascii: "3"): .orderStatus
        default: execType
        }
    }

    private func orderCancelReject(_ m: borrowing some FIXFieldReader & ~Copyable) throws(MessageFlawError) -> ExecutionReport {
        let clOrdID = try m.required(.clOrdID, m.identifier(.clOrdID))
        let origClOrdID = try m.required(.origClOrdID, m.identifier(.origClOrdID))
        let ordStatus = try m.required(.ordStatus, m.code(.ordStatus, OrdStatus.init(rawValue:)))
        let (orderID, account) = (try m.identifier(.orderID), try m.identifier(.account))
        let cxlRejReason = try reason(m, .cxlRejReason)
        let common = try Common(m)
        return ExecutionReport(
            eventTime: common.eventTime, msgType: .orderCancelReject, clOrdID: id(clOrdID), origClOrdID: id(origClOrdID),
            orderID: interned(orderID), execType: .none, ordStatus: ordStatus, symbol: SymbolID(rawValue: 0), side: .none,
            cxlRejReason: cxlRejReason, msgSeqNum: common.msgSeqNum, possDup: common.possDup, possResend: common.possResend,
            account: interned(account), text: interned(m.freeText(.text)))
    }

    private func refusal(
        _ m: borrowing some FIXFieldReader & ~Copyable, reason tag: FIXTag
    ) throws(MessageFlawError) -> MessageRefusal {
        let refSeqNum = try m.required(.refSeqNum, m.integer(.refSeqNum))
        guard refSeqNum >= 0 else { throw MessageFlawError(.malformed(.refSeqNum)) }
        let refID = try m.identifier(.businessRejectRefID)
        let (refTagID, why) = (try m.integer(.refTagID), try m.integer(tag))
        let common = try Common(m)
        return MessageRefusal(
            refSeqNum: UInt64(refSeqNum), refMsgType: m.withField(.refMsgType) { FIXMsgType(bytes: $0) } ?? nil,
            refTagID: refTagID ?? 0, reason: why ?? -1, clOrdID: id(refID), text: m.freeText(.text) ?? "",
            msgSeqNum: common.msgSeqNum, eventTime: common.eventTime)
    }

    /// What every message carries.
    private struct Common {
        let eventTime: Int64
        let msgSeqNum: UInt64
        let possDup, possResend: Bool

        init(_ m: borrowing some FIXFieldReader & ~Copyable) throws(MessageFlawError) {
            eventTime = try m.required(.sendingTime, m.instant(.transactTime, .sendingTime))
            let number = try m.required(.msgSeqNum, m.integer(.msgSeqNum))
            guard number > 0 else { throw MessageFlawError(.malformed(.msgSeqNum)) }
            msgSeqNum = UInt64(number)
            possDup = try m.flag(.possDupFlag)
            possResend = try m.flag(.possResend)
        }
    }

    private func reason(_ m: borrowing some FIXFieldReader & ~Copyable, _ tag: FIXTag) throws(MessageFlawError) -> Int16 {
        guard let value = try m.integer(tag) else { return -1 }
        guard let reason = Int16(exactly: value), reason >= 0 else { throw MessageFlawError(.malformed(tag)) }
        return reason
    }

    // Texts are interned last, when the whole message has proved readable: an unreadable one leaves no trace in the names.
    private func interned(_ text: String?) -> TextID { text.map { names.text($0) } ?? .none }

    private func id(_ text: String?) -> ClOrdID {
        guard var text else { return .none }
        return text.withUTF8 { ClOrdID(echoed: UnsafeRawBufferPointer($0), names: names) }
    }
}

extension ExecType {
    /// FIX 4.2's fills, 1 and 2, are 4.4's trade; some venues of either version send them.
    fileprivate init?(fix code: UInt8) {
        switch code {
        case UInt8(ascii: "1"), UInt8(ascii: "2"): self = .trade
        case UInt8(ascii: " "): return nil
        default: self.init(rawValue: code)
        }
    }
}

extension Side {
    fileprivate init?(fix code: UInt8) {
        guard code != UInt8(ascii: " ") else { return nil }
        self.init(rawValue: code)
    }
}
