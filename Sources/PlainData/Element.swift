/// What flows along an edge: plain data with a fixed list of named fields.
///
/// The one description `fields` serves the digest, the journal's dump, the CSV sink and the comparison of two
/// runs, so that they can never disagree on what an element holds. Market data stays within 64 bytes (a cache
/// line); an execution report is larger and rarer.
public protocol Element: BitwiseCopyable, Sendable {
    /// The element's name in topologies, journals and messages: `Trade`.
    static var elementName: String { get }
    /// When it happened where it comes from, in nanoseconds since 1970-01-01 UTC.
    var eventTime: Int64 { get }
    /// Shows every field to the visitor, always in the same order.
    func fields<V: FieldVisitor>(_ visitor: inout V)
}

/// Something that wants to see an element's fields.
public protocol FieldVisitor {
    /// A moment, in nanoseconds since 1970-01-01 UTC.
    mutating func time(_ name: StaticString, _ nanoseconds: Int64)
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F)
}

/// A field's value: one word for the digest, a text for people and files.
public protocol FieldValue: BitwiseCopyable, Sendable {
    var word: UInt64 { get }
    func text(_ names: Names) -> String
}

/// The element of an output that an operator does not have.
public struct Nothing: Element {
    public static var elementName: String { "Nothing" }
    @inlinable public var eventTime: Int64 { 0 }
    @inlinable public init() {}
    @inlinable public func fields<V: FieldVisitor>(_ visitor: inout V) {}
}

extension Int64: FieldValue {
    @inlinable public var word: UInt64 { UInt64(bitPattern: self) }
    public func text(_ names: Names) -> String { String(self) }
}

extension UInt64: FieldValue {
    @inlinable public var word: UInt64 { self }
    public func text(_ names: Names) -> String { String(self) }
}

extension UInt32: FieldValue {
    @inlinable public var word: UInt64 { UInt64(self) }
    public func text(_ names: Names) -> String { String(self) }
}

extension UInt8: FieldValue {
    @inlinable public var word: UInt64 { UInt64(self) }
    public func text(_ names: Names) -> String { String(self) }
}

extension Double: FieldValue {
    @inlinable public var word: UInt64 { bitPattern }
    /// The shortest text that reads back as the same number; empty for "not a number", which means absent.
    public func text(_ names: Names) -> String {
        if isNaN { return "" }
        let text = description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// An enumeration whose raw value is one byte, most often FIX's character.
extension FieldValue where Self: RawRepresentable, RawValue == UInt8 {
    @inlinable public var word: UInt64 { UInt64(rawValue) }
    public func text(_ names: Names) -> String { String(UnicodeScalar(rawValue)) }
}
