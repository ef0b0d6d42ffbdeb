import Foundation
import PaperVenue
import PlainData
import TradingModel

/// Writes what a run came to: `equity.csv`, `trades.csv`, `kpis.json`, `report.html`. The same result gives the same bytes.
public enum ResultFiles {
    /// Makes the folder and checks that files can be written into it, before hours of history are run.
    public static func prepare(_ folder: String) throws(BacktestError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: folder, cause: cause(error))
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw .cannotWrite(path: folder, cause: "permission denied")
        }
    }

    public static func write(_ result: BacktestResult, to folder: String) throws(BacktestError) {
        try prepare(folder)
        try write(equity(result), to: folder + "/equity.csv")
        try write(trades(result), to: folder + "/trades.csv")
        try write(KPIFile.text(result), to: folder + "/kpis.json")
        try write(Report.html(result), to: folder + "/report.html")
    }

    static func write(_ text: String, to path: String) throws(BacktestError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .cannotWrite(path: path, cause: cause(error))
        }
    }
    private static func cause(_ error: any Error) -> String {
        let error = error as NSError
        if let below = error.userInfo[NSUnderlyingErrorKey] as? NSError, below.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(below.code)))
        }
        return error.code == NSFileWriteNoPermissionError ? "permission denied" : error.localizedDescription
    }

    /// One row a session; money exactly, returns and drawdowns as the shortest doubles.
    static func equity(_ result: BacktestResult) -> String {
        var text = "date,equity,cash,long,short,return,drawdown,traded,costs,positions,trades\n"
        let curve = result.sessions.map(\.equity.double), below = Drawdown.underwater(curve)
        for (i, row) in result.sessions.enumerated() {
            let change = i == 0 ? nil : Statistics.ratio(curve[i] - curve[i - 1], curve[i - 1])
            text += """
                \(Texts.day(row.date)),\(row.equity),\(row.cash),\(row.long),\(row.short),\(Texts.exact(change)),\
                \(Texts.exact(below[i])),\(row.traded),\(row.costs),\(row.positions),\(row.trades)

                """
        }
        return text
    }

    /// One row an execution; `cash` is the account's after it, and `position` what is held of the symbol.
    static func trades(_ result: BacktestResult) -> String {
        var text =
            "time,symbol,side,quantity,price,notional,fee,cash_flow,position,cash,liquidity,order_time,cl_ord_id,parent_id\n"
        let names = result.names
        for row in result.trades {
            text += """
                \(UTC.text(row.time)),\(Texts.csv(names.text(of: row.symbol))),\(row.side.isBuy ? "buy" : "sell"),\
                \(row.quantity),\(row.price),\(row.notional),\(row.fee),\(row.cashFlow),\(row.position),\(row.cash),\
                \(row.isMaker ? "maker" : "taker"),\(UTC.text(row.orderTime)),\(Texts.csv(row.clOrdID.text(names))),\
                \(Texts.csv(row.parentID.text(names)))

                """
        }
        return text
    }
}
