import Glibc
import PlainData
import TradingModel

/// The venue's own account of the day, for reconciliation: every fill, then the position in every symbol that is not flat.
///
/// CSV `record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee`; `record` is `fill` or `position`, `side` FIX's value
/// (54). A position is signed, and its price and fee are empty.
public enum Statement {
    public static func text(_ fills: [Fill], closedAt time: Int64, names: Names) -> String {
        var text = "record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee\n"
        var positions: [SymbolID: Quantity] = [:]
        for fill in fills {
            let row = [
                "fill", UTC.text(fill.eventTime), fill.execID.text(names), fill.clOrdID.text(names), fill.symbol.text(names),
                fill.side.text(names), fill.lastQty.description, fill.lastPx.description, fill.fee.description,
            ]
            text += row.map(quoted).joined(separator: ",") + "\n"
            positions[fill.symbol, default: .zero] += fill.side.isBuy ? fill.lastQty : -fill.lastQty
        }
        for (symbol, quantity) in positions.sorted(by: { $0.key < $1.key }) where quantity != .zero {
            let row = ["position", UTC.text(time), "", "", symbol.text(names), "", quantity.description, "", ""]
            text += row.map(quoted).joined(separator: ",") + "\n"
        }
        return text
    }

    static func write(_ fills: [Fill], closedAt time: Int64, names: Names, to path: String) throws(VenueError) {
        let text = text(fills, closedAt: time, names: names)
        guard let file = fopen(path + ".part", "w") else {
            throw .notWritten(path: path, reason: String(cString: strerror(errno)))
        }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten, rename(path + ".part", path) == 0 else {
            throw .notWritten(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// A client's own words may hold commas.
    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
