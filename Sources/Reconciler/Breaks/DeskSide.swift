import TradingModel

/// What the desk believes at the end of the day: from the OMS or from the ledger, with where the journal says it.
public struct DeskSide: Sendable {
    /// A fill that stands: busted ones left out, a corrected one as its correction.
    public struct Fill: Sendable, Equatable {
        /// The journal record that it came with.
        public var sequence: UInt64
        public var eventTime: Int64
        public var execID: String, clOrdID: String, symbol: String
        public var side: Side
        public var quantity: Quantity, price: Price
        /// What the desk expects it to cost; nil where it has no expectation, and then fees are not compared.
        public var fee: Notional?

        public init(
            sequence: UInt64, eventTime: Int64, execID: String, clOrdID: String, symbol: String, side: Side, quantity: Quantity,
            price: Price, fee: Notional? = nil
        ) {
            (self.sequence, self.eventTime, self.execID, self.clOrdID) = (sequence, eventTime, execID, clOrdID)
            (self.symbol, self.side, self.quantity, self.price, self.fee) = (symbol, side, quantity, price, fee)
        }
    }
    /// Of one account and strategy; those of one symbol are added up, since the venue knows no strategies.
    public struct Position: Sendable, Equatable {
        public var sequence: UInt64
        public var symbol: String
        public var quantity: Quantity
        /// What a unit is worth: the last price, or the average; `.none` where neither is known.
        public var price: Price

        public init(sequence: UInt64, symbol: String, quantity: Quantity, price: Price = .none) {
            (self.sequence, self.symbol, self.quantity, self.price) = (sequence, symbol, quantity, price)
        }
    }
    public struct Order: Sendable, Equatable {
        public var sequence: UInt64
        /// All ids that the order had: its own and those of its replaces.
        public var clOrdIDs: [String]
        public var symbol: String
        public var orderQty: Quantity
        public var certainty: Certainty
        /// What may still trade, and the limit it would trade at.
        public var leavesQty: Quantity, price: Price

        public init(
            sequence: UInt64, clOrdIDs: [String], symbol: String, orderQty: Quantity, leavesQty: Quantity = .zero,
            price: Price = .none, certainty: Certainty = .known
        ) {
            (self.sequence, self.clOrdIDs, self.symbol, self.orderQty) = (sequence, clOrdIDs, symbol, orderQty)
            (self.leavesQty, self.price, self.certainty) = (leavesQty, price, certainty)
        }
    }
    public var fills: [Fill], positions: [Position]
    /// Nil where orders are not compared.
    public var orders: [Order]?

    public init(fills: [Fill], positions: [Position], orders: [Order]? = nil) {
        (self.fills, self.positions, self.orders) = (fills, positions, orders)
    }
}
