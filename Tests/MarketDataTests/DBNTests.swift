import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import MarketData

/// The three outputs of one DBN file, each as lines of numbers: time, symbol, and what the element holds, unscaled.
func dbnLines(_ path: String, time: DBNTime = .event) throws -> [String] {
    let names = Names()
    let trades = try all(DBNTrades(ByteFile(path), names: names, time: time)).map {
        "T|\($0.eventTime)|\(names.text(of: $0.symbol))|\($0.price.rawValue)|\($0.size)|\($0.aggressor)|\($0.tradeID)"
    }
    let quotes = try all(DBNQuotes(ByteFile(path), names: names, time: time), buffer: 3).map {
        "Q|\($0.eventTime)|\(names.text(of: $0.symbol))|\($0.bid)|\($0.bidSize)|\($0.ask)|\($0.askSize)"
    }
    let bars = try all(DBNBars(ByteFile(path), names: names), buffer: 1).map {
        "B|\($0.time)|\($0.closeTime)|\(names.text(of: $0.symbol))|\($0.open.rawValue)|\($0.high.rawValue)|\($0.low.rawValue)|"
            + "\($0.close.rawValue)|\($0.volume)"
    }
    return trades + quotes + bars
}

@Suite("DBN files, beside the vendor's own reader", .enabled(if: recordedData != nil, "needs the recorded data"))
struct DBNRecordedTests {
    private static let folder = recordedData.map { $0.appending(path: "databento-dbn") }
    private static let files: [String] = {
        guard let folder, let found = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".dbn") || $0.hasSuffix(".dbn.zst") }.sorted()
    }()

    private func path(_ name: String) throws -> String { try #require(Self.folder).appending(path: name).path }

    /// Expected: the vendor's reader, a library of its own in another language. Symbols by the rule that it publishes.
    @Test("every file gives the trades, quotes and bars that the vendor's reader finds in it", .enabled(if: dbnPython != nil))
    func everyFile() throws {
        let script = """
            import sys, subprocess, datetime, databento_dbn as d
            UNDEF_T, UNDEF_P = 2**64 - 1, 2**63 - 1
            side = lambda s: {'B': 'buy', 'A': 'sell'}.get(str(s), 'none')
            def price(p):
                if p == UNDEF_P: return ''
                q, r = divmod(abs(p), 10**9)
                return ('-' if p < 0 else '') + str(q) + (('.' + '%09d' % r).rstrip('0') if r else '')
            for path in sys.argv[1:]:
                raw = open(path, 'rb').read()
                if path.endswith('.zst'): raw = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
                decoder = d.DBNDecoder(upgrade_policy=d.VersionUpgradePolicy.AS_IS)
                decoder.write(raw)
                records, meta, live = decoder.decode(), None, {}
                print('F|' + path)
                out = {'T': [], 'Q': [], 'B': []}
                def symbol(r, index):
                    if r.instrument_id in live: return live[r.instrument_id]
                    day = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=index // 10**9)).date()
                    found = str(r.instrument_id)
                    for raw_symbol, intervals in meta.mappings.items():
                        for i in intervals:
                            a, b, s = i['start_date'], i['end_date'], i['symbol']
                            if s == str(r.instrument_id) and a <= day < b: found = raw_symbol
                            if raw_symbol == str(r.instrument_id) and str(meta.stype_in) == 'instrument_id' and a <= day < b: found = s
                    return found
                for r in records:
                    kind = type(r).__name__
                    if kind == 'Metadata': meta = r; continue
                    if 'SymbolMapping' in kind: live[r.instrument_id] = r.stype_out_symbol; continue
                    recv = getattr(r, 'ts_recv', UNDEF_T)
                    index = recv if recv != UNDEF_T else r.ts_event
                    time = r.ts_event if r.ts_event != UNDEF_T else recv
                    if hasattr(r, 'open'):
                        step = {'32': 1, '33': 60, '34': 3600, '35': 86400, '36': 86400}[str(int(r.rtype))] if int(r.rtype) != 17 else \\
                            {'5': 1, '6': 60, '7': 3600, '8': 86400}[str(int(meta.schema))]
                        out['B'].append(f"B|{r.ts_event}|{r.ts_event + step * 10**9}|{symbol(r, r.ts_event)}|{r.open}|{r.high}|{r.low}|{r.close}|{r.volume}")
                    if str(getattr(r, 'action', '')) == 'T' and hasattr(r, 'size'):
                        out['T'].append(f"T|{time}|{symbol(r, index)}|{r.price}|{r.size}|{side(r.side)}|{getattr(r, 'sequence', 0)}")
                    if hasattr(r, 'levels'):
                        l = r.levels if not isinstance(r.levels, (list, tuple)) else r.levels[0]
                        at = index if int(r.rtype) in (0xC0, 0xC1, 0xC3, 0xC4) else time
                        out['Q'].append(f"Q|{at}|{symbol(r, index)}|{price(l.bid_px)}|{l.bid_sz if l.bid_px != UNDEF_P else 0}|"
                                        f"{price(l.ask_px)}|{l.ask_sz if l.ask_px != UNDEF_P else 0}")
                for k in 'TQB':
                    for line in out[k]: print(line)
            """
        let python = try #require(dbnPython)
        let files = try Self.files.map(path)
        #expect(files.count > 80)
        let lines = try output(of: python, ["-c", script] + files).split(separator: "\n").map(String.init)
        var expected: [String: [String]] = [:], file = ""
        for line in lines {
            if line.hasPrefix("F|") { file = String(line.dropFirst(2)) } else { expected[file, default: []].append(line) }
        }
        var rows = 0
        for path in files {
            // Of mbo the quotes are rebuilt books, which another test is about.
            let holdsOrders = path.contains(".mbo.") || path.contains(".live.")
            let found = try dbnLines(path).filter { !holdsOrders || $0.first != "Q" }
            #expect(found == (expected[path] ?? []).filter { !holdsOrders || $0.first != "Q" }, "\(path)")
            rows += found.count
        }
        #expect(rows > 2_800)
    }

    /// Expected: the data's own law, the bars that the vendor published of the same minutes.
    @Test("the trades of four minutes make the bars that the vendor published of them")
    func barsOfTrades() throws {
        let folder = "nautilus/historical_bars_catalog/futures_"
        let names = Names()
        let trades = try all(
            DBNTrades(ByteFile(path(folder + "trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst")), names: names))
        let published = try all(
            DBNBars(ByteFile(path(folder + "ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst")), names: names))
        #expect(trades.count == 120)
        var seen = 0
        for bar in published {
            let minute = trades.filter { bar.time <= $0.eventTime && $0.eventTime < bar.closeTime && $0.symbol == bar.symbol }
            guard let first = minute.first, let last = minute.last else { continue }
            seen += 1
            #expect(first.price == bar.open && last.price == bar.close)
            #expect(minute.map(\.price).max() == bar.high && minute.map(\.price).min() == bar.low)
            #expect(minute.reduce(Quantity.zero) { $0 + $1.size } == bar.volume)
        }
        #expect(seen == 4)
    }

    @Test("a live file's mapping records name its instruments, and what gives nothing is counted")
    func live() throws {
        let names = Names()
        _ = try all(DBNTrades(ByteFile(path("LIVE/test_data.live.dbn.zst")), names: names))
        #expect(names.find("ESZ4", in: .symbols) != nil)
        let file = try MarketFile(path("GLBX.MDP3/test_data.status.dbn.zst"), format: .dbn, names: names)
        #expect(try all(#require(file.statuses)).count == 4 && file.passedOver?() == nil)
        let statistics = try MarketFile(path("GLBX.MDP3/test_data.statistics.dbn.zst"), format: .dbn, names: names)
        #expect(try all(#require(statistics.trades)).isEmpty)
        #expect(statistics.passedOver?() == "4 statistics")
    }
}

