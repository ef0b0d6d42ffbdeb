import PlainData
import TradingModel

/// Backtests on bars.
extension MatchingEngine {
    /// A bar's prices, for the orders that came no later than its start: first those that the open fills, by price and time,
    /// then those whose limit the bar trades past, then those for the close (TimeInForce 7). Immediate orders that the open did not fill are canceled.
    ///
    /// A bar whose volume is zero is taken for one whose volume nobody recorded.
    public mutating func bar(_ bar: Bar, into reports: inout [ExecutionReport]) {
        let book = book(of: bar.symbol)
        guard !(books[book].buys.isEmpty && books[book].sells.isEmpty) else { return }
        var left = bar.volume > .zero ? bar.volume : Quantity(rawValue: .max)
        for atOpen in [true, false] {
            for buys in [true, false] { fill(book, buys: buys, from: bar, atOpen: atOpen, &left, into: &reports) }
        }
        for buys in [true, false] { fillAtClose(book, buys: buys, from: bar, &left, into: &reports) }
        compact(book, buys: true)
        compact(book, buys: false)
    }

    private mutating func fill(
        _ book: Int, buys: Bool, from bar: Bar, atOpen: Bool, _ left: inout Quantity, into reports: inout [ExecutionReport]
    ) {
        for place in buys ? books[book].buys : books[book].sells {
            let order = orders[Int(place)]
            guard !order.ordStatus.isTerminal, order.since <= bar.time, order.timeInForce != .atTheClose else { continue }
            let fits = order.timeInForce != .fillOrKill || order.remainder <= left
            if atOpen {
                let liquidity: LastLiquidityInd = order.isForAuction ? .auction : .taker
                if order.allows(bar.open), fits { fillFromBar(place, at: bar.open, liquidity, bar.time, &left, into: &reports) }
                if order.isForAuction, !orders[Int(place)].ordStatus.isTerminal {
                    end(place, .expired)
                    report(.expired, place, bar.time, into: &reports)
                }
                if order.isImmediate, !orders[Int(place)].ordStatus.isTerminal {
                    end(place, .canceled)
                    report(.canceled, place, bar.time, text: text("the open did not fill it"), into: &reports)
                }
            } else if order.isTraded(through: buys ? bar.low : bar.high) {
                fillFromBar(place, at: order.price, .maker, bar.time, &left, into: &reports)
            }
        }
    }

    /// Orders for the closing auction, whose price the bar's close is taken for. What it does not fill expires.
    private mutating func fillAtClose(
        _ book: Int, buys: Bool, from bar: Bar, _ left: inout Quantity, into reports: inout [ExecutionReport]
    ) {
        for place in buys ? books[book].buys : books[book].sells {
            let order = orders[Int(place)]
            guard !order.ordStatus.isTerminal, order.since <= bar.time, order.timeInForce == .atTheClose else { continue }
            if order.allows(bar.close) { fillFromBar(place, at: bar.close, .auction, bar.closeTime, &left, into: &reports) }
            guard !orders[Int(place)].ordStatus.isTerminal else { continue }
            end(place, .expired)
            report(.expired, place, bar.closeTime, into: &reports)
        }
    }

    private mutating func fillFromBar(
        _ place: Int32, at price: Price, _ liquidity: LastLiquidityInd, _ time: Int64, _ left: inout Quantity,
        into reports: inout [ExecutionReport]
    ) {
        let lot = instruments[orders[Int(place)].symbol].lotSize
        let quantity = min(orders[Int(place)].remainder, left.rounded(downTo: lot))
        guard quantity > .zero else { return }
        left -= quantity
        execute(place, quantity, at: price, liquidity, time, into: &reports)
    }
}
