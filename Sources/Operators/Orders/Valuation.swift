import Clearance
import PlainData
import TradingModel

/// What all instruments together come to at their last prices, kept up with those that have changed.
///
/// An order is held against sums over every instrument. Between two orders few instruments change, so each instrument's
/// share is remembered, and only the shares of those that changed are taken out of the sums and put in again. Money is
/// exact (128 bits), so the order in which shares come and go does not matter.
///
/// - State: none of its own. Everything is made anew from what compliance holds when it is first asked for.
@usableFromInline struct Valuation: ~Copyable {
    /// One instrument's part of the sums, in 1e-17.
    struct Share: BitwiseCopyable {
        var long: Int128 = 0, short: Int128 = 0, netLong: Int128 = 0, netShort: Int128 = 0
        /// What is held is worth, and what the worse side may come to.
        var worth: Int128 = 0, gross: Int128 = 0
        /// Something is held or works, but has no price; the same of the worse side alone.
        var lacksPrice = false, lacksGross = false
        /// More than sums have room for.
        var isVast = false
    }
    private var shares = Dense<Share>(repeating: Share()), total = Share()
    private var lackPrice = 0, lackGross = 0, vast = 0
    /// A bit for each instrument whose share is out of date.
    @usableFromInline var changed = Dense<UInt64>(repeating: 0)

    @inlinable @inline(__always) mutating func mark(_ symbol: Int) { changed[symbol >> 6] |= 1 << UInt64(symbol & 63) }
    /// After a restore: all are out of date.
    mutating func forget(_ symbols: Int) {
        shares = Dense(repeating: Share())
        (total, lackPrice, lackGross, vast) = (Share(), 0, 0, 0)
        for symbol in 0..<symbols { mark(symbol) }
    }

    /// Brings the sums up to date.
    mutating func refresh(_ exposures: borrowing Exposures, _ references: borrowing Dense<LastPrice>) {
        for word in 0..<changed.count where changed[word] != 0 {
            var bits = changed[word]
            changed[word] = 0
            while bits != 0 {
                let symbol = word << 6 | bits.trailingZeroBitCount
                bits &= bits &- 1
                let share = Self.share(exposures.row(SymbolID(rawValue: UInt32(symbol))), references.value(symbol).price)
                count(shares[symbol], -1)
                count(share, 1)
                shares[symbol] = share
            }
        }
    }
    private mutating func count(_ share: Share, _ sign: Int) {
        if share.lacksPrice { lackPrice += sign }
        if share.lacksGross { lackGross += sign }
        if share.isVast { vast += sign }
        if share.isVast || share.lacksPrice { return }
        let sign = Int128(sign)
        total.long += sign * share.long
        total.short += sign * share.short
        total.netLong += sign * share.netLong
        total.netShort += sign * share.netShort
        total.worth += sign * share.worth
        total.gross += sign * share.gross
    }

    private static func share(_ row: Exposures.Row, _ last: Price) -> Share {
        var share = Share()
        let long = row.held + row.buying, short = row.selling - row.held
        if long == 0, short == 0, row.held == 0 { return share }
        guard !last.isNone else {
            (share.lacksPrice, share.lacksGross) = (true, row.worst != 0)
            return share
        }
        guard let worth = product(row.held, last), let bought = product(long, last), let sold = product(short, last) else {
            share.isVast = true
            return share
        }
        (share.worth, share.netLong, share.netShort, share.gross) = (worth, bought, sold, max(bought, sold))
        (share.long, share.short) = (long > 0 ? bought : 0, short > 0 ? sold : 0)
        share.isVast = max(worth.magnitude, bought.magnitude, sold.magnitude) > mostOfOne
        return share
    }
    /// With it, the sums of 2²⁴ instruments, as many as there can be, stay within 2¹²⁴.
    private static var mostOfOne: UInt128 { 1 << 100 }

    /// Nil where something is held or works whose price is not known, or where it is more than there is room for: an order
    /// that makes nobody knows how much is not let through.
    func gross(except symbol: SymbolID) -> Notional? {
        let own = shares.value(symbol.index)
        guard vast == (own.isVast ? 1 : 0), lackGross == (own.lacksGross ? 1 : 0) else { return nil }
        return Notional(rawValue: total.gross - (own.isVast || own.lacksPrice ? 0 : own.gross))
    }
    /// The sums over all other instruments, and what the day has won with this one; nil as in `gross`, and where this
    /// instrument's own price is missing: then what is held of it is worth nobody knows what.
    func sums(except symbol: SymbolID, cash: Int128) -> Standing.Sums? {
        guard vast == 0, lackPrice == 0 else { return nil }
        let own = shares.value(symbol.index), (profit, past) = cash.addingReportingOverflow(total.worth)
        guard !past else { return nil }
        var sums = Standing.Sums()
        sums.long = Notional(rawValue: total.long - own.long)
        sums.short = Notional(rawValue: total.short - own.short)
        sums.netLong = Notional(rawValue: total.netLong - own.netLong)
        sums.netShort = Notional(rawValue: total.netShort - own.netShort)
        sums.profit = Notional(rawValue: profit)
        return sums
    }

    /// Nil where 128 bits do not hold it. Most quantities have 64, and the product of two such is one instruction.
    @inline(__always) private static func product(_ quantity: Int128, _ price: Price) -> Int128? {
        let small = Int64(truncatingIfNeeded: quantity)
        if Int128(small) == quantity {
            let whole = small.multipliedFullWidth(by: price.rawValue)
            return Int128(whole.high) << 64 | Int128(whole.low)
        }
        let (whole, over) = quantity.multipliedReportingOverflow(by: Int128(price.rawValue))
        return over ? nil : whole
    }
}
