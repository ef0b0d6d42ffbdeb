import PlainData
import TradingModel

/// What a feed knows and does, without its sockets: the same for all venues, and run in tests without any.
///
/// Messages come in by `received`, elements go out by the host, in the order of arrival. A trade goes out once; a book's
/// change goes out only when it is known to follow what went out before it, or else the book is said to be not good.
final class FeedCore {
    let venue: any Venue
    let rules: VenueRules
    let names: Names
    let policy: BookPolicy
    /// Of the connections that carry the same streams.
    let lines: Int
    // As in `FieldTable`.
    @exclusivity(unchecked) var counters = VenueFeed.Counters()
    unowned(unsafe) let host: any FeedHost
    private let batch = VenueBatch()
    @exclusivity(unchecked) private var sequence = FeedSequence()
    /// The newest time that the venue has said, which is the time of whatever the feed says of itself.
    @exclusivity(unchecked) private(set) var venueTime: Int64 = 0
    private(set) var isStale = false
    private(set) var isForcedStale = false
    /// The venue has spoken since the last loss of all connections.
    private(set) var hasSpoken = false

    /// By our clock: when the message came that is being taken, and the last one that had a time of the venue's.
    @exclusivity(unchecked) private var receivedAt: Int64 = 0
    @exclusivity(unchecked) private var stampedAt: Int64 = 0

    /// The connection of which is taken what nothing numbers: books that come whole on a connection, unnumbered quotes, bars.
    private(set) var mainLine = 0

    // Books, by symbol. Each is made when its first message comes.
    @exclusivity(unchecked) var books: [BookKeeper?] = []

    init(_ venue: any Venue, names: Names, host: any FeedHost, policy: BookPolicy = BookPolicy(), lines: Int = 1) {
        (self.venue, self.names, self.host, self.lines) = (venue, names, host, lines)
        rules = venue.rules
        var policy = policy
        if let depth = rules.depth { policy.depth = depth }
        self.policy = policy
    }

    // MARK: In

    /// A whole message of a connection.
    func received(_ bytes: UnsafeRawBufferPointer, receivedAt: Int64, line: Int = 0) {
        counters.messages += 1
        hasSpoken = true
        self.receivedAt = receivedAt
        do throws(VenueReject) {
            batch.begin()
            try venue.decode(bytes, receivedAt: receivedAt, into: batch)
        } catch {
            counters.rejects += 1
            emit(.rejected, reason: error.kind)
            // What it would have changed is not known, and nothing numbered will tell.
            if rules.books != .numbered { lose(batch.suspect, "a message was not understood") }
            return
        }
        let levels = UnsafePointer(batch.levels.base)
        for at in 0..<batch.items.count { take(batch.items.base[at], levels, line) }
    }

    /// What came for a snapshot by HTTP.
    /// - Returns: whether it was one.
    @discardableResult
    func snapshot(_ symbol: SymbolID, _ bytes: UnsafeRawBufferPointer, receivedAt: Int64) -> Bool {
        self.receivedAt = receivedAt
        do throws(VenueReject) {
            batch.begin()
            try venue.decode(bytes, receivedAt: receivedAt, into: batch)
        } catch {
            snapshotFailed(symbol, error.kind)
            return false
        }
        for at in 0..<batch.items.count {
            if case .book(var message) = batch.items.base[at], message.isSnapshot {
                message.symbol = symbol
                guard symbol.index < books.count, let keeper = books[symbol.index] else { return true }
                if message.time == 0 { message.time = stamp }
                keeper.replace(message, UnsafePointer(batch.levels.base), isAnswer: true, in: self)
                return true
            }
        }
        snapshotFailed(symbol, "no book in the answer")
        return false
    }

    /// The answer to a snapshot's request was none.
    func snapshotFailed(_ symbol: SymbolID, _ reason: String) {
        emit(.rejected, symbol: symbol, reason: "snapshot: " + reason)
        host.requestSnapshot(symbol)
    }

    /// The last connection that was open is gone: from here on nothing is known.
    func disconnected() {
        hasSpoken = false
        for at in books.indices { books[at]?.lost(in: self) }
    }

