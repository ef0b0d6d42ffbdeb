import Glibc
import PlainData
import TradingModel

/// Writes what a run came to: `equity.csv`, `trades.csv`, `kpis.json`, `report.html`. The same result gives the same bytes.
public enum ResultFiles {
    /// Makes the folder and those above it, and checks that files can be written into it: before years of history are run.
    public static func prepare(_ folder: String) throws(BacktestError) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += part + "/"
            if mkdir(path, 0o755) != 0, errno != EEXIST {
                throw .cannotWrite(path: folder, cause: String(cString: strerror(errno)))
            }
        }
        var status = stat()
        guard stat(path, &status) == 0, access(path, W_OK) == 0 else {
            throw .cannotWrite(path: folder, cause: String(cString: strerror(errno)))
        }
    }

    public static func write(_ result: BacktestResult, to folder: String) throws(BacktestError) {
        try prepare(folder)
        try write(equity(result), to: folder + "/equity.csv")
        try write(trades(result), to: folder + "/trades.csv")
        try write(KPIFile.text(result), to: folder + "/kpis.json")
        try write(Report.html(result), to: folder + "/report.html")
    }

    /// A file appears whole or not at all.
    static func write(_ text: String, to path: String) throws(BacktestError) {
        func refused() -> BacktestError { .cannotWrite(path: path, cause: String(cString: strerror(errno))) }
        let partial = path + ".partial"
        let file = open(partial, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw refused() }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let n = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if n < 0, errno != EINTR {
                let error = refused()
                close(file)
                throw error
            }
            bytes = bytes.dropFirst(max(0, n))
        }
        guard close(file) == 0, rename(partial, path) == 0 else { throw refused() }
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