@Suite("DBN files, byte by byte")
struct DBNTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    /// By hand from the format's description: two trades, the second past the mapping's last day.
    @Test("symbols are looked up by the day of receipt, prices and sizes are exact, and either time can be the event's")
    func trades() throws {
        var file = DBNFile()
        file.map("ESH1", [(20_240_311, 20_240_312, 17)])
        let day = try #require(UTC.parse("2024-03-11"))
        file.trade(17, at: day + 5, received: day + 7, price: 5_123_250_000_001, size: .max, side: "B", sequence: 9)
        file.trade(17, at: day + UTC.day - 1, received: day + UTC.day, price: -1, size: 3, side: "N", sequence: 10)
        file.trade(18, at: nil, received: day + 9, price: 1, size: 1, side: "A", sequence: 11)
        let path = try scratch.file("x.dbn", file.bytes)
        #expect(
            try dbnLines(path) == [
                "T|\(day + 5)|ESH1|5123250000001|4294967295|buy|9", "T|\(day + UTC.day - 1)|17|-1|3|none|10",
                "T|\(day + 9)|18|1|1|sell|11",
            ])
        #expect(try dbnLines(path, time: .received)[0].hasPrefix("T|\(day + 7)|ESH1"))
    }

    @Test("an undefined side of a quote is nobody, and a trade without a price is counted, not made up")
    func undefined() throws {
        var file = DBNFile()
        file.top(7, at: 100, action: "A", price: .max, bid: .max, ask: 2_500_000_000, bidSize: 5, askSize: 6)
        file.top(7, at: 101, action: "T", price: .max, bid: 1, ask: .max, bidSize: 5, askSize: 6)
        let path = try scratch.file("x.dbn", file.bytes)
        #expect(try dbnLines(path) == ["Q|100|7||0|2.5|6", "Q|101|7|0.000000001|5||0"])
        let opened = try MarketFile(path, format: .dbn, names: names)
        #expect(try all(#require(opened.trades)).isEmpty)
        #expect(opened.passedOver?() == "1 trade without a price")
    }

    @Test("bad bytes are named by file, offset, field and value")
    func named() throws {
        var file = DBNFile()
        file.trade(17, at: 1, received: 2, price: 3, size: 4, side: "B", sequence: 5)
        let start = file.bytes.count - 48
        func refused(_ name: String, _ change: (inout [UInt8]) -> Void) throws -> String {
            var bytes = file.bytes
            change(&bytes)
            let path = try scratch.file(name, bytes)
            return try #require(throws: MarketDataError.self) { try dbnLines(path) }.description.replacing(path, with: name)
        }
        #expect(try refused("a.dbn") { $0[start] = 0 }.hasPrefix("a.dbn: byte \(start): length \"0\" is shorter than a header; "))
        #expect(try refused("b.dbn") { $0[start] = 8 }.hasPrefix("b.dbn: byte \(start): length \"32\" is too short for trade; "))
        #expect(try refused("c.dbn") { $0.removeLast(5) }.contains("byte \(start): record ends in the middle, after 43 bytes; "))
        #expect(
            try refused("e.dbn") { bytes in
                for i in 16..<23 { bytes[start + i] = 0 }; bytes[start + 23] = 0x80
            }.contains(
                "byte \(start + 16): price \"-9223372036854775808\" is out of range"))
        #expect(
            try refused("f.dbn") { $0[start + 15] = 0x80 }.contains(
                "byte \(start + 8): ts_event \"9223372036854775809\" is out of"))
        #expect(try refused("g.dbn") { $0[3] = 9 }.contains("byte 3: version \"9\" is not known"))
        #expect(try refused("h.dbn") { $0 = [1, 2, 3] }.contains("byte 0: magic \"1 2 3\" is not \"DBN\""))
        #expect(try refused("i.dbn") { $0[6] = 9 }.contains("byte 4: metadata length \"589944\" is more than the"))
        #expect(try refused("j.dbn") { $0[8 + 16] = 99 }.contains("byte 24: schema \"65379\" is none that is known"))
        #expect(try refused("k.dbn") { $0[8 + 100] = 200 }.contains("symbols"))
    }

    @Test("a file whose name does not say what it holds wants its schema said")
    func schema() throws {
        var file = DBNFile(schema: .ohlcv1h)
        file.bar(3, at: 3_600 * UTC.second, kind: 34, prices: (1, 4, 1, 2), volume: 9)
        let plain = try scratch.file("x.dbn", file.bytes), said = try scratch.file("x.ohlcv-1h.dbn", file.bytes)
        let error = try #require(throws: MarketDataError.self) { try MarketFile(plain, format: .dbn, names: names) }
        #expect(
            error.description.contains("it holds ohlcv-1h, which gives bars, and its name does not say so: say schema: ohlcv-1h"))
        var options = FileOptions()
        options.schema = .ohlcv1h
        for opened in [
            try MarketFile(said, format: .dbn, names: names), try MarketFile(plain, format: .dbn, names: names, options: options),
        ] {
            let bars = try all(#require(opened.bars))
            #expect(bars.map(\.closeTime) == [7_200 * UTC.second] && bars.map(\.volume) == [Quantity(units: 9)])
        }
        #expect(MarketFile.detect(plain) == .dbn)
        for (name, schema) in [("a/xnas-20240311.tbbo.dbn.zst", DBNSchema.tbbo), ("x.tcbbo.dbn", .tcbbo), ("cbbo-1s", .cbbo1s)] {
            #expect(DBNSchema.named(in: name) == schema)
        }
    }

    @Test("a file without metadata has numbers for symbols")
    func fragment() throws {
        var file = DBNFile()
        let start = file.bytes.count
        file.trade(17, at: 1, received: 2, price: 3, size: 4, side: "B", sequence: 5)
        let path = try scratch.file("x.dbn.frag", Array(file.bytes[start...]))
        #expect(try dbnLines(path) == ["T|1|17|3|4|buy|5"])
    }

    @Test("no bytes make the reader fail otherwise than by its error, and a file that ends early keeps what came before")
    func fuzz() throws {
        var file = DBNFile()
        file.map("AB", [(20_240_311, 20_240_312, 7), (20_240_312, 20_240_401, 8)])
        file.mapping(9, "XYZ")
        for n in 0..<3 {
            file.trade(UInt32(7 + n), at: 100, received: 101, price: 3, size: 4, side: "B", sequence: 5)
            file.top(8, at: 100, action: "T", price: 7, bid: 1, ask: 2, bidSize: 5, askSize: 6)
            file.bar(9, at: 3_600 * UTC.second, kind: 0x20 + UInt8(n), prices: (1, 4, 1, 2), volume: 9)
        }
        let whole = file.bytes
        var random = SplitMix64(seed: 7), (read, refused) = (0, 0)
        for _ in Fuzz.rounds(15_000, of: "DBN") {
            let bytes = mutated(whole, using: &random)
            do {
                let names = Names()
                try drain(DBNTrades(ByteFile(bytes, named: "x.dbn.frag"), names: names))
                try drain(DBNQuotes(ByteFile(bytes, named: "x.dbn"), names: names))
                try drain(DBNBars(ByteFile(bytes, named: "x.dbn"), names: names))
                read += 1
            } catch is MarketDataError { refused += 1 }
        }
        #expect(read > 0 && refused > 0)
    }
}

