import PlainData

/// A price per unit, exact, in 1e-9 of the instrument's currency (±9.2 billion). May be negative (spreads, power).
public struct Price: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable, FieldValue {
    public static let scale = 9
    public static let one: Int64 = 1_000_000_000

    public var rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
    /// Reads a decimal text, exactly or not at all.
    public init(_ text: String) throws(Decimal.Flaw) { rawValue = try Decimal.parse(text, scale: Self.scale) }

    public static let zero = Price(rawValue: 0)
    /// No price: a market order's, or the side of a quote where nobody stands. Printed as an empty field.
    public static let none = Price(rawValue: .min)
    @inlinable public var isNone: Bool { rawValue == .min }

    /// For analytics, where binary floating point is named as such.
    @inlinable public var double: Double { Double(rawValue) * 1e-9 }
    @inlinable public static func < (a: Price, b: Price) -> Bool { a.rawValue < b.rawValue }
    @inlinable public var word: UInt64 { UInt64(bitPattern: rawValue) }
    public func text(_ names: Names) -> String { description }
}

extension Price: CustomStringConvertible {
    public var description: String { isNone ? "" : Decimal.text(rawValue, scale: Self.scale) }
}

/// An amount of an instrument, exact, in 1e-8 units (±92 billion). Signed where it is a position.
public struct Quantity: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable, FieldValue {
    public static let scale = 8
    public static let one: Int64 = 100_000_000

    public var rawValue: Int64
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
    /// Reads a decimal text, exactly or not at all.
    public init(_ text: String) throws(Decimal.Flaw) { rawValue = try Decimal.parse(text, scale: Self.scale) }
    /// A whole number of units. Traps past ±92 billion.
    @inlinable public init(units: Int64) { rawValue = units * Self.one }

    public static let zero = Quantity(rawValue: 0)
    @inlinable public var double: Double { Double(rawValue) * 1e-8 }
    @inlinable public var magnitude: Quantity { Quantity(rawValue: abs(rawValue)) }
    @inlinable public static func < (a: Quantity, b: Quantity) -> Bool { a.rawValue < b.rawValue }
    /// Sums trap on overflow, as money does here everywhere.
    @inlinable public static func + (a: Quantity, b: Quantity) -> Quantity { Quantity(rawValue: a.rawValue + b.rawValue) }
    @inlinable public static func - (a: Quantity, b: Quantity) -> Quantity { Quantity(rawValue: a.rawValue - b.rawValue) }
    @inlinable public static prefix func - (a: Quantity) -> Quantity { Quantity(rawValue: -a.rawValue) }
    @inlinable public static func += (a: inout Quantity, b: Quantity) { a.rawValue += b.rawValue }
    @inlinable public static func -= (a: inout Quantity, b: Quantity) { a.rawValue -= b.rawValue }
    @inlinable public var word: UInt64 { UInt64(bitPattern: rawValue) }
    public func text(_ names: Names) -> String { description }

    /// The largest multiple of `lot` that is not larger in size.
    @inlinable public func rounded(downTo lot: Quantity) -> Quantity {
        lot.rawValue > 0 ? Quantity(rawValue: rawValue / lot.rawValue * lot.rawValue) : self
    }
}

extension Quantity: CustomStringConvertible {
    public var description: String { Decimal.text(rawValue, scale: Self.scale) }
}
