import PlainData
import StreamRuntime
import TradingModel

/// Renko bricks: a bar for each step of a fixed size that the price goes beyond the last brick.
///
///     up    when the price is a brick or more above the last brick's top      open = that top, close = a brick higher
///     down  when it is a brick or more below its bottom                       open = that bottom, close = a brick lower
///
/// - Input: `Trade`, taken in the order of the journal. The first trade's price is where the bricks begin.
/// - Output: the bricks that a trade makes, with that trade; they have no shadows. The first of them has the volume, the money and the
///   number of all trades since the brick before, the others none, so Σ volume + what is open = Σ size, exactly. `time` is the first
///   such trade's.
/// - One trade makes at most 64 bricks: the last of them goes on as far as whole bricks go.
/// - Second output: trades of a negative size, and those past ±92 billion.
/// - Source: Nison, "Beyond Candlesticks", 1994, chapter 8.
public struct RenkoBars: KeyedOperator, ~Copyable {
    @inlinable public static var sideName: String { "refused" }
    @inlinable public static var most: Int { 64 }
    public var mostOutputs: Int { Self.most }
    let brick: Int64
    var rows: Dense<Row>

    /// - Parameter symbols: how many instruments to make room for at first.
    public init(brick: Price, symbols: Int = 0) {
        precondition(brick > .zero && brick.rawValue < 1 << 60, "bricks of \(brick)")
        self.brick = brick.rawValue
        rows = Dense(symbols, repeating: Row())
    }

    public mutating func process(_ trade: Trade, into out: inout Emitter<Bar, Trade>) {
        let key = trade.symbol.index, price = trade.price.rawValue
        // Far enough from the ends of the 64 bits that a brick beyond it is a price too.
        guard abs(Double(price)) < 0x1p62, rows[key].bar.add(trade) else { return out.emitSide(trade) }
        if rows[key].isBegun == 0 { rows[key] = Row(isBegun: 1, low: price, high: price, bar: rows[key].bar) }
        var made = 0
        while price >= rows[key].high + brick {
            made += 1
            let steps = made < Self.most ? 1 : (price - rows[key].high) / brick
            lay(trade, from: rows[key].high, to: rows[key].high + steps * brick, into: &out)
        }
        while price <= rows[key].low - brick {
            made += 1
            let steps = made < Self.most ? 1 : (rows[key].low - price) / brick
            lay(trade, from: rows[key].low, to: rows[key].low - steps * brick, into: &out)
        }
    }
    private mutating func lay(_ trade: Trade, from open: Int64, to close: Int64, into out: inout Emitter<Bar, Trade>) {
        let key = trade.symbol.index, step = open < close ? brick : -brick
        var bar =
            rows[key].bar.isEmpty
            ? Bar(
                time: trade.eventTime, closeTime: trade.eventTime, symbol: trade.symbol, open: .zero, high: .zero, low: .zero,
                close: .zero, volume: .zero) : rows[key].bar.bar(trade.symbol)
        (bar.open, bar.close) = (Price(rawValue: open), Price(rawValue: close))
        (bar.low, bar.high) = (min(bar.open, bar.close), max(bar.open, bar.close))
        out.emit(bar)
        // The last brick's edges are those of its last step.
        rows[key].low = min(close - step, close)
        rows[key].high = max(close - step, close)
        rows[key].bar = TradeBar()
    }

    public static func key(of trade: Trade) -> Int { trade.symbol.index }
    public var keys: Int { rows.count }
    public func holds(_ key: Int) -> Bool { rows.value(key).isBegun != 0 }
    public mutating func state(of key: Int, _ coder: inout StateCoder) { coder.field(&rows[key]) }

    struct Row: State {
        /// The last brick, once there is one; before, both are the first price.
        var isBegun: Int64 = 0, low: Int64 = 0, high: Int64 = 0, bar = TradeBar()
        mutating func state(_ coder: inout StateCoder) {
            coder.field(&isBegun)
            coder.field(&low)
            coder.field(&high)
            coder.field(&bar)
        }
    }
}
