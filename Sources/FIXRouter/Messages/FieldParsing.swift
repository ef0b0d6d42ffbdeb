import FIXSessions
import TradingModel

/// Reads fields exactly or not at all.
extension FIXFieldReader where Self: ~Copyable {
    func required<Value>(_ tag: FIXTag, _ value: Value?) throws(MessageFlawError) -> Value {
        guard let value else { throw MessageFlawError(.missing(tag)) }
        return value
    }

    /// FIX's Qty: digits with at most one point, no sign but a minus, no exponent. Quantities of orders are never negative.
    func quantity(_ tag: FIXTag) throws(MessageFlawError) -> Quantity? {
        guard let value = try decimal(tag, scale: Quantity.scale) else { return nil }
        guard value >= 0 else { throw MessageFlawError(.malformed(tag)) }
        return Quantity(rawValue: value)
    }

    /// FIX's Price; may be negative.
    func price(_ tag: FIXTag) throws(MessageFlawError) -> Price? {
        try decimal(tag, scale: Price.scale).map { Price(rawValue: $0) }
    }

    private func decimal(_ tag: FIXTag, scale: Int) throws(MessageFlawError) -> Int64? {
        try withField(tag) { bytes throws(MessageFlawError) in
            // The parser also reads exponents and a plus sign, which FIX's float does not have.
            guard bytes.allSatisfy({ $0 &- 48 < 10 || $0 == 46 || $0 == 45 }) else { throw MessageFlawError(.malformed(tag)) }
            do throws(Decimal.Flaw) { return try Decimal.parse(bytes, scale: scale) } catch {
                throw MessageFlawError(.malformed(tag))
            }
        }
    }

    /// A whole number of at most nine digits.
    func integer(_ tag: FIXTag) throws(MessageFlawError) -> Int? {
        try withField(tag) { bytes throws(MessageFlawError) in
            guard (1...10).contains(bytes.count) else { throw MessageFlawError(.malformed(tag)) }
            var value = 0
            var digits = bytes[...]
            let isNegative = digits.first == 45
            if isNegative { digits = digits.dropFirst() }
            guard (1...9).contains(digits.count) else { throw MessageFlawError(.malformed(tag)) }
            for byte in digits {
                guard byte &- 48 < 10 else { throw MessageFlawError(.malformed(tag)) }
                value = value * 10 + Int(byte &- 48)
            }
            return isNegative ? -value : value
        }
    }

    /// A one-character code; `read` says which there are.
    func code<Code>(_ tag: FIXTag, _ read: (UInt8) -> Code?) throws(MessageFlawError) -> Code? {
        try withField(tag) { bytes throws(MessageFlawError) in
            guard bytes.count == 1, let code = read(bytes[0]) else { throw MessageFlawError(.malformed(tag)) }
            return code
        }
    }

    /// Y or N; absent is N.
    func flag(_ tag: FIXTag) throws(MessageFlawError) -> Bool {
        try code(tag) { byte -> Bool? in byte == UInt8(ascii: "Y") ? true : byte == UInt8(ascii: "N") ? false : nil } ?? false
    }

    /// A text of 1 to 256 bytes. Longer ones are no identifier, and every text is kept for the day.
    func identifier(_ tag: FIXTag) throws(MessageFlawError) -> String? {
        try withField(tag) { bytes throws(MessageFlawError) in
            guard (1...256).contains(bytes.count) else { throw MessageFlawError(.malformed(tag)) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Free text; cut at 256 bytes.
    func freeText(_ tag: FIXTag) -> String? {
        withField(tag) { String(decoding: UnsafeRawBufferPointer(rebasing: $0.prefix(256)), as: UTF8.self) }
    }

    /// Nanoseconds since the epoch of the first of the tags that is there.
    func instant(_ tags: FIXTag...) throws(MessageFlawError) -> Int64? {
        for tag in tags {
            let instant = try withField(tag) { bytes throws(MessageFlawError) in
                guard let instant = FIXTimestamp.utcNanoseconds(of: bytes) else { throw MessageFlawError(.malformed(tag)) }
                return instant
            }
            if let instant { return instant }
        }
        return nil
    }
}

/// A flaw on its way to becoming an `UnreadableMessage`.
struct MessageFlawError: Error {
    let flaw: MessageFlaw

    init(_ flaw: MessageFlaw) { self.flaw = flaw }
}