/// Writes the bytes of a DBN file of version 3, for tests alone.
struct DBNFile {
    private var mappings: [UInt8] = [], mappingCount: UInt32 = 0, records: [UInt8] = []
    private let schema: UInt16

    init(schema: DBNSchema? = nil) { self.schema = schema?.rawValue ?? .max }

    var bytes: [UInt8] {
        var meta: [UInt8] = text("XNAS.ITCH", 16) + le(schema) + le(UInt64(0)) + le(UInt64.max) + le(UInt64(0))
        meta += [1, 0, 0] + le(UInt16(71)) + [UInt8](repeating: 0, count: 53) + le(UInt32(0))
        meta += le(UInt32(0)) + le(UInt32(0)) + le(UInt32(0)) + le(mappingCount) + mappings
        return Array("DBN".utf8) + [3] + le(UInt32(meta.count)) + meta + records
    }

    mutating func map(_ symbol: String, _ intervals: [(UInt32, UInt32, UInt32)]) {
        mappingCount += 1
        mappings += text(symbol, 71) + le(UInt32(intervals.count))
        for (start, end, id) in intervals { mappings += le(start) + le(end) + text(String(id), 71) }
    }
    fileprivate mutating func header(_ length: Int, _ kind: UInt8, _ id: UInt32, _ time: Int64?) {
        records += [UInt8(length / 4), kind] + le(UInt16(2)) + le(id) + le(time.map { UInt64($0) } ?? .max)
    }
    mutating func trade(
        _ id: UInt32, at time: Int64?, received: Int64, price: Int64, size: UInt32, side: Character, sequence: UInt32
    ) {
        header(48, 0, id, time)
        records += le(price) + le(size) + [84, side.asciiValue ?? 0, 0, 0] + le(UInt64(received)) + le(Int32(0)) + le(sequence)
    }
    mutating func top(
        _ id: UInt32, at time: Int64, action: Character, price: Int64, bid: Int64, ask: Int64, bidSize: UInt32, askSize: UInt32
    ) {
        header(80, 1, id, time)
        records +=
            le(price) + le(UInt32(1)) + [action.asciiValue ?? 0, 78, 0, 0] + le(UInt64(time)) + le(Int32(0)) + le(UInt32(3))
        records += le(bid) + le(ask) + le(bidSize) + le(askSize) + le(UInt32(1)) + le(UInt32(1))
    }
    mutating func bar(_ id: UInt32, at time: Int64, kind: UInt8, prices: (Int64, Int64, Int64, Int64), volume: UInt64) {
        header(56, kind, id, time)
        records += le(prices.0) + le(prices.1) + le(prices.2) + le(prices.3) + le(volume)
    }
    mutating func mapping(_ id: UInt32, _ symbol: String) {
        header(176, 22, id, 1)
        records += [255] + text(symbol, 71) + [255] + text(symbol, 71) + le(UInt64.max) + le(UInt64.max)
    }
}

