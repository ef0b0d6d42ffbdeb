import PlainData
import TradingModel

/// The best bid and ask of one instrument (L1), with the same care as the deeper books.
public struct TopBook: BitwiseCopyable, Sendable {
    private var last: Quote?
    public private(set) var sequence: UInt64 = 0
    public private(set) var counters = BookCounters()
    private var flaws: BookQuality = .building
    private let crossed: CrossPolicy, locked: CrossPolicy

    public init(_ policy: BookPolicy = BookPolicy()) { (crossed, locked) = (policy.crossed, policy.locked) }

    public var quality: BookQuality { flaws }

    /// - Parameter sequence: the venue's, 0 where it has none. It must grow.
    /// - Returns: false where the quote was left out.
    @discardableResult
    public mutating func apply(_ quote: Quote, sequence: UInt64 = 0) -> Bool {
        if sequence != 0, self.sequence != 0, sequence <= self.sequence {
            if sequence == self.sequence { counters.duplicates += 1 } else { counters.outOfOrder += 1 }
            return false
        }
        self.sequence = sequence
        last = quote
        counters.updates += 1
        counters.transactions += 1
        flaws.subtract([.building, .crossed, .locked])
        guard !quote.bid.isNone, !quote.ask.isNone, quote.bid >= quote.ask else { return true }
        if quote.bid > quote.ask {
            counters.crossed += 1
            if crossed == .mark { flaws.insert(.crossed) }
        } else {
            counters.locked += 1
            if locked == .mark { flaws.insert(.locked) }
        }
        return true
    }

    public func quote(accepting: BookQuality = .ok) throws(UnreadableBook) -> Quote {
        let left = flaws.subtracting(accepting)
        guard left.isOK, let last else { throw UnreadableBook(quality: left.isOK ? .building : left) }
        return last
    }

    /// Begins anew: after a lost connection what was known is no longer true.
    public mutating func reset() { (last, sequence, flaws) = (nil, 0, .building) }
    public mutating func mark(_ flaws: BookQuality) { self.flaws.formUnion(flaws) }
    public mutating func unmark(_ flaws: BookQuality) { self.flaws.subtract(flaws) }
}
