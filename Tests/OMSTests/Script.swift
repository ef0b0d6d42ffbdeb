import OMS
import PlainData
import Testing
import TradingModel

/// A scenario as the specification prints it, one message a line, and the state that must hold after it:
///
///     > D X 10000                       we send: D new, F cancel, G replace, H status
///     < Trade X 1000@100 C | PartiallyFilled 10000 1000 9000 100
///     < 9 Y X | Filled                  | OrdStatus [OrderQty CumQty LeavesQty [AvgPx]]
///
/// A report's words: ExecType, ClOrdID, then in any order `o:OrigClOrdID`, `qty@px`, `q:OrderQty`, `c:CumQty`,
/// `l:LeavesQty`, `id:ExecID`, `ref:ExecRefID`, `s:OrdStatus`, `r:reason`. What is not given is taken from the expected state.
struct Script {
    var book = OrderBookOfRecord()
    let names = Names()
    var timeInForce = TimeInForce.day
    private(set) var anomalies: [Anomaly] = []
    private var time: Int64 = 0

    static let statuses: [String: OrdStatus] = Dictionary(
        uniqueKeysWithValues: OrdStatus.allCases.map { (String(describing: $0).lowercased(), $0) })
    static let execTypes: [String: ExecType] = Dictionary(
        uniqueKeysWithValues: ExecType.allCases.map { (String(describing: $0).lowercased(), $0) })

    func id(_ text: String) -> ClOrdID { text.isEmpty ? .none : ClOrdID(foreign: names.text(text)) }

    mutating func run(_ text: String) throws {
        for line in text.split(separator: "\n") { try step(String(line)) }
    }

    mutating func step(_ line: String) throws {
        let halves = line.split(separator: "|", maxSplits: 1)
        let words = halves[0].split(separator: " ").map(String.init)
        let expected = halves.count > 1 ? halves[1].split(separator: " ").map(String.init) : []
        guard let direction = words.first else { return }
        time += 1
        var effects: OrderEffects
        var subject = words[2]
        if direction == ">" {
            effects = book.apply(try request(words))
            if words.count > 3, words[1] != "D" { subject = words[3] }
        } else {
            effects = book.apply(try report(words, expected))
        }
        anomalies += effects.anomalies
        guard !expected.isEmpty else { return }
        let order = try #require(book[id(subject)], "no order for: \(line)")
        #expect(order.ordStatus == Script.statuses[expected[0].lowercased()], "OrdStatus after: \(line)")
        guard expected.count > 3 else { return }
        #expect(order.orderQty.description == expected[1], "OrderQty after: \(line)")
        #expect(order.cumQty.description == expected[2], "CumQty after: \(line)")
        #expect(order.leavesQty.description == expected[3], "LeavesQty after: \(line)")
        if expected.count > 4 { #expect(order.avgPx.description == expected[4], "AvgPx after: \(line)") }
        // The row says the same as the state.
        if let row = effects.update {
            #expect(row.ordStatus == order.ordStatus && row.cumQty == order.cumQty && row.leavesQty == order.leavesQty)
        }
    }

    private func request(_ words: [String]) throws -> OrderRequest {
        let isNew = words[1] == "D"
        let quantity = isNew ? words[3] : words.count > 4 ? words[4] : "0"
        let actions: [String: OrderRequest.Action] = ["D": .new, "F": .cancel, "G": .replace, "H": .status]
        return OrderRequest(
            eventTime: time, action: try #require(actions[words[1]]), clOrdID: id(words[2]),
            origClOrdID: isNew || words.count < 4 ? .none : id(words[3]), symbol: SymbolID(rawValue: 1), side: .buy,
            orderQty: try Quantity(quantity), ordType: .limit, timeInForce: timeInForce)
    }

    private func report(_ words: [String], _ expected: [String]) throws -> ExecutionReport {
        var row = ExecutionReport(
            eventTime: time, clOrdID: id(words[2]), execType: .none, ordStatus: .new, symbol: SymbolID(rawValue: 1), side: .buy)
        switch words[1] {
        case "9": row.msgType = .orderCancelReject
        case "sent": row.msgType = .sent
        case "inDoubt": row.msgType = .inDoubt
        default: row.execType = try #require(Script.execTypes[words[1].lowercased()], "ExecType \(words[1])")
        }
        if expected.count > 0 { row.ordStatus = try #require(Script.statuses[expected[0].lowercased()]) }
        if expected.count > 3, row.msgType == .executionReport {
            row.orderQty = try Quantity(expected[1])
            row.cumQty = try Quantity(expected[2])
            row.leavesQty = try Quantity(expected[3])
        }
        for word in words.dropFirst(3) {
            if let at = word.firstIndex(of: "@") {
                row.lastQty = try Quantity(String(word[..<at]))
                row.lastPx = try Price(String(word[word.index(after: at)...]))
                continue
            }
            let parts = word.split(separator: ":").map(String.init)
            switch parts[0] {
            case "o": row.origClOrdID = id(parts[1])
            case "q": row.orderQty = try Quantity(parts[1])
            case "c": row.cumQty = try Quantity(parts[1])
            case "l": row.leavesQty = try Quantity(parts[1])
            case "id": row.execID = names.text(parts[1])
            case "ref": row.execRefID = names.text(parts[1])
            case "s": row.ordStatus = try #require(Script.statuses[parts[1].lowercased()])
            case "r":
                row.cxlRejReason = Int16(parts[1]) ?? -1
                row.ordRejReason = row.cxlRejReason
            default: row.origClOrdID = id(word)
            }
        }
        return row
    }
}