    /// A connection has opened. The first one to do so is the main one.
    func opened(_ line: Int, isAlone: Bool) { if isAlone { mainLine = line } }

    /// A connection is gone, and another one is still there. What only the main one brings is brought by the other from here on;
    /// its books are told anew, since nobody knows where that one was in them.
    func closed(_ line: Int, remaining: Int) {
        guard line == mainLine else { return }
        mainLine = remaining
        guard rules.books == .inStream else { return }
        for at in books.indices {
            guard let keeper = books[at] else { continue }
            keeper.lost(in: self)
            emit(.recovering, symbol: keeper.symbol, reason: "its connection is gone; the other one is asked")
            requestBook(keeper.symbol)
        }
    }

    /// Nothing was heard for too long, or something again.
    func setStale(_ isStale: Bool) {
        guard isStale != self.isStale else { return }
        let was = isAnyStale
        self.isStale = isStale
        if !isForcedStale { emit(isStale ? .stale : .live) }
        if was != isAnyStale { markBooks() }
    }
    /// An operator's word: the feed is not to be trusted, whatever it says.
    func setForcedStale(_ isForced: Bool, reason: String = "") {
        guard isForced != isForcedStale else { return }
        let was = isAnyStale
        isForcedStale = isForced
        emit(isForced ? .forcedStale : isStale ? .stale : .live, reason: reason)
        if was != isAnyStale { markBooks() }
    }
    var isAnyStale: Bool { isStale || isForcedStale }
    private func markBooks() { for at in books.indices { books[at]?.tellQuality(in: self) } }

    /// Time has passed: what waited for the other connection waits no longer.
    func tick() { for at in books.indices { books[at]?.patienceEnds(in: self) } }

    // MARK: Out

    func emit(
        _ kind: FeedStatus.Kind, time: Int64? = nil, symbol: SymbolID = SymbolID(rawValue: 0), from: UInt64 = 0,
        to: UInt64 = 0, reason: String = ""
    ) {
        let text = reason.isEmpty ? TextID.none : names.text(reason)
        host.emit(
            .status(FeedStatus(eventTime: time ?? venueTime, symbol: symbol, kind: kind, from: from, to: to, reason: text)))
    }

    // MARK: Items

    @inline(__always)
    private func take(_ item: VenueItem, _ levels: UnsafePointer<LevelChange>, _ line: Int) {
        switch item {
        case .trade(let trade, let isBaseline): take(trade, isBaseline)
        case .quote(let quote, let number): if number != 0 || isMain(line) { take(quote, number) }
        case .book(let message): if host.wantsBooks, rules.books != .inStream || isMain(line) { take(message, levels) }
        case .bar(let bar):
            guard isMain(line) else { return }
            passed(bar.closeTime)
            host.emit(.bar(bar))
        case .correction(let correction):
            counters.corrections += 1
            passed(correction.eventTime)
            host.emit(.correction(correction))
        case .passedOver(let symbol, let number):
            if case .gap(let from, let to) = sequence.trade(symbol, id: number) { gap(symbol, venueTime, from, to) }
        case .heartbeat(let symbol, let time, let lastTradeID):
            if lastTradeID != 0, case .gap(let from, let to) = sequence.heartbeat(symbol, lastTradeID: lastTradeID) {
                gap(symbol, time, from, to)
            }
            // Time passes when nothing trades: the first heartbeat that says so is an event, its likes are not.
            if time > venueTime {
                venueTime = time
                emit(.heartbeat, time: time)
            }
        case .subscribed: emit(isForcedStale ? .forcedStale : .live)
        case .error(let text):
            emit(.rejected, reason: "the venue says: " + names.text(of: text))
        case .restart: host.restart(line, "the venue asks for a new connection")
        }
    }

    @inline(__always)
    private func isMain(_ line: Int) -> Bool { lines == 1 || line == mainLine }

    @inline(__always)
    func passed(_ time: Int64) {
        guard time > venueTime else { return }
        (venueTime, stampedAt) = (time, receivedAt)
    }
    /// A time for what the venue does not stamp: the newest that it has said, going on with our clock only where it has said
    /// none for a while. So what comes next is not late for it, whatever the clocks are apart.
    var stamp: Int64 {
        venueTime == 0 ? receivedAt : venueTime + max(0, receivedAt - stampedAt - 250_000_000)
    }

