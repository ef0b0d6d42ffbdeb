import PlainData
import TradingModel

/// One execution of an order. Busts and corrections do not remove it: they end its life, so that the same report
/// arriving again is recognised.
struct Fill: State {
    var execID: TextID = .none
    var quantity: Quantity = .zero
    var price: Price = .none
    /// price · quantity as traded; a stock split changes the quantity and not this.
    var notional: Notional = .zero
    /// False once it was busted or corrected.
    var isLive = false
    /// The venue undid an execution that has not arrived (yet): when it comes, it is dead already.
    var isAwaited = false
    /// Where in the order's fills the correction lies that took its place; −1 for none.
    var successor: Int64 = -1

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&execID.rawValue)
        coder.field(&quantity.rawValue)
        coder.field(&price.rawValue)
        coder.field(&notional.rawValue)
        coder.field(&isLive)
        coder.field(&isAwaited)
        coder.field(&successor)
    }
}

/// A cancel or a replace that we asked for, and how far the venue has come with it.
public struct ModifyRequest: State, Hashable, Sendable {
    public enum Kind: UInt8, BitwiseCopyable, Sendable { case cancel = 0, replace }
    public enum Stage: UInt8, BitwiseCopyable, Sendable {
        /// On its way: the venue has not spoken of it, so it does not show in OrdStatus.
        case sent = 0
        /// The venue said PendingCancel or PendingReplace.
        case acknowledged
        case accepted
        case rejected
    }
    public internal(set) var kind: Kind = .cancel
    public internal(set) var stage: Stage = .sent
    /// Nobody knows whether the request left.
    public internal(set) var isInDoubt = false
    public internal(set) var clOrdID: ClOrdID = .none
    public internal(set) var origClOrdID: ClOrdID = .none
    /// What a replace asks for.
    public internal(set) var orderQty: Quantity = .zero
    public internal(set) var price: Price = .none

    public var isPending: Bool { stage == .sent || stage == .acknowledged }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(code: &kind)
        coder.field(code: &stage)
        coder.field(&isInDoubt)
        coder.field(&clOrdID.rawValue)
        coder.field(&origClOrdID.rawValue)
        coder.field(&orderQty.rawValue)
        coder.field(&price.rawValue)
    }
}
