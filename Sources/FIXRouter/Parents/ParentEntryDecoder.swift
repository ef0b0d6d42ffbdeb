import FIXSessions
import PlainData
import TradingModel

/// Reads what an EMS sends: NewOrderSingle (D), OrderCancelRequest (F), OrderCancelReplaceRequest (G), OrderStatusRequest (H) and
/// DontKnowTrade (Q) of FIX 4.2, 4.4 and 5.0 SP2.
///
/// A message that lacks a field, or has a value that is none of its tag's, is thrown: the session refuses it as a message
/// (Reject, BusinessMessageReject). One that can be read and asks for what is not done becomes an entry with the reason:
/// it is on record, and its order is answered as Rejected.
struct ParentEntryDecoder: Sendable {
    let names: Names
    /// What parents are booked under.
    var strategy = TextID.none

    /// - Parameter now: when it came in, nanoseconds since 1970.
    func decode(_ message: borrowing some FIXFieldReader & ~Copyable, at now: Int64) throws(UnreadableMessage) -> ParentEntry {
        do throws(MessageFlawError) { return try entry(message, now) } catch {
            throw UnreadableMessage(flaw: error.flaw, raw: message.text())
        }
    }

    private func entry(_ m: borrowing some FIXFieldReader & ~Copyable, _ now: Int64) throws(MessageFlawError) -> ParentEntry {
        guard let type = m.withField(.msgType, { FIXMsgType(bytes: $0) }) ?? nil else {
            throw MessageFlawError(.malformed(.msgType))
        }
        let msgType = try kind(type, m)
        let number = try m.required(.msgSeqNum, m.integer(.msgSeqNum))
        guard number > 0 else { throw MessageFlawError(.malformed(.msgSeqNum)) }
        var entry = ParentEntry(
            eventTime: now, msgType: msgType, clOrdID: .none, strategy: strategy, msgSeqNum: UInt64(number),
            possDup: try m.flag(.possDupFlag), possResend: try m.flag(.possResend))
        if msgType == .dontKnowTrade {
            let execID = try m.required(.execID, m.identifier(.execID))
            entry.execID = names.text(execID)
            if let text = m.freeText(.text) { entry.text = names.text(text) }
            return entry
        }
        let clOrdID = try m.required(.clOrdID, m.identifier(.clOrdID))
        let symbol = try m.required(.symbol, m.identifier(.symbol)), account = try m.identifier(.account)
        let isChange = msgType == .orderCancelRequest || msgType.isReplace
        let original = isChange ? try m.required(.origClOrdID, m.identifier(.origClOrdID)) : nil
        var refusal: EntryRefusal?
        func note(_ more: EntryRefusal) { refusal = refusal ?? more }
        let side = try m.required(.side, m.code(.side) { $0 })
        entry.side = Side(rawValue: side) ?? .none
        if entry.side == .none {
            note(.unsupported("Side (54) \(Character(UnicodeScalar(side))) is not carried; there are 1, 2 and 5"))
        }
        if msgType == .newOrderSingle || msgType.isReplace {
            try readOrder(m, into: &entry, note)
            do throws(EntryRefusal) { entry.terms = try terms(m) } catch { note(error) }
        }
        // Texts are interned last, when the whole message has proved readable.
        entry.clOrdID = id(clOrdID)
        if let original { entry.origClOrdID = id(original) }
        (entry.terms.eventTime, entry.terms.clOrdID) = (now, entry.clOrdID)
        entry.symbol = names.symbol(symbol)
        if let account { entry.account = names.text(account) }
        if let refusal { (entry.rejReason, entry.text) = (refusal.reason, names.text(refusal.text)) }
        return entry
    }

    private func kind(
        _ type: FIXMsgType, _ m: borrowing some FIXFieldReader & ~Copyable
    ) throws(MessageFlawError) -> ParentEntry.MsgType {
        switch type {
        case .newOrderSingle: .newOrderSingle
        case .orderCancelRequest: .orderCancelRequest
        case .orderCancelReplaceRequest: try hold(m)
        case .orderStatusRequest: .orderStatusRequest
        case .dontKnowTrade: .dontKnowTrade
        default: throw MessageFlawError(.unsupported(type))
        }
    }

