import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing

@testable import MarketData

/// A damaged file of any form is read or refused: the reader's own error is all that may come out of it.
@Suite("damaged files of every CSV form")
struct FormsFuzzTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    private static let forms: [(name: String, text: String, read: @Sendable (String, Names) throws -> [any Element])] = [
        (
            "quotes-csv",
            "time,symbol,bid,bid_size,ask,ask_size\n2024-03-11T13:30:00Z,A,1.5,10,1.75,0\n1710163800000000001,B,,0,2,3\n",
            { try all(try QuotesCSV($0, names: $1)) }
        ),
        (
            "bars-csv",
            "time,close_time,symbol,open,high,low,close,volume,vwap,trades\n"
                + "2024-03-11,2024-03-12,A,1,3,1,2,10,1.5,4\n2024-03-12,,\"B\",1,3,1,2,,,\n",
            { try all(try BarsCSV($0, names: $1)) }
        ),
        ("closes-csv", "Date,AA,BB\r\n2024-03-08,1.5,\r\n2024-03-11,,2e1\r\n", { try all(try ClosesCSV($0, names: $1)) }),
        (
            "targets-csv", "symbol,weight,time\nA,0.1,2024-03-11\nB,-2.5e-3,2024-03-12\n",
            { try all(try TargetsCSV($0, names: $1)) }
        ),
        (
            "orders-csv",
            "time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force\n"
                + "2024-03-11,new,A-1,,ACC,S1,XYZ,buy,100,limit,10.5,day\n2024-03-11,cancel,A-3,A-1,,,XYZ,,,,,\n",
            { try all(try OrdersCSV($0, names: $1)) }
        ),
        (
            "reports-csv",
            "time,msg_type,cl_ord_id,order_id,exec_id,exec_type,ord_status,order_qty,cum_qty,leaves_qty,last_qty,last_px,text\n"
                + "2024-03-11,8,A,O1,E1,F,1,100,40,60,40,10.5,hello\n2024-03-11,9,B,O1,,,1,,,,,,too late\n",
            { try all(try ReportsCSV($0, names: $1)) }
        ),
        (
            "corrections-csv",
            "time,symbol,trade_id,price,size,new_trade_id,new_price,new_size\n2024-03-11T13:30:00Z,A,7,1.5,10,8,1.75,9\n"
                + "1710163800000000001,B,9,,0,0,,0\n",
            { try all(try CorrectionsCSV($0, names: $1)) }
        ),
        (
            "a table of another program", "20240311 133000065;1025;7\n20240311 13:30;1026;.5\n\n12.5;7;2\n",
            {
                var layout = CSVLayout()
                (layout.header, layout.separator, layout.symbol) = (["time", "price", "size"], ";", "A")
                (layout.unit, layout.zone, layout.priceDecimals) = ("s", "America/New_York", 2)
                return try all(try TradesCSV($0, names: $1, layout: layout))
            }
        ),
    ]

    @Test("no bytes make a reader fail otherwise than by its error", arguments: 0..<8)
    func fuzz(form: Int) throws {
        let (name, text, read) = Self.forms[form]
        let whole = Array(text.utf8), spice = Array(",\"\n\r.-+eE0:TZ\0".utf8) + [0xFF, 0xC3]
        #expect(try !read(scratch.file("whole.csv", whole), names).isEmpty)
        var random = SplitMix64(seed: UInt64(form) + 1)
        for _ in Fuzz.rounds(1_000, of: name) {
            var bytes = whole
            for _ in 0...random.below(4) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(5) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[place] = spice[random.below(spice.count)]
                case 2: bytes.remove(at: place)
                case 3: bytes.insert(spice[random.below(spice.count)], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + random.below(12)))
                }
            }
            let path = try scratch.file("damaged.csv", bytes)
            do { _ = try read(path, names) } catch is MarketDataError {}
        }
    }
}