extension DBNFile {
    mutating func order(
        _ id: UInt32, at time: Int64, _ order: UInt64, action: Character, side: Character, price: Int64, size: UInt32,
        isLast: Bool,
        sequence: UInt32
    ) {
        header(56, 0xA0, id, time)
        records += le(order) + le(price) + le(size) + [isLast ? 128 : 0, 0, action.asciiValue ?? 0, side.asciiValue ?? 0]
        records += le(UInt64(time)) + le(Int32(0)) + le(sequence)
    }

    /// Orders of one instrument that come, are changed, trade and go; messages of one to three records.
    static func orders(seed: UInt64, count: Int) -> DBNFile {
        var file = DBNFile(schema: .mbo), random = SplitMix64(seed: seed)
        var live: [(order: UInt64, side: Character, price: Int64, size: UInt32)] = []
        file.order(1, at: 1, 0, action: "R", side: "N", price: .max, size: 0, isLast: true, sequence: 1)
        for n in 2...count {
            let isLast = random.below(3) > 0, time = Int64(n) * 1_000, sequence = UInt32(n)
            let pick = random.below(live.count)
            switch live.isEmpty ? 0 : random.below(8) {
            case 0...2:
                let isBid = random.below(2) == 0
                live.append(
                    (
                        UInt64(n), isBid ? "B" : "A", Int64(1_000 + (isBid ? -1 : 1) * (1 + random.below(9))) * 250_000_000,
                        UInt32(1 + random.below(50))
                    ))
                let new = live[live.count - 1]
                file.order(
                    1, at: time, new.order, action: "A", side: new.side, price: new.price, size: new.size, isLast: isLast,
                    sequence: sequence)
            case 3, 4:
                live[pick].size = UInt32(1 + random.below(50))
                if random.below(2) == 0 { live[pick].price += live[pick].side == "B" ? -250_000_000 : 250_000_000 }
                let order = live[pick]
                file.order(
                    1, at: time, order.order, action: "M", side: order.side, price: order.price, size: order.size, isLast: isLast,
                    sequence: sequence)
            case 5:
                let order = live[pick]
                for action in ["T", "F"] as [Character] {
                    file.order(
                        1, at: time, order.order, action: action, side: order.side, price: order.price, size: 1, isLast: false,
                        sequence: sequence)
                }
            default:
                let order = live[pick], gone = 1 + UInt32(random.below(Int(order.size)))
                file.order(
                    1, at: time, order.order, action: "C", side: order.side, price: order.price, size: gone, isLast: isLast,
                    sequence: sequence)
                if gone == order.size { live.remove(at: pick) } else { live[pick].size -= gone }
            }
        }
        return file
    }
}

