import FIXSessions
import PlainData
import TradingModel

/// A client's message as the venue's engine takes it.
struct OrderEntry {
    var request: OrderRequest
    /// PossResend(97)=Y: an order with a known id is a question, not a duplicate (FIX Appendix D, D31).
    var isPossResend: Bool
}

/// Why a message is no order; the session answers with a reject.
struct EntryFlaw: Error, Equatable {
    var verdict: FIXVerdict
}

extension OrderEntry {
    /// Reads NewOrderSingle (D), OrderCancelRequest (F), OrderCancelReplaceRequest (G) and OrderStatusRequest (H).
    /// - Parameter time: goes into the request; the venue's clock, not the client's.
    init(_ message: borrowing FIXMessageView, names: Names, at time: Int64) throws(EntryFlaw) {
        let action: OrderRequest.Action
        switch message.msgType {
        case .newOrderSingle: action = .new
        case .orderCancelRequest: action = .cancel
        case .orderCancelReplaceRequest: action = .replace
        case .orderStatusRequest: action = .status
        default: throw EntryFlaw(verdict: .unsupportedMsgType)
        }
        let hasOrder = action == .new || action == .replace
        let hasOriginal = action == .cancel || action == .replace
        let ordType = hasOrder ? try Self.code(message, .ordType, OrdType.self) : .market
        var price = Price.none
        if let text = message.string(.price) {
            do throws(Decimal.Flaw) { price = try Price(text) } catch { throw EntryFlaw(verdict: .badValue(.price)) }
        } else if hasOrder, ordType == .limit {
            throw EntryFlaw(verdict: .missingField(.price))
        }
        var quantity = Quantity.zero
        if let text = message.string(.orderQty) {
            do throws(Decimal.Flaw) { quantity = try Quantity(text) } catch { throw EntryFlaw(verdict: .badValue(.orderQty)) }
        } else if hasOrder {
            throw EntryFlaw(verdict: .missingField(.orderQty))
        }
        let timeInForce = message.has(.timeInForce) ? try Self.code(message, .timeInForce, TimeInForce.self) : .day
        guard let symbol = message.string(.symbol) else { throw EntryFlaw(verdict: .missingField(.symbol)) }
        let side = try Self.code(message, .side, Side.self)
        request = OrderRequest(
            eventTime: time, action: action, clOrdID: try Self.id(message, .clOrdID, names),
            origClOrdID: hasOriginal ? try Self.id(message, .origClOrdID, names) : .none,
            account: message.string(.account).map { names.text($0) } ?? .none, symbol: names.symbol(symbol), side: side,
            orderQty: quantity, ordType: ordType, price: ordType == .market ? .none : price, timeInForce: timeInForce)
        isPossResend = message.flag(.possResend)
    }

    private static func id(_ message: borrowing FIXMessageView, _ tag: FIXTag, _ names: Names) throws(EntryFlaw) -> ClOrdID {
        guard let id = message.withField(tag, { ClOrdID(echoed: $0, names: names) }), !id.isNone else {
            throw EntryFlaw(verdict: .missingField(tag))
        }
        return id
    }

    private static func code<C: RawRepresentable<UInt8>>(
        _ message: borrowing FIXMessageView, _ tag: FIXTag, _ type: C.Type
    ) throws(EntryFlaw) -> C {
        guard let bytes = message.bytes(tag) else { throw EntryFlaw(verdict: .missingField(tag)) }
        guard bytes.count == 1, let code = C(rawValue: bytes[0]) else { throw EntryFlaw(verdict: .badValue(tag)) }
        return code
    }
}
