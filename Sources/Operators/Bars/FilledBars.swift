import PlainData
import StreamRuntime
import TradingModel

/// Bars of so much volume, or of so much money: a trade that is more than a bar still takes is split, so that nothing of it is lost
/// and nothing counted twice.
///
///     size    3   4      9          bars of 5
///     out         bar    bar bar    the open bar has 1
///
/// - Input: `Trade`, taken in the order of the journal.
/// - Output: the bars that a trade fills, with that trade. Volume bars hold exactly `volume`; money bars the least size that makes
///   `value`, so they go over it by less than 1e-8 of a price. Σ volume of the bars + the open bar's = Σ size of the trades, exactly, and
///   so is the money. A trade is counted in every bar that it has a part in. `time` and `closeTime` as `TradeBars` has them.
/// - One trade fills at most 64 bars: the last of them takes all that is left of it.
/// - Not split: with `isSplit` false a trade stays whole, in the bar that it fills (López de Prado).
/// - Second output: trades of a negative size, of money at a price that is not positive, and those past ±92 billion.
/// - Source: López de Prado, "Advances in Financial Machine Learning", 2018, section 2.3.1.
public struct FilledBars: KeyedOperator, ~Copyable {
    public enum Measure: Sendable { case volume(Quantity), value(Notional) }
    @inlinable public static var sideName: String { "refused" }
    @inlinable public static var most: Int { 64 }
    public var mostOutputs: Int { Self.most }

    let volume: Int64, value: Int128, isSplit: Bool
    var bars: Dense<TradeBar>

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(_ measure: Measure, isSplit: Bool = true, symbols: Int = 0) {
        switch measure {
        case .volume(let volume):
            precondition(volume > .zero, "bars of a volume of \(volume)")
            (self.volume, value) = (volume.rawValue, 0)
        case .value(let value):
            precondition(value > .zero, "bars of a value of \(value)")
            (volume, self.value) = (0, value.rawValue)
        }
        self.isSplit = isSplit
        bars = Dense(symbols, repeating: TradeBar())
    }

    public mutating func process(_ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        let key = trade.symbol.index, (_, over) = bars[key].volume.addingReportingOverflow(trade.size.rawValue)
        guard trade.size >= .zero, !over, volume > 0 || trade.price > .zero else { return out.emitSide(trade) }
        guard isFilled(by: trade.size.rawValue, trade.price.rawValue, key) else {
            _ = bars[key].add(trade)
            return
        }
        if isSplit { return split(trade, key, into: &out) }
        _ = bars[key].add(trade)
        emit(trade.symbol, into: &out)
    }
    /// Without a division, which only a trade that fills a bar needs.
    private func isFilled(by size: Int64, _ price: Int64, _ key: Int) -> Bool {
        volume > 0 ? bars[key].volume &+ size >= volume : bars[key].notional.rawValue + Int128(price) * Int128(size) >= value
    }
    /// How much a bar still takes: at least 1e-8.
    private func missing(_ price: Int64, _ key: Int) -> Int64 {
        if volume > 0 { return volume - bars[key].volume }
        let rest = value - bars[key].notional.rawValue
        return Int64(clamping: (rest + Int128(price) - 1) / Int128(price))
    }
    @inline(never) private mutating func split(_ trade: Trade, _ key: Int, into out: inout Emitter<Bar, Trade>) {
        var rest = trade, filled = 0
        while isFilled(by: rest.size.rawValue, rest.price.rawValue, key) {
            var part = rest
            filled += 1
            if filled < Self.most { part.size = Quantity(rawValue: min(rest.size.rawValue, missing(rest.price.rawValue, key))) }
            _ = bars[key].add(part)
            emit(trade.symbol, into: &out)
            rest.size -= part.size
            if rest.size == .zero { return }
        }
        _ = bars[key].add(rest)
    }
    private mutating func emit(_ symbol: SymbolID, into out: inout Emitter<Bar, Trade>) {
        out.emit(bars[symbol.index].bar(symbol))
        bars[symbol.index] = TradeBar()
    }

    public static func key(of trade: Trade) -> Int { trade.symbol.index }
    public var keys: Int { bars.count }
    public func holds(_ key: Int) -> Bool { !bars.value(key).isEmpty }
    public mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&bars[key]) }
    /// What is open of an instrument.
    public func open(_ symbol: SymbolID) -> Quantity { Quantity(rawValue: bars.value(symbol.index).volume) }
}