func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
func text(_ text: String, _ width: Int) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
}

/// A file damaged in one to four places: bits flipped, bytes changed, left out, doubled or put in, or cut off.
func mutated(_ whole: [UInt8], using random: inout SplitMix64) -> [UInt8] {
    var bytes = whole
    for _ in 0...random.below(4) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(7) {
        case 0: bytes[place] ^= UInt8(1 << random.below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)]
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
        case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(64))], at: place)
        case 5: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        default: bytes.removeSubrange(place...)
        }
    }
    return bytes
}

/// Reads a source to its end and keeps nothing.
func drain<Output: Element>(_ source: any PullSource<Output>) throws {
    var source = source
    try withUnsafeTemporaryAllocation(of: Output.self, capacity: 16) { while try source.fill($0) > 0 {} }
}

/// What a program prints.
func output(of program: String, _ arguments: [String]) throws -> String {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments.prefix(1))")
    return String(decoding: data, as: UTF8.self)
}

/// The Python of the package's virtual environment, where it has a module.
func python(with module: String) -> String? {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appending(path: ".venv/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    let probe = Process()
    probe.executableURL = URL(filePath: path)
    probe.arguments = ["-c", "import " + module]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return nil }
    probe.waitUntilExit()
    return probe.terminationStatus == 0 ? path : nil
}

