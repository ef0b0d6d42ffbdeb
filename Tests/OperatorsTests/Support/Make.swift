import FloorTesting
import Operators
import PlainData
import StreamRuntime
import TradingModel

let one = SymbolID(rawValue: 1), two = SymbolID(rawValue: 2)

func price(_ units: Double) -> Price { Price(rawValue: Int64((units * 1e9).rounded())) }
func quantity(_ units: Double) -> Quantity { Quantity(rawValue: Int64((units * 1e8).rounded())) }

func trade(at time: Int64, _ units: Double, _ size: Double = 1, of symbol: SymbolID = one) -> Trade {
    Trade(eventTime: time, symbol: symbol, price: price(units), size: quantity(size))
}

/// A bar of one second whose only price is its close.
func bar(_ number: Int, _ symbol: SymbolID = one, close: Price) -> Bar {
    let time = Int64(number) * UTC.second
    return Bar(
        time: time, closeTime: time + UTC.second, symbol: symbol, open: close, high: close, low: close, close: close,
        volume: Quantity(units: 1))
}

/// The values an operator gives for one instrument's closes, by the number of the bar that they belong to.
func values<O: Operator & ~Copyable>(_ op: consuming O, of closes: [Price]) -> [Int: Double]
where O.In == Bar, O.Out == Signal, O.Side == Nothing {
    values(op, of: closes.enumerated().map { bar($0.offset, close: $0.element) })
}
/// The same for bars of which the high, the low and the close matter.
func values<O: Operator & ~Copyable>(_ op: consuming O, of bars: [(high: Double, low: Double, close: Double)]) -> [Int: Double]
where O.In == Bar, O.Out == Signal, O.Side == Nothing {
    values(
        op,
        of: bars.enumerated().map { i, prices in
            var made = bar(i, close: price(prices.close))
            (made.high, made.low) = (price(prices.high), price(prices.low))
            return made
        })
}
func values<O: Operator & ~Copyable>(_ op: consuming O, of elements: [Bar]) -> [Int: Double]
where O.In == Bar, O.Out == Signal, O.Side == Nothing {
    let run = Harness()
    let bars = run.graph.source("bars", Bar.self)
    let signals = run.collect(run.graph.add("signal", op, from: bars.edge).out)
    run.send(all: elements, to: bars)
    return Dictionary(uniqueKeysWithValues: signals.elements.map { (Int($0.time / UTC.second), $0.value) })
}

/// The largest relative difference between what was expected and what came, over every expected value.
func worst(_ found: [Int: Double], against expected: [Int: Double]) -> Double {
    expected.reduce(0) { max($0, abs((found[$1.key] ?? .infinity) - $1.value) / max(1e-300, abs($1.value))) }
}
