import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import Reconciler

@Suite("statement-csv")
struct StatementTests {
    static let sample = """
        record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee
        fill,2026-11-20T14:30:05.25Z,E17,0GXYZ,AAPL,buy,100,187.25,0.35
        fill,1700000000123456789,"E,18",0GXYZ,AAPL,sell_short,0.00000001,-1.5,
        position,,,,AAPL,,-40,187.5,
        position,,,,MSFT,,7,,

        """
    private func parse(_ text: String) throws(StatementError) -> Statement {
        try Statement(csv: Array(text.utf8), file: "day.csv")
    }

    @Test("fills and positions are read exactly")
    func reads() throws {
        let statement = try parse(Self.sample)
        #expect(statement.fills.map(\.line) == [2, 3] && statement.positions.map(\.line) == [4, 5])
        let first = statement.fills[0], second = statement.fills[1]
        #expect(first.eventTime.map { UTC.text($0) } == "2026-11-20T14:30:05.250Z")
        #expect(first.execID == "E17" && first.clOrdID == "0GXYZ" && first.symbol == "AAPL" && first.side == .buy)
        #expect(first.quantity.description == "100" && first.price.description == "187.25")
        #expect(first.fee?.description == "0.35")
        #expect(second.execID == "E,18" && second.side == .sellShort && second.fee == nil)
        #expect(second.quantity.rawValue == 1 && second.price.description == "-1.5")
        #expect(statement.positions[0].quantity.description == "-40")
        #expect(statement.positions[0].avgPx.description == "187.5" && statement.positions[1].avgPx.isNone)
    }

    @Test("columns come in any order, lines end in LF or CRLF, a byte order mark is skipped")
    func forms() throws {
        let statement = try parse(
            "\u{FEFF}symbol,price,side,cl_ord_id,quantity,exec_id,record\r\nAAPL,1,2,X,3,E,fill\r\n\r\nAAPL,,,,5,,position")
        #expect(statement.fills.count == 1 && statement.positions.count == 1)
        #expect(statement.fills[0].side == .sell && statement.fills[0].eventTime == nil)
    }

    private static let header = "record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee\n"

    @Test(
        "an error names file, line, column and value",
        arguments: [
            ("", "day.csv:1:1: no header line; expected record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee"),
            (
                "record,tine\n",
                "day.csv:1:8: unknown column \"tine\"; known are record, time, exec_id, cl_ord_id, symbol, side, quantity, price, fee"
            ),
            ("record,record\n", "day.csv:1:8: column \"record\" stands twice in the header"),
            ("record,symbol,side,quantity,price,exec_id\n", "day.csv:1:1: the header has no column \"cl_ord_id\""),
            (header + "fill,,E,X,AAPL,buy,1\n", "day.csv:2:20: 7 fields where the header has 9"),
            (header + "trade,,E,X,AAPL,buy,1,2,\n", "day.csv:2:1: record \"trade\" is neither fill nor position"),
            (header + "fill,,E,X,AAPL,buy,\"1,5\",2,\n", "day.csv:2:20: quantity \"1,5\" is not a decimal number"),
            (header + "fill,,E,X,AAPL,buy,0,2,\n", "day.csv:2:20: quantity \"0\" of a fill is not above zero"),
            (header + "fill,,E,X,AAPL,buy,-3,2,\n", "day.csv:2:20: quantity \"-3\" of a fill is not above zero"),
            (
                header + "fill,,E,X,AAPL,buy,0.000000001,2,\n",
                "day.csv:2:20: quantity \"0.000000001\" has more digits behind the point than are kept"
            ),
            (header + "fill,,E,X,AAPL,buy,1,99999999999,\n", "day.csv:2:22: price \"99999999999\" is out of range"),
            (header + "fill,,E,X,AAPL,buy,1,,\n", "day.csv:2:22: price is empty"),
            (header + "fill,,E,X,,buy,1,2,\n", "day.csv:2:11: symbol is empty"),
            (header + "fill,,E,X,AAPL,hold,1,2,\n", "day.csv:2:16: side \"hold\" is not buy, sell or sell_short"),
            (
                header + "fill,noon,E,X,AAPL,buy,1,2,\n",
                "day.csv:2:6: time \"noon\" is no ISO 8601 time in UTC and no nanoseconds since 1970"
            ),
            (
                header + "fill,,E,X,AAPL,buy,1,2,0.000000000000000001\n",
                "day.csv:2:24: fee \"0.000000000000000001\" has more digits behind the point than are kept"
            ),
            (header + "fill,,E,X,AAPL,buy,1,2,1e3\n", "day.csv:2:24: fee \"1e3\" is not a decimal number"),
            (header + "fill,,E,X,AAPL,buy,1,2,-.\n", "day.csv:2:24: fee \"-.\" is not a decimal number"),
            (
                header + "fill,,E,X,AAPL,buy,1,2,99999999999999999999999\n",
                "day.csv:2:24: fee \"99999999999999999999999\" is out of range"
            ),
            (header + "position,,E,,AAPL,,1,2,\n", "day.csv:2:11: exec_id \"E\" on a position, which has none"),
            (
                header + "position,,,,AAPL,,1,2,\nposition,,,,AAPL,,1,2,\n",
                "day.csv:3:13: a second position of \"AAPL\"; the first is in line 2"
            ),
            (header + "fill,,\"E,X,AAPL", "day.csv:2:7: a quoted field that the file does not close"),
            (header + "fill,,\"E\"1,X", "day.csv:2:10: text after the closing quote of a field"),
        ])
    func errors(text: String, message: String) {
        let error = #expect(throws: StatementError.self) { try parse(text) }
        #expect(error?.description == message)
    }

    @Test("bytes that are no UTF-8 are refused where they stand")
    func notUTF8() {
        let bytes = Array((Self.header + "fill,,E").utf8) + [0xFF] + Array(",X,AAPL,buy,1,2,\n".utf8)
        let error = #expect(throws: StatementError.self) { try Statement(csv: bytes, file: "day.csv") }
        #expect(error?.description == "day.csv:2:7: exec_id is not UTF-8 text")
    }

    @Test("mutated statements are read or refused, never more", arguments: 1...20 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed), refused = 0
        let spice = Array("\",\r\n-+.eE019:TZ \u{0}é".utf8) + [0xFF, 0xC3, 0xEF, 0xBB, 0xBF]
        for _ in Fuzz.rounds(500, of: "statement-csv") {
            var bytes = Array(Self.sample.utf8)
            for _ in 0...random.below(6) {
                let at = random.below(bytes.count)
                switch random.below(5) {
                case 0: bytes[at] = spice[random.below(spice.count)]
                case 1: bytes.insert(spice[random.below(spice.count)], at: at)
                case 2: bytes.remove(at: at)
                case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + random.below(60))], at: at)
                default: bytes.removeLast(random.below(min(40, bytes.count - 1)))
                }
            }
            do throws(StatementError) {
                let statement = try Statement(csv: bytes, file: "f")
                _ = Reconciliation(DeskSide(fills: [], positions: [], orders: []), statement)
            } catch {
                refused += 1
                #expect(error.line >= 1 && error.column >= 1 && error.line <= 2 + bytes.count { $0 == 10 })
                #expect(!error.description.isEmpty)
            }
        }
        #expect(refused > 100)
    }
}
