import PlainData
import TradingModel

/// The orders that wait for a second person. A row's number is its timer's.
struct ReviewDesk: ~Copyable {
    struct Parked: State {
        var request = OrderRequest(
            eventTime: 0, clOrdID: .none, symbol: SymbolID(rawValue: 0), side: .none, orderQty: .zero, ordType: .limit)
        var requester: UInt32 = 0, limits: UInt32 = 0
        /// The soft checks that were found, one bit each.
        var softChecks: UInt64 = 0
        var expires: Int64 = 0
        /// Its time has been counted anew once, because history gave way to the clock.
        var isRenewed = false

        mutating func state(_ coder: inout StateCoder) {
            coder.element(&request)
            coder.field(&requester)
            coder.field(&limits)
            coder.field(&softChecks)
            coder.field(&expires)
            coder.field(&isRenewed)
        }
    }
    /// More than so many people cannot look at: what comes then is blocked.
    static var most: Int { 4_096 }

    private var rows = Chains<Parked>(repeating: Parked())
    private var byID = IDTable()
    /// Who asked for an order: the persons whose orders came as commands.
    private var requesters = IDTable()
    private(set) var count: Int64 = 0

    subscript(row: Int) -> Parked {
        get { rows[row] }
        set { rows[row] = newValue }
    }
    /// 0 for an order that does not wait.
    func find(_ order: ClOrdID) -> Int { count == 0 ? 0 : byID.find(order.rawValue) ?? 0 }
    var isFull: Bool { count >= Self.most }

    mutating func note(_ order: ClOrdID, by requester: TextID) {
        if !order.isNone { requesters.set(order.rawValue, Int(requester.rawValue)) }
    }
    func requester(of order: ClOrdID) -> UInt32 { UInt32(truncatingIfNeeded: requesters.find(order.rawValue) ?? 0) }

    mutating func park(_ parked: Parked) -> Int {
        let row = rows.add(parked, to: 0)
        byID.set(parked.request.clOrdID.rawValue, row)
        count += 1
        return row
    }
    mutating func remove(_ row: Int) -> Parked {
        let parked = rows[row]
        byID.set(parked.request.clOrdID.rawValue, 0)
        rows.remove(row, from: 0)
        count -= 1
        return parked
    }
    /// Every order that waits, the newest first.
    func each(_ body: (Parked) -> Void) {
        var at = rows.first(0)
        while at != 0 {
            body(rows[at])
            at = rows.next(at)
        }
    }

    mutating func state(_ coder: inout StateCoder) {
        rows.state(&coder)
        byID.state(&coder)
        requesters.state(&coder)
        coder.field(&count)
    }
}
