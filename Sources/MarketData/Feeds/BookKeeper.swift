import PlainData
import TradingModel

/// One instrument's book of a feed: what was applied to it goes out as deltas, with the quality that it has then.
final class BookKeeper {
    let symbol: SymbolID
    // As in `FieldTable`.
    @exclusivity(unchecked) private(set) var sync: BookSync
    @exclusivity(unchecked) private(set) var book: LevelBook
    private var top: Quote?
    /// Messages that wait for the other connection to bring what is missing.
    private var isWaiting = false
    private var hasWaitedATick = false

    /// How many messages wait for the other connection before the gap is believed.
    private static let patience = 64

    init(_ symbol: SymbolID, _ rule: VenueRules.Books, _ policy: BookPolicy) {
        self.symbol = symbol
        sync = BookSync(rule)
        book = LevelBook(policy)
    }

    @inline(__always)
    func take(_ message: BookMessage, _ levels: UnsafePointer<LevelChange>, in core: FeedCore) {
        if message.isSnapshot { return replace(message, levels, in: core) }
        guard sync.state == .live, !isWaiting else { return wait(message, levels, in: core) }
        switch sync.verdict(message) {
        case .apply: apply(message, levels, in: core)
        case let other: refuse(other, message, levels, in: core)
        }
    }

    /// A message while a snapshot, or the other connection, is awaited.
    private func wait(_ message: BookMessage, _ levels: UnsafePointer<LevelChange>, in core: FeedCore) {
        // What an unnumbered stream says before its snapshot is older than it.
        if sync.rule == .inStream, sync.state != .live { return }
        let isFirst = sync.state == .initial
        if !sync.hold(message, levels) {
            sync.drop()
            core.counters.overflows += 1
            _ = sync.hold(message, levels)
        }
        if isWaiting { return drainWaiting(in: core) }
        if isFirst {
            sync.awaitSnapshot()
            core.emit(.snapshotting, symbol: symbol)
            core.requestBook(symbol)
        }
    }

    @inline(never)
    private func refuse(
        _ verdict: BookSync.Verdict, _ message: BookMessage, _ levels: UnsafePointer<LevelChange>, in core: FeedCore
    ) {
        switch verdict {
        case .apply: break
        case .duplicate:
            if core.lines > 1 {
                core.counters.arbitrated += 1
            } else {
                core.counters.duplicates += 1
                core.emit(.duplicate, time: message.time, symbol: symbol, from: message.first, to: message.last)
            }
        case .outOfOrder:
            core.counters.outOfOrder += 1
            core.emit(.outOfOrder, time: message.time, symbol: symbol, from: message.first, to: message.last)
            lose("a message came out of order", in: core)
        case .gap(let from, let to):
            if core.lines > 1, sync.hold(message, levels) {
                (isWaiting, hasWaitedATick) = (true, false)
                return
            }
            core.gap(symbol, message.time, from, to)
            lose("", in: core)
            _ = sync.hold(message, levels)
        }
    }

    /// The book is wrong from here on: it is said so, and asked for anew.
    func lose(_ reason: String, in core: FeedCore) {
        guard sync.state == .live else { return }
        isWaiting = false
        sync.lose()
        book.mark(.gap)
        tellQuality(in: core)
        core.emit(.recovering, symbol: symbol, reason: reason)
        core.requestBook(symbol)
    }

    /// The connection is gone.
    func lost(in core: FeedCore) {
        isWaiting = false
        guard sync.state != .initial else { return }
        sync.reset()
        book.mark(.gap)
        tellQuality(in: core)
    }

    // MARK: Two connections

    func patienceEnds(in core: FeedCore) {
        guard isWaiting else { return }
        if !hasWaitedATick {
            hasWaitedATick = true
            return
        }
        believeGap(in: core)
    }
    private func drainWaiting(in core: FeedCore) {
        drain(in: core)
        if sync.held.count == 0 { isWaiting = false } else if sync.held.count > Self.patience { believeGap(in: core) }
    }
    private func believeGap(in core: FeedCore) {
        let first = sync.held.count > 0 ? sync.held.base[0].first : 0
        core.gap(symbol, core.venueTime, sync.sequence + 1, first > 0 ? first - 1 : 0)
        lose("", in: core)
    }

    // MARK: Snapshots

