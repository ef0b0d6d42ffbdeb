import Ledger
import PlainData
import TradingModel

/// A day's ledger, read back.
struct LedgerContents: Equatable {
    struct Fill: Equatable { var execID: String, clOrdID: String, sequence: UInt64 }
    var fills: [Fill] = []
    var positions: [String: Double] = [:]
    var orders = 0
    /// Every id that an order was ever entered with.
    var orderIDs: Set<String> = []
    var tables: [[[String]]] = []

    init(_ data: String) throws {
        let ledger = try Ledger(path: data + "/ledger.db", names: Names())
        fills = try ledger.fills().map { Fill(execID: $0.execID, clOrdID: $0.clOrdID, sequence: $0.sequence) }
        for position in try ledger.positions() {
            positions[position.symbol, default: 0] += Double(position.quantity.rawValue) / 1e8
        }
        let all = try ledger.orders()
        orders = all.count
        orderIDs = Set(all.compactMap(\.clOrdIDs.first))
        tables = try Ledger.Table.allCases.filter { $0 != .breaks }.map { try ledger.contents($0) }
    }
}
