import PlainData

/// Money: price × quantity, exact, in 1e-17 of a currency. 128 bits hold the product of any price and quantity, and two of
/// the very largest; it never rounds, and a sum past that (1.7e21 of a currency) traps rather than wraps.
public struct Notional: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable, FieldValue {
    public static let scale = 17

    public var rawValue: Int128
    @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }
    @inlinable public init(_ price: Price, _ quantity: Quantity) {
        rawValue = Int128(price.rawValue) * Int128(quantity.rawValue)
    }
    /// A decimal amount such as a limit; at most 9 digits behind the point.
    public init(_ text: String) throws(Decimal.Flaw) {
        rawValue = Int128(try Decimal.parse(text, scale: 6)) * 100_000_000_000
    }

    public static let zero = Notional(rawValue: 0)
    /// Whole units are exact up to 2⁵³, and so are the decimals that a double has: 2000 prints as 2000.
    @inlinable public var double: Double {
        let (whole, rest) = rawValue.quotientAndRemainder(dividingBy: 100_000_000_000_000_000)
        return Double(whole) + Double(rest) / 1e17
    }
    @inlinable public var magnitude: Notional { Notional(rawValue: rawValue < 0 ? -rawValue : rawValue) }
    @inlinable public static func < (a: Notional, b: Notional) -> Bool { a.rawValue < b.rawValue }
    @inlinable public static func + (a: Notional, b: Notional) -> Notional { Notional(rawValue: a.rawValue + b.rawValue) }
    @inlinable public static func - (a: Notional, b: Notional) -> Notional { Notional(rawValue: a.rawValue - b.rawValue) }
    @inlinable public static prefix func - (a: Notional) -> Notional { Notional(rawValue: -a.rawValue) }
    @inlinable public static func += (a: inout Notional, b: Notional) { a.rawValue += b.rawValue }
    @inlinable public static func -= (a: inout Notional, b: Notional) { a.rawValue -= b.rawValue }

    @inlinable public var word: UInt64 {
        UInt64(truncatingIfNeeded: rawValue) ^ UInt64(truncatingIfNeeded: rawValue >> 64) &* 0x9E37_79B9_7F4A_7C15
    }
    public func text(_ names: Names) -> String { description }

    /// This money per unit of `quantity`, rounded half to even at 1e-9. Nil when the quantity is zero or the price
    /// does not fit.
    public func price(per quantity: Quantity) -> Price? {
        guard quantity.rawValue != 0 else { return nil }
        let (whole, rest) = rawValue.quotientAndRemainder(dividingBy: Int128(quantity.rawValue))
        let twice = rest.magnitude * 2, size = Int128(quantity.rawValue).magnitude
        var rounded = whole
        if twice > size || (twice == size && whole % 2 != 0) {
            rounded += (rest < 0) == (quantity.rawValue < 0) ? 1 : -1
        }
        return Int64(exactly: rounded).map { Price(rawValue: $0) }
    }
}

extension Notional: CustomStringConvertible {
    public var description: String { Decimal.text(rawValue, scale: Self.scale) }
}
