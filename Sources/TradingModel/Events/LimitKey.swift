import PlainData

/// The limits that people may change while a desk runs, by the names that they have in a topology.
public enum LimitKey: UInt8, BitwiseCopyable, Sendable, FieldValue, CaseIterable {
    case none = 0
    case maxQuantity = 1, maxNotional, softNotional, maxPosition, collar
    case maxGross, maxNet, maxLong, maxShort, maxOpenOrders, maxOpenNotional, maxLoss, softLoss, maxRepeats
    /// Whether nothing may be ordered in an instrument: `on` or `none`.
    case restricted
    /// Of all, of one strategy, of one account within the throttle's window; the credit of all accounts, or of one.
    case throttle, strategyThrottle, accountThrottle, credit
    /// A whole set of limits, as a file has it.
    case set

    /// `max_quantity`.
    public var name: String {
        String(describing: self).reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
    public init?(name: String) {
        guard let key = Self.single.first(where: { $0.name == name }) else { return nil }
        self = key
    }
    /// Those that are changed one by one.
    public static var single: [LimitKey] { allCases.filter { $0 != .none && $0 != .set } }
    public func text(_ names: Names) -> String { name }

    /// Whether it may be one instrument's.
    public var isOfSymbol: Bool { (rawValue > 0 && rawValue <= LimitKey.collar.rawValue) || self == .restricted }
    /// Whether it may be one account's.
    public var isOfAccount: Bool { self == .credit }
    /// Whether it counts something: then its amount is a whole number.
    public var isCount: Bool {
        switch self {
        case .collar, .maxOpenOrders, .maxRepeats, .throttle, .strategyThrottle, .accountThrottle: true
        default: false
        }
    }
    /// Whether it may be taken away altogether: those that every order needs may not.
    public var mayBeNone: Bool {
        switch self {
        case .maxQuantity, .maxNotional, .maxPosition, .collar, .throttle, .none: false
        default: true
        }
    }
}
