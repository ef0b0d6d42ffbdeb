/// What waits for one client of one stream.
///
/// Elements wait as they are while there are at most `backlog`. Beyond it either the latest of each symbol remains and the
/// others are counted as conflated, until the client has taken what is left; or the client is cut off.
struct Subscription {
    struct Entry {
        var key: UInt32, sequence: UInt64, object: [UInt8]
    }
    /// Nil: all.
    let symbols: Set<String>?
    /// How many messages may still be sent; nil: as many as the connection takes.
    var credit: Int?
    private(set) var waiting: [Entry] = []
    /// Where the one of a symbol lies while only the latest waits.
    private var places: [UInt32: Int] = [:]
    private var isConflating = false
    /// How many elements were replaced by later ones since the last message.
    private(set) var conflated = 0
    /// Elements since the subscription, the snapshot left out.
    private(set) var sentInAll = 0, conflatedInAll = 0

    init(symbols: Set<String>?, credit: Int?) { (self.symbols, self.credit) = (symbols, credit) }

    func wants(_ symbol: String) -> Bool { symbols?.contains(symbol) ?? true }

    /// - Returns: how many elements were replaced; nil where there is no room and nothing may be replaced.
    mutating func append(_ entry: Entry, backlog: Int, conflates: Bool) -> Int? {
        if isConflating { return replace(entry) }
        if waiting.count < backlog {
            waiting.append(entry)
            return 0
        }
        guard conflates else { return nil }
        let all = waiting
        (waiting, isConflating) = ([], true)
        var replaced = 0
        for old in all { replaced += replace(old) }
        return replaced + replace(entry)
    }
    private mutating func replace(_ entry: Entry) -> Int {
        if let place = places[entry.key] {
            waiting[place] = entry
            conflated += 1
            conflatedInAll += 1
            return 1
        }
        places[entry.key] = waiting.count
        waiting.append(entry)
        return 0
    }

    /// The next elements for one message, in the order of their sequences: at most `count` of them, and `bytes`.
    func next(_ count: Int, bytes: Int) -> ArraySlice<Entry> {
        var size = 0, n = 0
        while n < min(count, waiting.count) {
            size += waiting[n].object.count + 1
            if n > 0, size > bytes { break }
            n += 1
        }
        return waiting[..<n]
    }
    /// Puts what waits in the order of sequences: only needed once elements were replaced.
    mutating func order() {
        guard isConflating else { return }
        waiting.sort { $0.sequence < $1.sequence }
        for (place, entry) in waiting.enumerated() { places[entry.key] = place }
    }
    /// They were sent.
    mutating func sent(_ n: Int) {
        waiting.removeFirst(n)
        sentInAll += n
        conflated = 0
        if let left = credit { credit = left - 1 }
        if waiting.isEmpty {
            (isConflating, places) = (false, [:])
        } else if isConflating {
            places = [:]
            for (place, entry) in waiting.enumerated() { places[entry.key] = place }
        }
    }
}
