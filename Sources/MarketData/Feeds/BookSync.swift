import PlainData
import TradingModel

/// How one instrument's book is kept whole: which state its feed is in, what waits for a snapshot, and whether the next
/// message may be applied. Nothing of a message is applied before that is known.
///
///     initial ─first message─▶ snapshotting ─snapshot that bridges─▶ live ─gap─▶ recovering ─snapshot that bridges─▶ live
///
/// A lost connection leads back to `initial`: what comes after it always replaces the book.
struct BookSync: ~Copyable {
    enum State: UInt8 { case initial, snapshotting, live, recovering }
    enum Verdict: Equatable {
        case apply
        /// All of it was there before.
        case duplicate
        /// Older than what was applied, and not known to be in it.
        case outOfOrder
        case gap(from: UInt64, to: UInt64)
    }
    enum Bridge { case holds, older }

    private(set) var state = State.initial
    let rule: VenueRules.Books
    /// The last update applied.
    private(set) var sequence: UInt64 = 0
    /// After a snapshot the first message may overlap it.
    private var isBridging = false
    private(set) var held = Pile<BookMessage>()
    private(set) var heldLevels = Pile<LevelChange>()
    /// Snapshots that did not reach the messages held.
    private(set) var misses = 0

    static var mostHeldLevels: Int { 1 << 20 }
    static var mostHeld: Int { 1 << 16 }

    init(_ rule: VenueRules.Books) { self.rule = rule }

    /// Whether a message follows what was applied. Only asked while `live`.
    func verdict(_ message: BookMessage) -> Verdict {
        switch rule {
        case .inStream: return .apply
        case .timed: return message.last < sequence ? .outOfOrder : .apply
        case .numbered:
            if message.last <= sequence, !(isBridging && message.isLinked && message.last == sequence) { return .duplicate }
            if message.isLinked {
                if message.previous == sequence { return .apply }
                if isBridging, message.first <= sequence || message.previous <= sequence { return .apply }
                return message.previous < sequence
                    ? .outOfOrder : .gap(from: sequence + 1, to: max(sequence + 1, message.first &- 1))
            }
            if message.first <= sequence + 1 { return .apply }
            return .gap(from: sequence + 1, to: message.first - 1)
        }
    }

    mutating func applied(_ message: BookMessage) {
        sequence = max(sequence, message.last)
        isBridging = false
    }

    // MARK: States

    mutating func awaitSnapshot() { state = state == .initial ? .snapshotting : .recovering }
    /// The book is wrong from here on.
    mutating func lose() {
        state = .recovering
        misses = 0
    }
    /// The connection is gone.
    mutating func reset() {
        (state, sequence, isBridging, misses) = (.initial, 0, false, 0)
        drop()
    }
    mutating func drop() {
        held.removeAll()
        heldLevels.removeAll()
    }

    /// The first ones are done with. Their levels stay until all are.
    mutating func dropFirst(_ count: Int) {
        for at in 0..<held.count - count { held.base[at] = held.base[at + count] }
        held.truncate(to: held.count - count)
    }

    /// Keeps a message in order of its updates; false where too much waits.
    mutating func hold(_ message: BookMessage, _ levels: UnsafePointer<LevelChange>) -> Bool {
        guard held.count < Self.mostHeld, heldLevels.count + message.count <= Self.mostHeldLevels else { return false }
        var kept = message
        kept.from = heldLevels.count
        for at in 0..<message.count { heldLevels.append(levels[message.from + at]) }
        held.append(kept)
        // Almost always the last one.
        var at = held.count - 1
        while at > 0, held.base[at - 1].last > kept.last {
            held.base[at] = held.base[at - 1]
            at -= 1
        }
        held.base[at] = kept
        return true
    }

    /// Whether a snapshot as of `last` reaches what waits: no update may lie between.
    mutating func bridge(_ last: UInt64) -> Bridge {
        for at in 0..<held.count {
            let message = held.base[at]
            if rule == .timed {
                if last >= message.last { break }
                misses += 1
                return .older
            }
            if message.last <= last { continue }
            let reaches = message.isLinked ? message.previous <= last || message.first <= last : message.first <= last + 1
            if reaches { break }
            misses += 1
            return .older
        }
        return .holds
    }

    /// A snapshot was applied.
    mutating func goLive(_ last: UInt64) {
        (state, sequence, isBridging, misses) = (.live, last, true, 0)
    }
}