    func replace(
        _ message: BookMessage, _ levels: UnsafePointer<LevelChange>, isAnswer: Bool = false, in core: FeedCore
    ) {
        if sync.rule == .inStream {
            sync.drop()
        } else {
            // The stream goes on by itself; and an answer that comes after its connection is of another time.
            if sync.state == .live || sync.state == .initial && isAnswer { return }
            if sync.bridge(message.last) == .older { return core.requestBook(symbol) }
        }
        isWaiting = false
        tell(.snapshotBegin, message, in: core)
        book.apply(delta(.snapshotBegin, message))
        for at in 0..<message.count where levels[message.from + at].size > 0 {
            let change = delta(.add, message, levels[message.from + at], [.snapshot, .level])
            book.apply(change)
            core.host.emit(.delta(change))
        }
        book.unmark(.gap)
        book.apply(delta(.snapshotEnd, message, flags: [.snapshot, .endOfTransaction]))
        guard core.venue.agrees(book, message) else {
            tell(.snapshotEnd, message, quality: .checksum, in: core)
            sync.goLive(message.last)
            return mismatch(message, in: core)
        }
        sync.goLive(message.last)
        core.counters.snapshots += 1
        tell(.snapshotEnd, message, flags: [.snapshot, .endOfTransaction], quality: quality(core), in: core)
        core.emit(.live, time: message.time, symbol: symbol)
        tellTop(message.time, in: core)
        drain(in: core)
    }

    /// Applies what waits, as far as it follows.
    private func drain(in core: FeedCore) {
        let levels = UnsafePointer(sync.heldLevels.base)
        var at = 0
        while at < sync.held.count, sync.state == .live {
            let message = sync.held.base[at]
            switch sync.verdict(message) {
            case .apply: apply(message, levels, in: core)
            case .duplicate, .outOfOrder: core.counters.bridged += 1
            case .gap(let from, let to):
                if isWaiting { return keepHeld(from: at) }
                core.gap(symbol, message.time, from, to)
                keepHeld(from: at)
                return lose("", in: core)
            }
            at += 1
        }
        if sync.state == .live { sync.drop() }
    }
    private func keepHeld(from at: Int) { sync.dropFirst(at) }

    // MARK: Changes

    @inline(__always)
    private func apply(_ message: BookMessage, _ levels: UnsafePointer<LevelChange>, in core: FeedCore) {
        let last = message.count - 1
        // First our own book, all of it; then the word to others, with the quality that the whole message leaves.
        for at in 0..<message.count {
            book.apply(change(message, levels[message.from + at], isLast: at == last))
        }
        sync.applied(message)
        if message.hasChecksum, !core.venue.agrees(book, message) { return mismatch(message, in: core) }
        let quality = quality(core)
        for at in 0..<message.count {
            var change = change(message, levels[message.from + at], isLast: at == last)
            change.quality = quality
            core.host.emit(.delta(change))
        }
        core.counters.bookUpdates += UInt64(message.count)
        tellTop(message.time, in: core)
    }

    @inline(never)
    private func mismatch(_ message: BookMessage, in core: FeedCore) {
        core.counters.checksums += 1
        core.emit(.checksum, time: message.time, symbol: symbol)
        book.mark(.checksum)
        lose("the checksum is another", in: core)
    }

    @inline(__always)
    private func change(_ message: BookMessage, _ level: LevelChange, isLast: Bool) -> BookDelta {
        delta(
            level.size == 0 ? .cancel : .modify, message, level, isLast ? [.level, .endOfTransaction] : .level)
    }
    @inline(__always)
    private func delta(
        _ action: BookDelta.Action, _ message: BookMessage, _ level: LevelChange, _ flags: BookDelta.Flags
    ) -> BookDelta {
        BookDelta(
            eventTime: message.time, symbol: symbol, action: action, side: level.isBid ? .buy : .sell,
            price: Price(rawValue: level.price), size: Quantity(rawValue: level.size), sequence: message.last, flags: flags)
    }
    private func delta(
        _ action: BookDelta.Action, _ message: BookMessage, flags: BookDelta.Flags = .snapshot, quality: BookQuality = .ok
    ) -> BookDelta {
        BookDelta(
            eventTime: message.time, symbol: symbol, action: action, sequence: message.last, flags: flags, quality: quality)
    }

    // MARK: Words to others

    private func tell(
        _ action: BookDelta.Action, _ message: BookMessage, flags: BookDelta.Flags = .snapshot, quality: BookQuality = .building,
        in core: FeedCore
    ) { core.host.emit(.delta(delta(action, message, flags: flags, quality: quality))) }

    private func quality(_ core: FeedCore) -> BookQuality {
        let quality = book.quality.subtracting(.open)
        return core.isAnyStale ? quality.union(.stale) : quality
    }

    /// Says what the book is worth, with no change of it.
    func tellQuality(in core: FeedCore) {
        let status = BookDelta(
            eventTime: core.venueTime, symbol: symbol, action: .status, flags: .endOfTransaction, quality: quality(core))
        core.host.emit(.delta(status))
    }

    /// The best bid and ask where they have changed, and only of a good book.
    @inline(__always)
    private func tellTop(_ time: Int64, in core: FeedCore) {
        guard !core.isAnyStale, let quote = try? book.quote(symbol) else { return }
        if let top, top.bid == quote.bid, top.ask == quote.ask, top.bidSize == quote.bidSize, top.askSize == quote.askSize {
            return
        }
        top = quote
        core.host.emit(.top(quote))
    }
}
