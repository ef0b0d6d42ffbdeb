import PlainData

/// One change of an order book: of a price level (L2, `orderID` 0) or of one order (L3). 56 bytes, no padding.
///
/// One message of a venue may be many changes. They are one transaction: the last one carries `.endOfTransaction`, and only
/// then does the book say something. Actions and flags mean what they mean in Databento's DBN, the bits included:
///
/// | action | L2 | L3 |
/// |---|---|---|
/// | `add`, `modify` | the level's size is now `size`; 0 takes the level away | the order stands at `price` with `size` |
/// | `cancel` | the level goes | `size` of the order goes; 0, or all it has: the order goes |
/// | `clear` | the side goes; without a side, both | the same |
/// | `trade`, `fill` | nothing: what they take off the book comes as a change of its own | the same |
/// | `snapshotBegin` | the book is emptied; what follows up to `snapshotEnd` fills it | the same |
/// | `snapshotEnd` | the book is whole, as of `sequence` | the same |
/// | `status` | nothing but `quality`, which is what the feed says of the book | the same |
///
/// Source: Databento, "Schemas and conventions: common fields, enums and types" (databento.com/docs).
public struct BookDelta: Element {
    public enum Action: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
        case add = 0x41  // 'A'
        case modify = 0x4D  // 'M'
        case cancel = 0x43  // 'C'
        case clear = 0x52  // 'R'
        case trade = 0x54  // 'T'
        case fill = 0x46  // 'F'
        /// No change. DBN's 'N'.
        case none = 0x4E
        case snapshotBegin = 0x5B  // '['
        case snapshotEnd = 0x5D  // ']'
        case status = 0x51  // 'Q'
        public func text(_ names: Names) -> String { String(describing: self) }
    }

    /// DBN's bits.
    public struct Flags: OptionSet, Hashable, BitwiseCopyable, Sendable, FieldValue {
        public var rawValue: UInt8
        @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The last change of its message: the book may be read (F_LAST).
        public static let endOfTransaction = Flags(rawValue: 128)
        /// Tells the best level only (F_TOB).
        public static let topOfBook = Flags(rawValue: 64)
        /// Comes from a snapshot, not from the stream (F_SNAPSHOT).
        public static let snapshot = Flags(rawValue: 32)
        /// Is of a whole level, not of an order (F_MBP).
        public static let level = Flags(rawValue: 16)
        /// The venue's clock cannot be trusted here (F_BAD_TS_RECV).
        public static let badTime = Flags(rawValue: 8)
        /// The source has seen a gap that it has not made good (F_MAYBE_BAD_BOOK).
        public static let maybeBad = Flags(rawValue: 4)
        @inlinable public var word: UInt64 { UInt64(rawValue) }
        public func text(_ names: Names) -> String { String(rawValue) }
    }

    public static var elementName: String { "BookDelta" }
    public var eventTime: Int64
    public var price: Price
    public var size: Quantity
    /// The venue's number of the order; 0 where levels are told.
    public var orderID: UInt64
    /// The venue's number of the message; 0 where it has none.
    public var sequence: UInt64
    public var symbol: SymbolID
    /// How many orders stand at the level, where the venue says so.
    public var orders: UInt32
    public var actionByte: UInt8
    @usableFromInline var sideByte: UInt8
    public var flags: Flags
    /// Of the book, as far as the source knows.
    public var quality: BookQuality
    @usableFromInline var reserved: UInt32 = 0

    @inlinable public var action: Action { Action(rawValue: actionByte) ?? .none }
    /// `.buy`: bids, `.sell`: asks, `.none`: both, or it does not matter.
    @inlinable public var side: Side { Side(rawValue: sideByte) ?? .none }
    @inlinable public var isEndOfTransaction: Bool { flags.contains(.endOfTransaction) }

    @inlinable public init(
        eventTime: Int64, symbol: SymbolID, action: Action, side: Side = .none, price: Price = .none, size: Quantity = .zero,
        orderID: UInt64 = 0, sequence: UInt64 = 0, orders: UInt32 = 0, flags: Flags = [], quality: BookQuality = .ok
    ) {
        (self.eventTime, self.price, self.size, self.orderID, self.sequence) = (eventTime, price, size, orderID, sequence)
        (self.symbol, self.orders, self.flags, self.quality) = (symbol, orders, flags, quality)
        (actionByte, sideByte) = (action.rawValue, side.rawValue)
    }
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("symbol", symbol)
        visitor.field("action", action)
        visitor.field("side", side)
        visitor.field("price", price)
        visitor.field("size", size)
        visitor.field("order_id", orderID)
        visitor.field("orders", orders)
        visitor.field("sequence", sequence)
        visitor.field("flags", flags)
        visitor.field("quality", quality)
    }
}
