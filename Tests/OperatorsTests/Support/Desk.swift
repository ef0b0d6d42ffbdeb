import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

let account = TextID(rawValue: 11), strategy = TextID(rawValue: 12)

/// Instruments 1 to 4: a tick of 0.01 and a lot of 1.
func instruments(lot: Int64 = 1) -> InstrumentTable {
    InstrumentTable(
        (1...4).map {
            Instrument(symbol: SymbolID(rawValue: UInt32($0)), tickSize: price(0.01), lotSize: Quantity(units: lot))
        })
}

func request(
    _ id: UInt64, at time: Int64 = 0, _ side: TradingModel.Side = .buy, _ units: Double, _ limit: Double?,
    of symbol: SymbolID = one
) -> OrderRequest {
    OrderRequest(
        eventTime: time, clOrdID: ClOrdID(rawValue: id), account: account, strategy: strategy, symbol: symbol, side: side,
        orderQty: quantity(units), ordType: limit == nil ? .market : .limit, price: limit.map(price) ?? .none)
}

func money(_ units: Int64) -> Notional { Notional(price(Double(units)), Quantity(units: 1)) }

let looseBounds = Limits.Bounds(
    maxQuantity: Quantity(units: 1_000_000), maxNotional: Notional(rawValue: .max), collarBasisPoints: 10_000,
    maxPosition: Quantity(units: 1_000_000))

func looseLimits(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
    var limits = Limits(
        common: looseBounds, maxReferenceAge: .max, throttleOrders: 1_000, throttleWindow: 1, duplicateWindow: 0)
    change(&limits)
    return limits
}

/// The order as compliance would pass it.
func cleared(_ request: OrderRequest) throws -> ClearedOrder {
    let context = Context(
        instrument: Instrument(symbol: request.symbol, tickSize: .zero, lotSize: .zero),
        reference: request.price.isNone ? price(1) : request.price, referenceAge: 0)
    return try #require(Rules(looseLimits()).evaluate(request, in: context).cleared)
}

func parentUpdate(
    _ id: ClOrdID, _ state: ParentUpdate.State, _ units: Double, filled: Double = 0, at time: Int64 = 0,
    _ side: TradingModel.Side = .buy, of symbol: SymbolID = one
) -> ParentUpdate {
    ParentUpdate(
        eventTime: time, clOrdID: id, symbol: symbol, account: account, strategy: strategy, side: side, state: state,
        orderQty: quantity(units), openQty: .zero, cumQty: quantity(filled), price: .none)
}

func position(
    at time: Int64 = 0, _ units: Double, buying: Double = 0, selling: Double = 0, of symbol: SymbolID = one,
    account: TextID = account, strategy: TextID = strategy
) -> PositionUpdate {
    PositionUpdate(
        eventTime: time, symbol: symbol, account: account, strategy: strategy, quantity: quantity(units),
        workingBuy: quantity(buying), workingSell: quantity(selling), avgPx: .none, lastPx: .none, realised: .zero, cash: .zero)
}
