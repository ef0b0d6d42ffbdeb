import PlainData

/// An instrument's number; its text lies in `Names`. Small, so that it can index a table.
public struct SymbolID: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable, FieldValue {
    public var rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable public var index: Int { Int(rawValue) }
    @inlinable public static func < (a: SymbolID, b: SymbolID) -> Bool { a.rawValue < b.rawValue }
    @inlinable public var word: UInt64 { UInt64(rawValue) }
    public func text(_ names: Names) -> String { names.text(rawValue, in: .symbols) }
}

/// The number of an interned text: an account, a strategy, an ExecID, a reason. 0 is "none".
public struct TextID: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable, FieldValue {
    public var rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let none = TextID(rawValue: 0)
    @inlinable public static func < (a: TextID, b: TextID) -> Bool { a.rawValue < b.rawValue }
    @inlinable public var word: UInt64 { UInt64(rawValue) }
    public func text(_ names: Names) -> String { number ?? names.text(rawValue, in: .texts) }

    /// From here on an id is a number with a text of its own, which no table holds: `O7` for an order (even), `E7` for an
    /// execution. A simulated venue numbers so what it makes inside the graph, where nothing may be interned.
    public static let firstNumber: UInt32 = 1 << 30
    private var number: String? {
        guard rawValue >= Self.firstNumber else { return nil }
        let (count, kind) = (rawValue - Self.firstNumber).quotientAndRemainder(dividingBy: 2)
        return (kind == 0 ? "O" : "E") + String(count)
    }
}

extension Names {
    public func symbol(_ text: String) -> SymbolID { SymbolID(rawValue: intern(text, in: .symbols)) }
    public func text(_ text: String) -> TextID { TextID(rawValue: intern(text, in: .texts)) }
    public func text(of symbol: SymbolID) -> String { text(symbol.rawValue, in: .symbols) }
    public func text(of id: TextID) -> String { id.text(self) }
}