    /// The trade before the subscription says where the numbers stand. The first time it is older than the feed, so it is not
    /// used; later it may be one that was missed.
    @inline(__always)
    private func take(_ trade: Trade, _ isLast: Bool) {
        if rules.trades != .unordered, trade.tradeID != 0 {
            let isBaseline = isLast && !sequence.hasTrade(trade.symbol)
            let finding =
                rules.trades == .contiguous
                ? sequence.trade(trade.symbol, id: trade.tradeID) : sequence.growing(trade.symbol, id: trade.tradeID)
            switch finding {
            case .next: if isBaseline { return }
            case .gap(let from, let to): gap(trade.symbol, trade.eventTime, from, to)
            case .duplicate:
                if isLast { return }
                return duplicate(trade.symbol, trade.eventTime, trade.tradeID)
            case .outOfOrder(let fills):
                if !late(trade.symbol, trade.eventTime, trade.tradeID, fills) { return }
            }
        }
        counters.trades += 1
        passed(trade.eventTime)
        host.emit(.trade(trade))
    }

    @inline(__always)
    private func take(_ quote: Quote, _ number: UInt64) {
        if number != 0 {
            switch sequence.ticker(quote.symbol, sequence: number) {
            case .next, .gap: break
            case .duplicate: return duplicate(quote.symbol, quote.eventTime, number)
            case .outOfOrder:
                _ = late(quote.symbol, quote.eventTime, number, false)
                return
            }
        }
        counters.quotes += 1
        if quote.eventTime != 0 {
            passed(quote.eventTime)
            return host.emit(.quote(quote))
        }
        var stamped = quote
        stamped.eventTime = stamp
        host.emit(.quote(stamped))
    }

    /// With two connections each element comes twice, which is no event.
    @inline(never)
    private func duplicate(_ symbol: SymbolID, _ time: Int64, _ number: UInt64) {
        if lines > 1 {
            counters.arbitrated += 1
            return
        }
        counters.duplicates += 1
        emit(.duplicate, time: time, symbol: symbol, from: number, to: number)
    }
    /// - Returns: whether the element is used nevertheless.
    @inline(never)
    private func late(_ symbol: SymbolID, _ time: Int64, _ number: UInt64, _ fills: Bool) -> Bool {
        if lines > 1, !fills {
            counters.arbitrated += 1
            return false
        }
        counters.outOfOrder += 1
        emit(.outOfOrder, time: time, symbol: symbol, from: number, to: number)
        return fills
    }
    @inline(never)
    func gap(_ symbol: SymbolID, _ time: Int64, _ from: UInt64, _ to: UInt64) {
        counters.gaps += 1
        counters.missed += to >= from ? to - from + 1 : 0
        emit(.gap, time: time, symbol: symbol, from: from, to: to)
    }

    // MARK: Books

    @inline(__always)
    private func take(_ message: BookMessage, _ levels: UnsafePointer<LevelChange>) {
        passed(message.time)
        var message = message
        if message.time == 0 { message.time = stamp }
        let at = message.symbol.index
        if at >= books.count { books += Array(repeating: nil, count: at + 1 - books.count) }
        let keeper: BookKeeper
        if let known = books[at] {
            keeper = known
        } else {
            keeper = BookKeeper(message.symbol, rules.books, policy)
            books[at] = keeper
        }
        keeper.take(message, levels, in: self)
    }

    /// One book, or all where it is not known which.
    private func lose(_ symbol: SymbolID?, _ reason: String) {
        for at in books.indices where symbol == nil || symbol?.index == at { books[at]?.lose(reason, in: self) }
    }

    /// Asks for a book to be told anew.
    func requestBook(_ symbol: SymbolID) {
        let texts = venue.resubscription(symbol)
        if texts.isEmpty, venue.snapshotPath(symbol) != nil { return host.requestSnapshot(symbol) }
        if texts.isEmpty { return host.restart(0, "a book has to be told anew") }
        for text in texts { host.send(text) }
    }
}
