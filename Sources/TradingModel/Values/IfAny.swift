import PlainData

/// A letter of a venue's code; empty where it says none.
public struct Letter: RawRepresentable, Hashable, BitwiseCopyable, Sendable, FieldValue {
    public var rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let none = Letter(rawValue: 0)
    @inlinable public var word: UInt64 { UInt64(rawValue) }
    public func text(_ names: Names) -> String { rawValue <= 32 ? "" : String(UnicodeScalar(rawValue)) }
}

/// A whole number, where there is one.
public struct CountIfAny: Hashable, BitwiseCopyable, Sendable, FieldValue {
    private var stored: Int64
    public init(_ value: Int64?) { stored = value ?? .min }
    public static let none = CountIfAny(nil)
    public var value: Int64? { stored == .min ? nil : stored }
    public var word: UInt64 { UInt64(bitPattern: stored) }
    public func text(_ names: Names) -> String { value.map(String.init) ?? "" }
}

/// A moment, in nanoseconds since 1970-01-01 UTC, where there is one.
public struct TimeIfAny: Hashable, BitwiseCopyable, Sendable, FieldValue {
    private var stored: Int64
    public init(_ value: Int64?) { stored = value ?? .min }
    public static let none = TimeIfAny(nil)
    public var value: Int64? { stored == .min ? nil : stored }
    public var word: UInt64 { UInt64(bitPattern: stored) }
    public func text(_ names: Names) -> String { value.map(UTC.text) ?? "" }
}
