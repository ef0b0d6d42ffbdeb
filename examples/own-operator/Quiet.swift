import PlainData
import StreamRuntime
import TradingModel

/// Says of each instrument that it has not traded for a while, and at what price it last did.
struct Quiet: Operator, ~Copyable {
    let wait: Int64  // nanoseconds of event time
    var last = Dense<LastTrade>(repeating: LastTrade())

    mutating func process(_ trade: Trade, into out: inout Emitter<Signal, Nothing>) {
        let symbol = trade.symbol.index
        guard trade.eventTime >= last[symbol].time else { return }  // an older one, come late, wakes nobody
        (last[symbol].time, last[symbol].price) = (trade.eventTime, trade.price.double)
        out.setTimer(symbol, at: trade.eventTime + wait)  // in place of the one before
    }
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Signal, Nothing>) {
        let (symbol, trade) = (SymbolID(rawValue: UInt32(timer.key)), last[timer.key])
        out.emit(Signal(time: trade.time, eventTime: timer.time, symbol: symbol, value: trade.price))
    }
    mutating func state(_ coder: inout StateCoder) { coder.field(&last) }
}

struct LastTrade: State {
    var time = Int64.min, price = 0.0
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&time)
        coder.field(&price)
    }
}
