import PaperVenue
import PlainData
import StreamRuntime
import TradingModel

/// The simulated venue between the graph's orders and its reports, with the account that it books in. No sockets and
/// no clock: it is called by the history (`play`) and by the graph (`take`), both on the engine's thread.
final class VenueInLoop {
    let names: Names
    private var engine: MatchingEngine
    private let reports: Ingress<ExecutionReport>
    private let progress: ((Int64, Notional) -> Void)?
    private var answers: [ExecutionReport] = []
    private var overflowed = false
    /// What an execution's row says of its order.
    private var entered: [ClOrdID: (time: Int64, parentID: ClOrdID)] = [:]
    /// By symbol: the last event time at which it had a bar.
    private var seen: [Int64] = []

    private(set) var account: Account
    private(set) var sessions: [SessionRow] = []
    private(set) var trades: [TradeRow] = []
    private(set) var trips = RoundTripBook()
    private(set) var orders = OrderCounts()
    private(set) var list: OrderListHash
    /// Sessions until the one at whose close the first order was decided, that one included.
    private(set) var warmUp: Int?

    init(
        _ configuration: MatchingConfiguration, instruments: InstrumentTable, names: Names, cash: Notional,
        reports: Ingress<ExecutionReport>, progress: ((Int64, Notional) -> Void)?
    ) {
        engine = MatchingEngine(configuration, instruments: instruments)
        (self.names, self.reports, self.progress) = (names, reports, progress)
        account = Account(cash: cash)
        list = OrderListHash(names)
    }

    /// The symbols that had a bar.
    var symbols: [SymbolID] { seen.indices.filter { seen[$0] > .min }.map { SymbolID(rawValue: UInt32($0)) } }
    /// How many orders work at the venue now.
    var workingCount: Int { engine.workingCount }

    /// The graph sends a request: the venue acknowledges or refuses it, and fills it when the next bars come.
    func take(_ request: OrderRequest) {
        list.add(request)
        if request.action == .new {
            orders.new += 1
            entered[request.clOrdID] = (request.eventTime, request.parentID)
            warmUp = warmUp ?? sessions.count
        } else {
            orders.changes += 1
            // A replaced order goes by the replace's id from then on.
            if request.action == .replace { entered[request.clOrdID] = entered[request.origClOrdID] }
        }
        engine.apply(request, into: &answers)
        answer()
    }

    /// The bars of one event time: orders that were there before they began are filled from them, then the instruments are
    /// marked at their closes; at the end of a session day orders expire and the account is closed.
    func play(_ bars: [Bar], at time: Int64, session: Int64, endsSession: Bool, path: String) throws {
        for bar in bars {
            while seen.count <= bar.symbol.index { seen.append(.min) }
            guard seen[bar.symbol.index] != time else {
                throw BacktestError.twice(path: path, symbol: names.text(of: bar.symbol), time: bar.time)
            }
            seen[bar.symbol.index] = time
            engine.bar(bar, into: &answers)
        }
        for fill in engine.takeFills() {
            let order = entered[fill.clOrdID]
            let row = account.book(fill, orderTime: order?.time ?? fill.eventTime, parentID: order?.parentID ?? .none)
            trades.append(row)
            trips.add(row)
        }
        for bar in bars { account.mark(bar) }
        if endsSession {
            engine.endOfDay(time, into: &answers)
            let row = account.close(session)
            sessions.append(row)
            progress?(session, row.equity)
            if engine.workingCount == 0 { entered.removeAll(keepingCapacity: true) }
        }
        answer()
        guard !overflowed else { throw BacktestError.tooManyReports(time: time, most: reports.capacity) }
    }

    /// There are no more bars.
    func finish(path: String, range: DayRange) throws {
        reports.finish()
        guard !sessions.isEmpty else { throw BacktestError.noBars(path: path, range: range) }
    }

    private func answer() {
        for report in answers {
            switch report.execType {
            case .rejected: orders.rejected += 1
            case .expired: orders.expired += 1
            case .canceled: orders.canceled += 1
            case .trade: orders.filled += report.ordStatus == .filled ? 1 : 0
            default: break
            }
            if !reports.offer(report) { overflowed = true }
        }
        answers.removeAll(keepingCapacity: true)
    }
}

/// What became of the orders that reached the venue.
public struct OrderCounts: Sendable, Equatable {
    public var new: Int, filled: Int, expired: Int, canceled: Int, rejected: Int
    /// Cancels, replaces and status requests.
    public var changes: Int
    /// Orders that still worked when history ended.
    public var open: Int

    public init(
        new: Int = 0, filled: Int = 0, expired: Int = 0, canceled: Int = 0, rejected: Int = 0, changes: Int = 0, open: Int = 0
    ) {
        (self.new, self.filled, self.expired, self.canceled) = (new, filled, expired, canceled)
        (self.rejected, self.changes, self.open) = (rejected, changes, open)
    }
}

/// A hash of the list of orders, by what they ask for and not by their ids: two runs that order the same have the same.
///
/// Source: FNV-1a, 64 bits (Fowler, Noll, Vo), over one line of text an order.
struct OrderListHash {
    private let names: Names
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init(_ names: Names) { self.names = names }

    mutating func add(_ request: OrderRequest) {
        let line = """
            \(UTC.text(request.eventTime)),\(request.action.text(names)),\(names.text(of: request.symbol)),\
            \(request.side.text(names)),\(request.orderQty),\(request.ordType.text(names)),\(request.price),\
            \(request.timeInForce.text(names))

            """
        for byte in line.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    var text: String {
        let hex = String(value, radix: 16)
        return String(repeating: "0", count: 16 - hex.utf8.count) + hex
    }
}
