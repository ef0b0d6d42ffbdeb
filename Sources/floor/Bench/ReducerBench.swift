import OMS
import PlainData
import StreamRuntime
import TradingModel

/// The order book of record alone: reports applied to the orders that they are about.
///
/// 20,000 orders over 100 instruments, as a desk's day has them: each is acknowledged, filled in four parts, every tenth replaced
/// between two of them and every twentieth loses a fill to a bust. Reports of different orders come mixed, 64 orders at a time.
/// Its own answer is checked first: Σ CumQty, the orders that are filled, and that nothing was odd.
struct ReducerBench {
    let options: BenchOptions
    private static var orders: Int { 20_000 }
    private static var together: Int { 64 }

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> [BenchLine] {
        let reports = Self.day()
        var rates: [Double] = []
        for _ in 0..<options.rounds { rates.append(try measure(reports)) }
        return [.atLeast("order book of record: reports applied", median(rates), "reports/s", 5_000_000)]
    }

    private static func id(_ order: Int) -> ClOrdID { ClOrdID(rawValue: UInt64(order + 1)) }
    private static func replacement(_ order: Int) -> ClOrdID { ClOrdID(rawValue: UInt64(order + 1) | 1 << 32) }
    private static func request(_ order: Int, _ action: OrderRequest.Action) -> OrderRequest {
        OrderRequest(
            eventTime: 1, action: action, clOrdID: action == .new ? id(order) : replacement(order),
            origClOrdID: action == .new ? .none : id(order), account: TextID(rawValue: 1),
            symbol: SymbolID(rawValue: UInt32(1 + order % 100)), side: order & 1 == 0 ? .buy : .sell,
            orderQty: Quantity(units: 400), ordType: .limit, price: Price(rawValue: 100 * Price.one))
    }

    /// The reports of each order in its order, of 64 orders in turn.
    private static func day() -> [ExecutionReport] {
        var all: [ExecutionReport] = [], execution: UInt32 = 100
        for first in stride(from: 0, to: orders, by: together) {
            let lives = (first..<min(first + together, orders)).map { life(of: $0, &execution) }
            for step in 0..<(lives.map(\.count).max() ?? 0) {
                for life in lives where step < life.count { all.append(life[step]) }
            }
        }
        return all
    }

    private static func life(of order: Int, _ execution: inout UInt32) -> [ExecutionReport] {
        var reports: [ExecutionReport] = [], filled: Int64 = 0, current = id(order)
        func add(_ execType: ExecType, _ status: OrdStatus, orig: ClOrdID = .none, quantity: Int64 = 0, ref: TextID = .none) {
            execution += 1
            reports.append(
                ExecutionReport(
                    eventTime: 2, clOrdID: current, origClOrdID: orig, orderID: TextID(rawValue: 2),
                    execID: TextID(rawValue: execution), execRefID: ref, execType: execType, ordStatus: status,
                    symbol: SymbolID(rawValue: UInt32(1 + order % 100)), side: order & 1 == 0 ? .buy : .sell,
                    orderQty: Quantity(units: 400), cumQty: Quantity(units: filled), leavesQty: Quantity(units: 400 - filled),
                    lastQty: Quantity(units: quantity), lastPx: quantity > 0 ? Price(rawValue: 100 * Price.one) : .none,
                    avgPx: filled > 0 ? Price(rawValue: 100 * Price.one) : .none))
        }
        func fill() {
            filled += 100
            add(.trade, filled == 400 ? .filled : .partiallyFilled, quantity: 100)
        }
        add(.new, .new)
        fill()
        if order % 20 == 5 {
            let busted = TextID(rawValue: execution)
            filled -= 100
            add(.tradeCancel, .new, quantity: 0, ref: busted)
            fill()
        }
        fill()
        if order % 10 == 0 {
            current = replacement(order)
            add(.pendingReplace, .pendingReplace, orig: id(order))
            add(.replaced, .partiallyFilled, orig: id(order))
        }
        fill()
        fill()
        return reports
    }

    private func measure(_ reports: [ExecutionReport]) throws -> Double {
        var book = OrderBookOfRecord()
        for order in 0..<Self.orders {
            _ = book.apply(Self.request(order, .new))
            if order % 10 == 0 { _ = book.apply(Self.request(order, .replace)) }
        }
        var odd = 0
        let start = TickClock.monotonic()
        for report in reports { odd += book.apply(report).anomalyCount }
        let elapsed = Double(TickClock.monotonic() - start)
        let filled = book.orders.count { $0.ordStatus == .filled }
        let sum = book.orders.reduce(Int64(0)) { $0 + $1.cumQty.rawValue }
        guard odd == 0, filled == Self.orders, sum == Quantity(units: 400).rawValue * Int64(Self.orders) else {
            throw Refusal.answer(
                "order book of record: \(odd) anomalies, \(filled) of \(Self.orders) orders filled, Σ CumQty \(sum)")
        }
        return Double(reports.count) / elapsed * 1e9
    }
}
