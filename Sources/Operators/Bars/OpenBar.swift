import PlainData
import TradingModel

/// A bar that still takes trades.
public struct OpenBar: State {
    /// Where its window begins; `Int64.max` while it is not open.
    @usableFromInline var start = Int64.max
    @usableFromInline var open: Int64 = 0, high: Int64 = 0, low: Int64 = 0, close: Int64 = 0
    @usableFromInline var volume: Int64 = 0
    /// Σ price·size in 128 bits. It cannot overflow: it is at most 2⁶³ times the volume, which stays below 2⁶³.
    @usableFromInline var notionalLow: UInt64 = 0, notionalHigh: Int64 = 0
    @usableFromInline var trades: Int64 = 0

    @usableFromInline init() {}
    @usableFromInline init(opening trade: Trade, start: Int64) {
        self.start = start
        (open, high, low) = (trade.price.rawValue, trade.price.rawValue, trade.price.rawValue)
        _ = add(trade, start)
    }

    @usableFromInline var isOpen: Bool { start != .max }

    /// - Returns: false, with nothing changed, when this is another window's bar, the size is negative, or the volume
    ///   would no longer be a `Quantity`.
    @inlinable @inline(__always) mutating func add(_ trade: Trade, _ start: Int64) -> Bool {
        let price = trade.price.rawValue, size = trade.size.rawValue
        let sum = volume &+ size
        if self.start != start || (sum | size) < 0 { return false }
        volume = sum
        high = max(high, price)
        low = min(low, price)
        close = price
        let product = price.multipliedFullWidth(by: size)  // one instruction, where Int128's operator is a call
        let (word, carries) = notionalLow.addingReportingOverflow(product.low)
        notionalLow = word
        notionalHigh = notionalHigh &+ product.high &+ (carries ? 1 : 0)
        trades &+= 1
        return true
    }

    func bar(_ symbol: SymbolID, _ length: Int64) -> Bar {
        let notional = Notional(rawValue: Int128(notionalHigh) << 64 | Int128(notionalLow))
        return Bar(
            time: start, closeTime: start + length, symbol: symbol, open: Price(rawValue: open), high: Price(rawValue: high),
            low: Price(rawValue: low), close: Price(rawValue: close), volume: Quantity(rawValue: volume),
            vwap: notional.price(per: Quantity(rawValue: volume)) ?? .none, trades: UInt32(clamping: trades))
    }

    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&start)
        coder.field(&open)
        coder.field(&high)
        coder.field(&low)
        coder.field(&close)
        coder.field(&volume)
        coder.field(&notionalLow)
        coder.field(&notionalHigh)
        coder.field(&trades)
    }
}
