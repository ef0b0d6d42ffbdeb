import PlainData
import TradingModel

/// Reads the messages of an ITCH 5.0 file as Nasdaq publishes it: two bytes of length, big-endian, before each; a length of zero ends
/// the session. Packed or not, larger than memory or not; nothing is allocated per message.
struct ITCHReader {
    let blocks: RecordBlocks
    /// By letter: the message's length, 0 where there is no such message.
    private let lengths: LengthTable
    /// Counts what no output gives.
    let tally: RecordTally
    /// Midnight in New York of the file's day, ns since 1970 UTC.
    let midnight: Int64
    private var at: UnsafeRawPointer?
    private var left = 0
    private var consumed = 0
    private var hasEnded = false
    /// How many messages were read.
    private(set) var count: UInt64 = 0

    init(_ file: ByteFile, midnight: Int64) {
        blocks = RecordBlocks(file)
        lengths = LengthTable()
        tally = RecordTally(ITCHTally.name)
        self.midnight = midnight
    }

    /// The next message of a known kind, at its full length; valid until the next call. Nil at the end.
    @inline(__always)
    mutating func next() throws(MarketDataError) -> ITCHMessage? {
        while true {
            guard left >= 2, let place = at else {
                if try refill() { continue }
                return nil
            }
            let length = Int(UInt16(bigEndian: place.loadUnaligned(as: UInt16.self)))
            guard length > 0, !hasEnded else {
                try end()
                continue
            }
            if left < 2 &+ length {
                if try refill() { continue }
                return nil
            }
            let message = ITCHMessage(at: place + 2)
            let expected = Int(lengths.values[Int(message.letter)])
            at = place + (2 &+ length)
            left &-= 2 &+ length
            consumed &+= 2 &+ length
            count &+= 1
            if length == expected, message.nanoseconds < 172_800_000_000_000 { return message }
            try refuse(message, length, expected)
        }
    }

    @inline(__always)
    func time(_ message: ITCHMessage) -> Int64 { midnight &+ message.nanoseconds }

    @inline(never)
    private mutating func refill() throws(MarketDataError) -> Bool {
        let rest = left
        let block = try blocks.next(keeping: rest)
        (at, left, consumed) = (block.baseAddress, block.count, 0)
        if left > rest { return true }
        guard rest == 0 else {
            throw bad(
                0, "message", "", "ends in the middle, after \(rest) bytes", "is the file complete? What came before stands")
        }
        return false
    }

    /// The mark of a session's end: nothing may follow it.
    @inline(never)
    private mutating func end() throws(MarketDataError) {
        if hasEnded {
            throw bad(0, "message", "", "follows the end of the session", "are these two files in one? Read them apart")
        }
        hasEnded = true
        at = at.map { $0 + 2 }
        (left, consumed) = (left - 2, consumed + 2)
    }

    @inline(never)
    private mutating func refuse(_ message: ITCHMessage, _ length: Int, _ expected: Int) throws(MarketDataError) {
        let back = -(2 + length)
        if expected == 0 { return tally.count(ITCHTally.unknownMessage) }
        let letter = String(UnicodeScalar(message.letter))
        if length != expected {
            throw bad(
                back, "length", "\(length)", "is wrong for a message \(letter)",
                "ITCH 5.0 gives it \(expected) bytes; is this file of another version, or damaged?")
        }
        throw bad(
            back + 7, "timestamp", "\(message.nanoseconds)", "is out of range", "it is ns since midnight; is the file damaged?")
    }

    private func bad(_ offset: Int, _ field: String, _ value: String, _ flaw: String, _ rule: String) -> MarketDataError {
        .badBytes(
            file: blocks.file.path, atByte: blocks.file.start + blocks.offset + consumed + offset, field: field, value: value,
            flaw: flaw,
            rule: rule)
    }
}

private final class LengthTable {
    let values = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    init() {
        values.initialize(repeating: 0, count: 256)
        for kind in ITCHKind.allCases { values[Int(kind.rawValue)] = UInt8(kind.length) }
    }
    deinit { values.deallocate() }
}

/// What the tally of an ITCH file calls things: messages by their letters, and what was found beside them.
enum ITCHTally {
    static let unknownMessage: UInt8 = 1
    static let unknownOrder: UInt8 = 2
    static let knownOrder: UInt8 = 3
    static let tooManyShares: UInt8 = 4
    static let nonPrintable: UInt8 = 5
    static let oddOrder: UInt8 = 6

    static func name(_ kind: UInt8) -> String {
        switch kind {
        case unknownMessage: "of unknown kind"
        case unknownOrder: "about an order that was never added"
        case knownOrder: "adding an order that is there already"
        case tooManyShares: "taking more shares than the order had"
        case nonPrintable: "execution that is not to be printed"
        case oddOrder: "with an order number, side or size that cannot be"
        default: ITCHKind(rawValue: kind)?.name ?? "\(kind)"
        }
    }
}
