import TradingModel

/// One message where it lies: a letter, then fields at fixed places, all big-endian.
///
/// Source: Nasdaq, "Nasdaq TotalView-ITCH 5.0", the message formats. Every message begins with its letter, the stock's locate code
/// (2 bytes), a tracking number (2) and the nanoseconds since midnight in New York (6).
struct ITCHMessage {
    let at: UnsafeRawPointer

    @inline(__always)
    func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
        T(bigEndian: at.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    @inline(__always) var letter: UInt8 { at.load(as: UInt8.self) }
    @inline(__always) var locate: Int { Int(load(1, as: UInt16.self)) }
    /// Since midnight. The eight bytes that end with the six of the time are always there.
    @inline(__always) var nanoseconds: Int64 { Int64(bitPattern: load(3, as: UInt64.self) & 0xFFFF_FFFF_FFFF) }

    @inline(__always) func word(_ offset: Int) -> UInt32 { load(offset, as: UInt32.self) }
    @inline(__always) func long(_ offset: Int) -> UInt64 { load(offset, as: UInt64.self) }
    @inline(__always) func byte(_ offset: Int) -> UInt8 { load(offset, as: UInt8.self) }

    /// The number of the order that a message of the book is about.
    @inline(__always) var order: UInt64 { long(11) }

    /// A price with four decimals, in 1e-9.
    @inline(__always)
    static func price(_ raw: UInt32) -> Price { Price(rawValue: Int64(raw) &* 100_000) }
    @inline(__always)
    static func shares(_ count: UInt32) -> Quantity { Quantity(rawValue: Int64(count) &* Quantity.one) }
}

/// The messages of ITCH 5.0.
enum ITCHKind: UInt8, CaseIterable {
    case systemEvent = 0x53  // S
    case stockDirectory = 0x52  // R
    case tradingAction = 0x48  // H
    case regSHO = 0x59  // Y
    case participantPosition = 0x4C  // L
    case declineLevels = 0x56  // V
    case declineStatus = 0x57  // W
    case quotingPeriod = 0x4B  // K
    case auctionCollar = 0x4A  // J
    case operationalHalt = 0x68  // h
    case add = 0x41  // A
    case addWithParticipant = 0x46  // F
    case executed = 0x45  // E
    case executedWithPrice = 0x43  // C
    case cancel = 0x58  // X
    case delete = 0x44  // D
    case replace = 0x55  // U
    case trade = 0x50  // P
    case cross = 0x51  // Q
    case brokenTrade = 0x42  // B
    case imbalance = 0x49  // I
    case retailInterest = 0x4E  // N
    case directListing = 0x4F  // O

    /// In bytes, without the two that say it in a file.
    var length: Int {
        switch self {
        case .systemEvent, .declineStatus: 12
        case .stockDirectory: 39
        case .tradingAction: 25
        case .regSHO, .retailInterest: 20
        case .participantPosition: 26
        case .declineLevels, .auctionCollar, .replace: 35
        case .quotingPeriod: 28
        case .operationalHalt: 21
        case .add, .executedWithPrice: 36
        case .addWithParticipant, .cross: 40
        case .executed: 31
        case .cancel: 23
        case .delete, .brokenTrade: 19
        case .trade: 44
        case .imbalance: 50
        case .directListing: 48
        }
    }

    /// For messages to people.
    var name: String {
        switch self {
        case .systemEvent: "system event"
        case .stockDirectory: "stock directory"
        case .tradingAction: "trading action"
        case .regSHO: "short sale restriction"
        case .participantPosition: "participant position"
        case .declineLevels: "market-wide decline levels"
        case .declineStatus: "market-wide decline status"
        case .quotingPeriod: "IPO quoting period"
        case .auctionCollar: "auction collar"
        case .operationalHalt: "operational halt"
        case .add, .addWithParticipant: "add order"
        case .executed: "order executed"
        case .executedWithPrice: "order executed with price"
        case .cancel: "order cancel"
        case .delete: "order delete"
        case .replace: "order replace"
        case .trade: "trade"
        case .cross: "cross trade"
        case .brokenTrade: "broken trade"
        case .imbalance: "order imbalance"
        case .retailInterest: "retail interest"
        case .directListing: "direct listing"
        }
    }
}