let dbnPython = python(with: "databento_dbn")

@Suite("books of DBN files", .enabled(if: recordedData != nil && dbnPython != nil, "needs the recorded data"))
struct DBNBookTests {
    /// Expected: the records as the vendor's reader shows them, put into dictionaries of orders and prices.
    @Test("messages by order rebuild the best bid and ask that plain dictionaries give", arguments: ["recorded", "seeded"])
    func quotes(which: String) throws {
        let recorded = try #require(recordedData).appending(path: "databento-dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst")
            .path
        let scratch = try Scratch()
        let path = which == "recorded" ? recorded : try scratch.zstd("x.mbo.dbn", DBNFile.orders(seed: 3, count: 9_000).bytes)
        let script = """
            import sys, subprocess, databento_dbn as d
            raw = subprocess.run(['zstd', '-dc', sys.argv[1]], capture_output=True, check=True).stdout
            decoder = d.DBNDecoder(); decoder.write(raw)
            orders, sides, last = {}, {'B': {}, 'A': {}}, (None, 0, None, 0)
            def move(side, price, by):
                l = sides[side]; l[price] = l.get(price, 0) + by
                if l[price] == 0: del l[price]
            for r in decoder.decode()[1:]:
                if type(r).__name__ != 'MBOMsg': continue
                a, side = str(r.action), str(r.side)
                print('B', r.ts_event, a, side, r.price, r.size, r.order_id, r.sequence, sep='|')
                if a == 'R': orders.clear(); sides['B'].clear(); sides['A'].clear()
                if a in 'CM' and r.order_id in orders:
                    s, p, n = orders.pop(r.order_id)
                    gone = min(r.size, n) if a == 'C' else n
                    move(s, p, -gone)
                    if a == 'C' and gone < n: orders[r.order_id] = (s, p, n - gone)
                if a in 'AM':
                    orders[r.order_id] = (side, r.price, r.size); move(side, r.price, r.size)
                if int(r.flags) & 128:
                    b, k = max(sides['B'], default=None), min(sides['A'], default=None)
                    top = (b, sides['B'].get(b, 0), k, sides['A'].get(k, 0))
                    if top != last: print('Q', r.ts_event, *['' if x is None else x for x in top], sep='|')
                    last = top
            """
        let lines = try output(of: #require(dbnPython), ["-c", script, path]).split(separator: "\n").map(String.init)
        let names = Names()
        func text(_ price: Price) -> String { price.isNone ? "" : "\(price.rawValue)" }
        let quotes = try all(DBNQuotes(ByteFile(path), names: names)).map {
            "Q|\($0.eventTime)|\(text($0.bid))|\($0.bidSize)|\(text($0.ask))|\($0.askSize)"
        }
        let book = try all(DBNBook(ByteFile(path), names: names))
        #expect(book.count == lines.count { $0.first == "B" } && book.count > 8_000)
        // The recorded minutes are one snapshot.
        #expect(quotes.count == 1 || quotes.count > 300)
        #expect(quotes == lines.filter { $0.first == "Q" })
        for (delta, line) in zip(book, lines.filter { $0.first == "B" }) {
            let action = String(UnicodeScalar(delta.actionByte)),
                side = delta.side == .buy ? "B" : delta.side == .sell ? "A" : "N"
            let price = delta.price.isNone ? "\(Int64.max)" : "\(delta.price.rawValue)"
            let mine = "B|\(delta.eventTime)|\(action)|\(side)|\(price)|\(delta.size)|\(delta.orderID)|\(delta.sequence)"
            if mine != line { Issue.record("\(mine) is not \(line)"); break }
        }
    }
}
