import PlainData

/// What is wrong with a book. Empty: nothing, it may be traded on.
public struct BookQuality: OptionSet, Hashable, BitwiseCopyable, Sendable, FieldValue {
    public var rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No snapshot yet, or one is under way: levels are missing.
    public static let building = BookQuality(rawValue: 1)
    /// Messages are missing; the levels are those before the gap.
    public static let gap = BookQuality(rawValue: 2)
    /// Nothing was heard for too long, or an operator says so.
    public static let stale = BookQuality(rawValue: 4)
    /// The best bid is above the best ask.
    public static let crossed = BookQuality(rawValue: 8)
    /// The best bid is the best ask.
    public static let locked = BookQuality(rawValue: 16)
    /// The venue's checksum is another.
    public static let checksum = BookQuality(rawValue: 32)
    /// A change spoke of an order or a level that is not there, or of a number that cannot be.
    public static let inconsistent = BookQuality(rawValue: 64)
    /// A message is half applied.
    public static let open = BookQuality(rawValue: 128)

    public static let ok: BookQuality = []
    @inlinable public var isOK: Bool { rawValue == 0 }

    @inlinable public var word: UInt64 { UInt64(rawValue) }
    public func text(_ names: Names) -> String { description }

    private static let words = ["building", "gap", "stale", "crossed", "locked", "checksum", "inconsistent", "open"]
}

extension BookQuality: CustomStringConvertible {
    /// `ok`, or what is wrong: `gap+stale`.
    public var description: String {
        if isOK { return "ok" }
        return Self.words.indices.filter { rawValue & 1 << UInt8($0) != 0 }.map { Self.words[$0] }.joined(separator: "+")
    }
}
