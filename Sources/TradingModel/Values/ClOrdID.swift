import PlainData

/// The client's order id (FIX tag 11), a function of the journal: the day, the vertex that made the order, the
/// sequence of the record that caused it, and its place among the orders of that record. A replay makes the same ones.
///
///     bits  63     day 12      52 51 vertex 6 46 45        sequence 34        12 11 place 12 0
///
/// Ids that came from outside (an EMS, a CSV of orders) are interned texts instead; the day 4095 marks them.
public struct ClOrdID: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable, FieldValue {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let none = ClOrdID(rawValue: 0)
    @inlinable public var isNone: Bool { rawValue == 0 }
    @inlinable public static func < (a: ClOrdID, b: ClOrdID) -> Bool { a.rawValue < b.rawValue }

    static let foreignDay: UInt64 = 4_095

    /// - Parameters:
    ///   - day: days since 2020-01-01, below 4 095 (the year 2031).
    ///   - vertex: which of the graph's order-making vertices, below 64.
    ///   - sequence: the cause's, below 2^34.
    ///   - place: below 4 096.
    public init(day: UInt64, vertex: UInt64, sequence: UInt64, place: UInt64) {
        precondition(day < Self.foreignDay, "a ClOrdID's day is within 4095 days of 2020-01-01")
        precondition(vertex < 64 && sequence < 1 << 34 && place < 1 << 12, "a ClOrdID's parts are in range")
        rawValue = day << 52 | vertex << 46 | sequence << 12 | place
    }

    /// The id that somebody else chose.
    public init(foreign text: TextID) { rawValue = Self.foreignDay << 52 | UInt64(text.rawValue) }

    public var foreignText: TextID? {
        rawValue >> 52 == Self.foreignDay ? TextID(rawValue: UInt32(truncatingIfNeeded: rawValue)) : nil
    }
    /// The sequence of the record that caused the order; nil for an id from outside.
    public var sequence: UInt64? { rawValue >> 52 == Self.foreignDay ? nil : rawValue >> 12 & (1 << 34 - 1) }

    @inlinable public var word: UInt64 { rawValue }
    public func text(_ names: Names) -> String {
        if isNone { return "" }
        if let foreignText { return names.text(of: foreignText) }
        return ownText
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Thirteen characters of Crockford's base 32 (no I, L, O, U).
    public var ownText: String {
        String(unsafeUninitializedCapacity: 13) { bytes in
            for i in 0..<13 { bytes[i] = Self.alphabet[Int(rawValue >> UInt64(60 - 5 * i) & 31)] }
            return 13
        }
    }

    /// The id that a venue echoes: one of ours, or a text that is interned.
    public init(echoed bytes: UnsafeRawBufferPointer, names: Names) {
        if let own = ClOrdID.own(bytes) {
            self = own
        } else if bytes.isEmpty {
            self = .none
        } else {
            self.init(foreign: names.text(String(decoding: bytes, as: UTF8.self)))
        }
    }

    static func own(_ bytes: UnsafeRawBufferPointer) -> ClOrdID? {
        // Thirteen digits are 65 bits: the first one is below 16.
        guard bytes.count == 13, let first = alphabet.firstIndex(of: bytes[0]), first < 16 else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard let digit = alphabet.firstIndex(of: byte) else { return nil }
            value = value << 5 | UInt64(digit)
        }
        return value >> 52 == foreignDay || value == 0 ? nil : ClOrdID(rawValue: value)
    }
}

/// Makes the ids of one vertex.
public struct ClOrdIDMaker: State {
    public var day: UInt64, vertex: UInt64
    private var lastSequence: UInt64 = 0, place: UInt64 = 0

    public init(day: UInt64, vertex: UInt64) { (self.day, self.vertex) = (day, vertex) }

    /// The id of the next order that the record `sequence` causes. One that causes more than 4,096, as a kill switch may, takes
    /// the places of the records after it; what those cause goes on behind.
    public mutating func next(_ sequence: UInt64) -> ClOrdID {
        if sequence > lastSequence {
            (lastSequence, place) = (sequence, 0)
        } else if place < 4_095 {
            place += 1
        } else {
            (lastSequence, place) = (lastSequence + 1, 0)
        }
        return ClOrdID(day: day, vertex: vertex, sequence: lastSequence, place: place)
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&day)
        coder.field(&vertex)
        coder.field(&lastSequence)
        coder.field(&place)
    }
}