    /// ExecInst (18) holds codes of a character between blanks: S suspends the order, q releases it. Both at once say nothing.
    private func hold(_ m: borrowing some FIXFieldReader & ~Copyable) throws(MessageFlawError) -> ParentEntry.MsgType {
        let codes = (m.freeText(.execInst) ?? "").split(separator: " ")
        let (suspends, releases) = (codes.contains("S"), codes.contains("q"))
        guard !(suspends && releases) else { throw MessageFlawError(.malformed(.execInst)) }
        return suspends ? .suspend : releases ? .release : .orderCancelReplaceRequest
    }

    private func readOrder(
        _ m: borrowing some FIXFieldReader & ~Copyable, into entry: inout ParentEntry, _ note: (EntryRefusal) -> Void
    ) throws(MessageFlawError) {
        entry.orderQty = try m.required(.orderQty, m.quantity(.orderQty))
        if entry.orderQty <= .zero {
            note(EntryRefusal(reason: 13, text: "OrderQty (38) \(entry.orderQty) is no quantity to trade"))
        }
        let ordType = try m.required(.ordType, m.code(.ordType) { $0 })
        if let known = OrdType(rawValue: ordType) {
            entry.ordType = known
        } else {
            note(
                .unsupported(
                    "OrdType (40) \(Character(UnicodeScalar(ordType))) is not carried; there are 1 (market) and 2 (limit)"))
        }
        let price = try m.price(.price)
        if entry.ordType == .limit { entry.price = try m.required(.price, price) }
        switch try m.code(.timeInForce, { $0 }) {
        case nil, UInt8(ascii: "0"): break
        case UInt8(ascii: "1"): entry.timeInForce = .goodTillCancel
        // Good till a time: the parent's end. Its children are orders of the day.
        case UInt8(ascii: "6"): _ = try m.required(.expireTime, m.instant(.expireTime))
        case let other?:
            note(
                .unsupported(
                    "TimeInForce (59) \(Character(UnicodeScalar(other))) is not carried for a parent; there are 0, 1, and 6 with ExpireTime"
                ))
        }
    }

    /// What the order says of how it is to be worked.
    private func terms(_ m: borrowing some FIXFieldReader & ~Copyable) throws(EntryRefusal) -> ParentTerms {
        var terms = ParentTerms()
        if let code = m.freeText(.targetStrategy) {
            guard let number = Int(code), number > 0, let strategy = ParentTerms.Strategy(targetStrategy: number) else {
                let offered = ParentTerms.Strategy.allCases.filter { $0 != .usual }.map { "\($0.targetStrategy) \($0.name)" }
                throw .unsupported(
                    "TargetStrategy (847) \(code.prefix(16)) is not known; there are \(offered.joined(separator: ", "))")
            }
            terms.strategy = strategy
        }
        terms.start = try instant(m, .effectiveTime) ?? 0
        terms.end = try instant(m, .expireTime) ?? 0
        if let text = m.freeText(.participationRate) {
            terms.rate = try ParentTerms.share("ParticipationRate (849)", text, atLeast: 1)
        }
        for tag in [FIXTag.maxFloor, .displayQty] {
            if let text = m.freeText(tag) { terms.display = try ParentTerms.quantity("tag \(tag)", text) }
        }
        if terms.display > .zero, terms.strategy == .usual { terms.strategy = .iceberg }
        var parameters: [StrategyParameter] = []
        if let text = m.freeText(.targetStrategyParameters) { parameters = try StrategyParameters.list(text) }
        let hasGroup = [FIXTag.noStrategyParameters, .strategyParameterName, .strategyParameterType, .strategyParameterValue]
            .contains { tag in m.withField(tag) { _ in true } ?? false }
        if hasGroup {
            parameters += try StrategyParameters.group(m.text())
        }
        var seen: Set<String> = []
        for parameter in parameters {
            guard seen.insert(parameter.name.lowercased()).inserted else {
                throw .unsupported("strategy parameter \(parameter.name) is given twice")
            }
            try terms.set(parameter)
        }
        if terms.start > 0, terms.end > 0, terms.end <= terms.start {
            throw .unsupported("the end lies before the start: nothing can be traded in between")
        }
        return terms
    }
    private func instant(_ m: borrowing some FIXFieldReader & ~Copyable, _ tag: FIXTag) throws(EntryRefusal) -> Int64? {
        do throws(MessageFlawError) { return try m.instant(tag) } catch {
            throw .unsupported("tag \(tag) is no UTC time like 20260302-14:30:00")
        }
    }

    private func id(_ text: String) -> ClOrdID {
        var text = text
        return text.withUTF8 { ClOrdID(echoed: UnsafeRawBufferPointer($0), names: names) }
    }
}
