import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import MarketData

@Suite("trades-csv")
struct TradesCSVTests {
    private let scratch: Scratch
    private let names = Names()

    init() throws { scratch = try Scratch() }

    private func read(_ text: String, buffer: Int = 64) throws -> [Trade] {
        try all(try TradesCSV(scratch.file("trades.csv", text), names: names), buffer: buffer)
    }

    /// The message without the folder.
    private func failure(_ text: String) -> String? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return "\(error)".replacing(scratch.path + "/", with: "")
        }
    }

    /// 1710163800 is 2024-03-11T13:30:00Z (date -d).
    /// Expected: the same rows with a column more, which are read the careful way.
    @Test("rows read in one go are those read field by field, and so is what is refused", arguments: 1...4 as ClosedRange<UInt64>)
    func plainRows(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let times = ["1710163800000000123", "2024-03-11T13:30:00Z", "1710163800000000999"]
        let symbols = ["A", "AAPL", "BRK.A", "SEVEN77", "EIGHTTTT", "\"Q\"", "BTC-USD"]
        let numbers = ["1", "187.25", "0.00000001", "92233720368", "5.", ".5", "123456789012345678", "1e3", "+4", "007"]
        let spoilt = ["", "x", "-1", "0.0000000001", "99999999999", "1.2.3", " 1"]
        for round in Fuzz.rounds(200, of: "plain CSV rows") {
            var rows: [String] = []
            for _ in 0..<12 {
                func one(_ list: [String]) -> String { list[random.below(list.count)] }
                let isSpoilt = round % 2 == 0 && random.below(12) == 0
                rows.append(
                    [one(times), one(symbols), isSpoilt ? one(spoilt) : one(numbers), one(numbers)].joined(separator: ","))
            }
            let end = random.below(4) == 0 ? "\r\n" : "\n"
            let plain = try scratch.file("p.csv", "time,symbol,price,size\n" + rows.map { $0 + end }.joined())
            let other = try scratch.file("o.csv", "time,symbol,price,size,note\n" + rows.map { $0 + ",n" + end }.joined())
            func read(_ path: String) throws -> [String] {
                let names = Names()
                var source = try TradesCSV(path, names: names), found: [String] = []
                let buffer = UnsafeMutableBufferPointer<Trade>.allocate(capacity: 1)
                defer { buffer.deallocate() }
                do throws(MarketDataError) {
                    while try source.fill(buffer) > 0 { found.append(buffer[0].described(names).values.joined(separator: ",")) }
                } catch { found.append(error.description.replacing(path, with: "")) }
                return found
            }
            #expect(try read(plain) == read(other))
        }
    }

    @Test("columns stand in any order, times in either form, and numbers are exact")
    func values() throws {
        let trades = try read(
            """
            price,note,symbol,time,size
            100.1,a,ABC,2024-03-11T13:30:00Z,5
            -0.000000001,b,XYZ,1710163800000000001,0.00000001
            9223372036.854775807,c,ABC,2024-03-11T13:30:00.5Z,92233720368.54775807
            1e2,d,ABC,2024-03-11T13:30:00.123456789Z,1

            """)
        #expect(trades.map(\.eventTime) == [0, 1, 500_000_000, 123_456_789].map { 1_710_163_800_000_000_000 + $0 })
        #expect(trades.map(\.price.rawValue) == [100_100_000_000, -1, .max, 100_000_000_000])
        #expect(trades.map(\.size.rawValue) == [500_000_000, 1, .max, 100_000_000])
        #expect(trades.map { names.text(of: $0.symbol) } == ["ABC", "XYZ", "ABC", "ABC"])
    }

    @Test("CRLF, a byte order mark, empty lines, quotes and a last line without an end are taken as they are meant")
    func tolerated() throws {
        let trades = try read(
            "\u{FEFF}Time, Symbol ,price,size\r\n\r\n2024-03-11 13:30:00Z,\"A,B\",1,2\r\n\n2024-03-11T13:30:01+00:00,C,3,4")
        #expect(trades.map { names.text(of: $0.symbol) } == ["A,B", "C"])
        #expect(trades.map(\.size) == [Quantity(units: 2), Quantity(units: 4)])
    }

    @Test("the aggressor and the venue's number are read where they are given")
    func optional() throws {
        let trades = try read(
            "time,symbol,price,size,aggressor,trade_id\n1710163800000000000,A,1,1,buy,7\n1710163800000000000,A,1,1,2,8\n1710163800000000000,A,1,1,,\n"
        )
        #expect(trades.map(\.aggressor) == [.buy, .sell, .none])
        #expect(trades.map(\.tradeID) == [7, 8, 0])
    }

    @Test(
        "a bad row is one line that names file, line, column and value",
        arguments: [
            ("2024-03-11T13:30:00Z,A,1,-5", "trades.csv:3: size \"-5\" is negative; sizes are decimal numbers > 0"),
            ("2024-03-11T13:30:00Z,A,1,0", "trades.csv:3: size \"0\" is zero; sizes are decimal numbers > 0"),
            ("2024-03-11T13:30:00Z,A,1,", "trades.csv:3: size \"\" is empty; sizes are decimal numbers > 0"),
            (
                "2024-03-11T13:30:00Z,A,abc,1",
                "trades.csv:3: price \"abc\" is not a number; prices are decimal numbers, exact to 9 decimals"
            ),
            (
                "2024-03-11T13:30:00Z,A,nan,1",
                "trades.csv:3: price \"nan\" is not a number; prices are decimal numbers, exact to 9 decimals"
            ),
            (
                "2024-03-11T13:30:00Z,A,1.0000000001,1",
                "trades.csv:3: price \"1.0000000001\" has more than 9 decimals; prices are decimal numbers, exact to 9 decimals"
            ),
            (
                "2024-03-11T13:30:00Z,A,9223372036.854775808,1",
                "trades.csv:3: price \"9223372036.854775808\" is out of range; prices are decimal numbers, exact to 9 decimals"
            ),
            ("2024-03-11T13:30:00Z,,1,1", "trades.csv:3: symbol \"\" is empty; every row names its symbol"),
            (
                "2024-02-30T13:30:00Z,A,1,1",
                "trades.csv:3: time \"2024-02-30T13:30:00Z\" is not a time; times are ISO 8601 in UTC, or nanoseconds since 1970"
            ),
            (
                "2024-03-11T13:30:00+01:00,A,1,1",
                "trades.csv:3: time \"2024-03-11T13:30:00+01:00\" is not a time; times are ISO 8601 in UTC, or nanoseconds since 1970"
            ),
            ("2024-03-11T13:30:00Z,A,1", "trades.csv:3: 3 fields where the header has 4"),
            ("2024-03-11T13:30:00Z,A,1,1,1,1", "trades.csv:3: 5 fields where the header has 4"),
        ])
    func badRows(row: String, message: String) {
        #expect(failure("time,symbol,price,size\n2024-03-11T13:30:00Z,A,1,1\n\(row)\n") == message)
    }

    @Test("what stands before a bad row is handed out first, and the error stays")
    func beforeTheBadRow() throws {
        let path = try scratch.file(
            "t.csv", "time,symbol,price,size\n1710163800000000000,A,1,1\n1710163800000000001,A,1,2\n1710163800000000002,A,x,2\n")
        var source = try TradesCSV(path, names: names)
        let buffer = UnsafeMutableBufferPointer<Trade>.allocate(capacity: 8)
        defer { buffer.deallocate() }
        #expect(try source.fill(buffer) == 2)
        #expect(throws: MarketDataError.self) { try source.fill(buffer) }
        #expect(throws: MarketDataError.self) { try source.fill(buffer) }
    }

    @Test("a header without a column, with a column twice, or no header at all is refused")
    func headers() {
        #expect(
            failure("time,symbol,price\n")
                == "trades.csv:1: the header has no column \"size\"; trades-csv has time,symbol,price,size,[aggressor],[trade_id]"
        )
        #expect(failure("time,symbol,price,size,price\n") == "trades.csv:1: the header has the column \"price\" twice")
        #expect(failure("")?.hasPrefix("trades.csv: the file is empty") == true)
        #expect(throws: MarketDataError.cannotRead(file: "/no/such.csv", cause: "No such file or directory")) {
            try TradesCSV("/no/such.csv", names: names)
        }
    }

    /// Written once with `String` and once read back; the buffer's size must not matter.
    @Test("rows survive any buffer size and blocks that cut lines anywhere", arguments: [1, 7, 64, 4_096])
    func sizes(buffer: Int) throws {
        var random = SplitMix64(seed: UInt64(buffer))
        var text = "time,symbol,price,size\n"
        var expected: [[String]] = []
        for _ in 0..<20_000 {
            let time = 1_710_163_800_000_000_000 + Int64(random.below(1_000_000_000_000))
            let symbol = "S\(random.below(300))" + String(repeating: "x", count: random.below(20))
            let price = Price(rawValue: Int64(random.below(1_000_000_000_000)) - 1_000)
            let size = Quantity(rawValue: Int64(random.below(1_000_000_000)) + 1)
            text += "\(random.below(2) == 0 ? UTC.text(time) : String(time)),\(symbol),\(price),\(size)\n"
            expected.append([UTC.text(time), symbol, price.description, size.description, "", "0"])
        }
        #expect(texts(try read(text, buffer: buffer), names) == expected)
        let packed = try scratch.gzip("more.csv", text)
        #expect(texts(try all(try TradesCSV(packed, names: names), buffer: buffer), names) == expected)
    }

    @Test("no bytes make the reader fail otherwise than by its error")
    func fuzz() throws {
        let seed = Array(
            "time,symbol,price,size,aggressor,trade_id\r\n2024-03-11T13:30:00.5Z,\"AB\",1.5,2,buy,3\n1710163800000000000,B,1e-3,0.1,,\n"
                .utf8)
        var random = SplitMix64(seed: 20)
        for round in Fuzz.rounds(2_000, of: "trades-csv") {
            var bytes = seed
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array(",\"\n\r.-eE+0\0".utf8)[random.below(11)], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + random.below(12)))
                }
                if bytes.isEmpty { bytes = [44] }
            }
            let path = try scratch.file("fuzz.csv", bytes)
            do {
                for trade in try all(try TradesCSV(path, names: names), buffer: 1 + round % 3) { #expect(trade.size > .zero) }
            } catch is MarketDataError {}
        }
    }
}
