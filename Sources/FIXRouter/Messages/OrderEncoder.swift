import FIXSessions
import PlainData
import TradingModel

/// Why a request cannot be written as a FIX message.
public enum EncodingFlaw: Error, Hashable, Sendable {
    /// A required value is missing, or holds bytes that FIX does not allow in a value.
    case unusable(FIXTag)
}

extension EncodingFlaw: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unusable(let tag): "tag \(tag) is missing or holds control characters"
        }
    }
}

/// Writes requests as messages of FIX 4.2, 4.4 and 5.0 SP2, which differ little here: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G),
/// OrderStatusRequest(H).
struct OrderEncoder: Sendable {
    let names: Names
    var version = FIXVersion.fix44
    var quirks = SessionQuirks()

    /// - Parameters:
    ///   - transactTime: TransactTime(60), nanoseconds since the epoch.
    ///   - possResend: marks a request that may have been sent before under another MsgSeqNum.
    ///   - orderID: OrderID(37), the venue's name of the order that the request is about, for a venue that wants it.
    func encode(
        _ request: OrderRequest, transactTime: Int64, possResend: Bool, orderID: TextID = .none,
        into message: inout FIXMessageBuilder
    ) throws(EncodingFlaw) {
        try encodeStandard(request, transactTime: transactTime, possResend: possResend, orderID: orderID, into: &message)
        try applyQuirks(request, to: &message)
    }

    private func encodeStandard(
        _ request: OrderRequest, transactTime: Int64, possResend: Bool, orderID: TextID, into message: inout FIXMessageBuilder
    ) throws(EncodingFlaw) {
        // A slicer's affair, which no slicer took.
        if request.action.isHold { throw .unusable(.execInst) }
        message.reset(to: request.action.msgType)
        if possResend, quirks.marksResends { message.append(.possResend, flag: true) }
        try append(.clOrdID, request.clOrdID.text(names), to: &message)
        if request.action == .cancel || request.action == .replace {
            try append(.origClOrdID, request.origClOrdID.text(names), to: &message)
        }
        if quirks.namesOrderID, orderID != .none, request.action != .new {
            try append(.orderID, names.text(of: orderID), to: &message)
        }
        if request.account != .none { try append(.account, names.text(of: request.account), to: &message) }
        let symbol = names.text(of: request.symbol)
        try append(.symbol, quirks.symbols[symbol] ?? symbol, to: &message)
        guard request.side != .none else { throw .unusable(.side) }
        message.append(.side, character: request.side.rawValue)
        guard request.action != .status else { return }
        let time = FIXTimestamp.text(utcNanoseconds: transactTime)
        message.append(.transactTime, bytes: quirks.wholeSeconds ? time.prefix(17) : time[...])
        guard request.orderQty.rawValue > 0 || request.action == .cancel else { throw .unusable(.orderQty) }
        if request.orderQty.rawValue > 0 { message.append(.orderQty, request.orderQty.description) }
        guard request.action != .cancel else { return }
        message.append(.handlInst, character: UInt8(ascii: "1"))
        message.append(.ordType, character: request.ordType.rawValue)
        if request.ordType == .limit {
            guard !request.price.isNone else { throw .unusable(.price) }
            message.append(.price, request.price.description)
        }
        message.append(.timeInForce, character: request.timeInForce.rawValue)
    }

    /// Asks whether the venue knows an order, or a replace request by its own ClOrdID. The number comes back in the
    /// answer, from a venue that echoes it.
    func encodeStatusRequest(
        _ request: OrderRequest, number: UInt64, orderID: TextID = .none, into message: inout FIXMessageBuilder
    ) throws(EncodingFlaw) {
        var question = request
        question.action = .status
        try encode(question, transactTime: 0, possResend: false, orderID: orderID, into: &message)
        if version != .fix42 { message.append(.ordStatusReqID, String(number)) }
    }

    /// Asks for the state of all orders. FIX 4.2 has no such message.
    func encodeMassStatusRequest(number: UInt64, into message: inout FIXMessageBuilder) throws(EncodingFlaw) {
        guard version != .fix42 else { throw .unusable(.massStatusReqID) }
        message.reset(to: .orderMassStatusRequest)
        message.append(.massStatusReqID, String(number))
        message.append(.massStatusReqType, character: UInt8(ascii: "7"))
    }

    /// Cancels all orders of the session, in FIX 4.4's words. FIX 4.2 has no such message.
    func encodeMassCancelRequest(number: UInt64, transactTime: Int64, into message: inout FIXMessageBuilder) throws(EncodingFlaw)
    {
        guard version != .fix42 else { throw .unusable(.massCancelRequestType) }
        message.reset(to: .orderMassCancelRequest)
        message.append(.clOrdID, "ALL-\(number)")
        message.append(.massCancelRequestType, character: UInt8(ascii: "7"))
        message.append(.transactTime, utcNanoseconds: transactTime)
    }

    func append(_ tag: FIXTag, _ text: String, to message: inout FIXMessageBuilder) throws(EncodingFlaw) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .unusable(tag) }
        message.append(tag, text)
    }
}

extension OrderRequest.Action {
    var msgType: FIXMsgType {
        switch self {
        case .new: .newOrderSingle
        case .cancel: .orderCancelRequest
        case .replace: .orderCancelReplaceRequest
        case .status: .orderStatusRequest
        case .suspend, .release: .orderCancelReplaceRequest
        }
    }
}
