import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import MarketData

/// A decoder and a book of another hand and in another language: `struct`, dictionaries, and Nasdaq's description. Prints what each
/// message means, unscaled: T for trades, Q for the best bid and ask where they changed, B for the changes of the book.
let itchPeer = """
    import struct, sys
    raw, orders, stocks, tops, levels, number, at = open(sys.argv[1], 'rb').read(), {}, {}, {}, {}, 0, 0
    def top(loc):
        l = levels.setdefault(loc, ({}, {}))
        b, a = (max(l[0]) if l[0] else None), (min(l[1]) if l[1] else None)
        return (b, l[0].get(b, 0), a, l[1].get(a, 0))
    def move(loc, bid, price, by):
        side = levels.setdefault(loc, ({}, {}))[0 if bid else 1]
        side[price] = side.get(price, 0) + by
        if side[price] == 0: del side[price]
    while at < len(raw):
        n, = struct.unpack_from('>H', raw, at); m = raw[at + 2:at + 2 + n]; at += 2 + n
        if n == 0: break
        number += 1
        kind, loc = m[:1].decode(), struct.unpack('>H', m[1:3])[0]
        time = int.from_bytes(m[5:11], 'big')
        name = lambda b: b.decode().rstrip()
        before, deltas = top(loc), []
        def gone(ref, shares):
            bid, price, left, where = orders[ref]
            if shares == left: del orders[ref]
            else: orders[ref] = (bid, price, left - shares, where)
            move(where, bid, price, -shares); deltas.append(('cancel', bid, price, shares, ref))
        if kind in 'AF':
            ref, side, shares, stock, price = struct.unpack('>QcI8sI', m[11:36])
            orders[ref] = (side == b'B', price, shares, loc); stocks[loc] = name(stock)
            move(loc, side == b'B', price, shares); deltas.append(('add', side == b'B', price, shares, ref))
        elif kind in 'EC':
            ref, shares, match = struct.unpack('>QIQ', m[11:31])
            if ref in orders:
                bid, price = orders[ref][:2]
                if kind == 'C': printable, price = struct.unpack('>cI', m[31:36])
                if kind == 'E' or printable == b'Y':
                    print('T', time, stocks[loc], price, shares, 'sell' if bid else 'buy', match, sep='|')
                deltas.append(('fill', bid, price, shares, ref)); gone(ref, shares)
        elif kind == 'X':
            ref, shares = struct.unpack('>QI', m[11:23])
            if ref in orders: gone(ref, shares)
        elif kind == 'D':
            ref, = struct.unpack('>Q', m[11:19])
            if ref in orders: gone(ref, orders[ref][2])
        elif kind == 'U':
            old, new, shares, price = struct.unpack('>QQII', m[11:35])
            if old in orders:
                bid = orders[old][0]; gone(old, orders[old][2])
                orders[new] = (bid, price, shares, loc); move(loc, bid, price, shares)
                deltas.append(('add', bid, price, shares, new))
        elif kind == 'P':
            ref, side, shares, stock, price, match = struct.unpack('>QcI8sIQ', m[11:44])
            print('T', time, name(stock), price, shares, 'none', match, sep='|')
        elif kind == 'Q':
            shares, stock, price, match, _ = struct.unpack('>Q8sIQc', m[11:40])
            if shares: print('T', time, name(stock), price, shares, 'none', match, sep='|')
        after = top(loc)
        if after != before: print('Q', time, stocks[loc], *['' if x is None else x for x in after], sep='|')
        for i, d in enumerate(deltas):
            print('B', time, stocks[loc], d[0], 'buy' if d[1] else 'sell', d[2], d[3], d[4], number, int(i == len(deltas) - 1), sep='|')
    """

/// The same lines by the code under test.
private func itchLines(_ path: String, midnight: Int64 = 0) throws -> [String] {
    let names = Names()
    func text(_ price: Price) -> String { price.isNone ? "" : "\(price.rawValue / 100_000)" }
    let trades = try all(ITCHTrades(ByteFile(path), midnight: midnight, names: names)).map {
        "T|\($0.eventTime)|\(names.text(of: $0.symbol))|\(text($0.price))|\($0.size)|\($0.aggressor)|\($0.tradeID)"
    }
    let quotes = try all(ITCHQuotes(ByteFile(path), midnight: midnight, names: names), buffer: 3).map {
        "Q|\($0.eventTime)|\(names.text(of: $0.symbol))|\(text($0.bid))|\($0.bidSize)|\(text($0.ask))|\($0.askSize)"
    }
    let book = try all(ITCHBook(ByteFile(path), midnight: midnight, names: names), buffer: 1).map {
        "B|\($0.eventTime)|\(names.text(of: $0.symbol))|\($0.action)|\($0.side)|\(text($0.price))|\($0.size)|\($0.orderID)|"
            + "\($0.sequence)|\($0.isEndOfTransaction ? 1 : 0)"
    }
    return trades + quotes + book
}

@Suite("NASDAQ TotalView-ITCH 5.0")
struct ITCHTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    @Test(
        "a seeded day gives the trades, quotes and changes of the book that a second decoder finds",
        .enabled(if: python(with: "struct") != nil), arguments: [1, 2, 3] as [UInt64])
    func day(seed: UInt64) throws {
        var file = ITCHFile.day(seed: seed, messages: 6_000)
        file.end()
        let path = try scratch.file("day.itch", file.bytes)
        let lines = try output(of: #require(python(with: "struct")), ["-c", itchPeer, path]).split(separator: "\n").map(
            String.init)
        let expected = "TQB".flatMap { kind in lines.filter { $0.first == kind } }
        #expect(expected.count > 8_000)
        let found = try itchLines(path)
        #expect(found.count == expected.count)
        if let first = zip(found, expected).first(where: { $0.0 != $0.1 }) { Issue.record("\(first.0) is not \(first.1)") }
    }

    /// Expected: the names of the files, which say what they hold, and the fields read by hand.
    @Test("captured packets give the messages that they are named after", .enabled(if: recordedData != nil))
    func captured() throws {
        let folder = try #require(recordedData).appending(path: "exchange-pcaps/Nasdaq/Nasdaq.Equities.TotalView.Itch.v5.0")
        var seen: [String: [String]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let path = try scratch.file(name + ".itch", payloads(of: Array(Data(contentsOf: folder.appending(path: name)))))
            var reader = ITCHReader(try ByteFile(path), midnight: 0)
            while let message = try reader.next() {
                seen[name.replacing("Message.pcap", with: ""), default: []].append(
                    ITCHKind(rawValue: message.letter)?.name ?? "?")
            }
            #expect(reader.tally.text == nil)
        }
        #expect(seen["AddOrderNoMpidAttribution"] == ["add order"] && seen["OrderDelete"] == ["order delete"])
        #expect(seen["OrderExecuted"] == ["order executed"] && seen["OrderReplace"] == ["order replace"])
        #expect(seen["NetOrderImbalanceIndicator"] == ["order imbalance"] && seen["StockTradingAction"] == ["trading action"])
        #expect(seen["MarketParticipantPosition"] == ["participant position"])
        #expect(seen["Multiple.Packets.pcap"]?.count ?? 0 > 10)
    }

    /// By hand from the description's rules.
    @Test("an order keeps its side through a replace, an execution trades at its price, a hidden trade has no aggressor")
    func rules() throws {
        var file = ITCHFile()
        file.add(3, at: 10, 100, "B", 50, "XYZ", 123_400)
        file.replace(3, at: 11, 100, by: 101, 40, 123_500)
        file.executed(3, at: 12, 101, 10, match: 1)
        file.executed(3, at: 13, 101, 5, match: 2, isPrinted: false, price: 123_450)
        file.executed(3, at: 14, 101, 5, match: 3, isPrinted: true, price: 123_450)
        file.trade(3, at: 15, 7, "XYZ", 123_456, match: 4)
        file.executed(3, at: 16, 999, 7, match: 5)
        file.cancel(3, at: 17, 101, 900)
        let path = try scratch.file("01302019.NASDAQ_ITCH50", file.bytes)
        var options = FileOptions()
        options.wants = [.quotes, .book]
        let opened = try MarketFile(path, format: .itch, names: names, options: options)
        let trades = try texts(all(#require(opened.trades)), names)
        #expect(
            trades == [
                ["2019-01-30T05:00:00.000000012Z", "XYZ", "12.35", "10", "2", "1"],
                ["2019-01-30T05:00:00.000000014Z", "XYZ", "12.345", "5", "2", "3"],
                ["2019-01-30T05:00:00.000000015Z", "XYZ", "12.3456", "7", "", "4"],
            ])
        #expect(
            try texts(all(#require(opened.quotes)), names).map { Array($0[2...]) } == [
                ["12.34", "50", "", "0"], ["12.35", "40", "", "0"], ["12.35", "30", "", "0"], ["12.35", "25", "", "0"],
                ["12.35", "20", "", "0"], ["", "0", "", "0"],
            ])
        #expect(try all(#require(opened.book)).count == 10)
        #expect(
            opened.passedOver?()
                == "1 about an order that was never added, 1 taking more shares than the order had, 1 execution that is not to be printed"
        )
    }

    @Test("bad bytes are named by file, offset, field and value, and the day must be known")
    func named() throws {
        var file = ITCHFile()
        file.add(3, at: 10, 100, "B", 50, "XYZ", 123_400)
        func refused(_ change: (inout [UInt8]) -> Void) throws -> String {
            var bytes = file.bytes
            change(&bytes)
            let path = try scratch.file("x.itch", bytes)
            return try #require(throws: MarketDataError.self) { try itchLines(path) }.description.replacing(path, with: "x")
        }
        #expect(
            try refused {
                $0[1] = 35; $0.removeLast()
            }
                == "x: byte 0: length \"35\" is wrong for a message A; ITCH 5.0 gives it 36 bytes; is this file of another version, or damaged?"
        )
        #expect(try refused { $0.removeLast() }.hasPrefix("x: byte 0: message ends in the middle, after 37 bytes; "))
        #expect(try refused { $0[7] = 0xFF }.contains("timestamp \"280375465082890\" is out of range"))
        #expect(try refused { $0 += [0, 0, 0, 1, 65] }.contains("byte 40: message follows the end of the session"))
        let error = try #require(throws: MarketDataError.self) { try MarketFile("day.itch", format: .itch, names: names) }
        #expect(error.description.contains("say date: 2019-01-30"))
        for (name, day) in [("01302019.NASDAQ_ITCH50.gz", "2019-01-30"), ("d/S081321-v50.txt.gz", "2021-08-13")] {
            #expect(try ITCHDay.named(in: name) == #require(UTC.parse(day)) / UTC.day)
        }
    }

    @Test("no bytes make the reader fail otherwise than by its error")
    func fuzz() throws {
        let whole = Array(ITCHFile.day(seed: 9, messages: 40).bytes)
        var random = SplitMix64(seed: 11), (read, refused) = (0, 0)
        for _ in Fuzz.rounds(6_000, of: "ITCH") {
            let bytes = mutated(whole, using: &random)
            do {
                let names = Names()
                try drain(ITCHTrades(ByteFile(bytes, named: "x"), midnight: 0, names: names))
                try drain(ITCHQuotes(ByteFile(bytes, named: "x"), midnight: 0, names: names))
                try drain(ITCHBook(ByteFile(bytes, named: "x"), midnight: 0, names: names))
                read += 1
            } catch is MarketDataError { refused += 1 }
        }
        #expect(read > 0 && refused > 0)
    }

    /// The messages in the packets of a capture: Ethernet, IPv4, UDP, and MoldUDP64's header of session, sequence and count, behind which
    /// each message has its length before it, as in a file.
    private func payloads(of pcap: [UInt8]) -> [UInt8] {
        func u32(_ at: Int) -> Int { Int(pcap[at]) | Int(pcap[at + 1]) << 8 | Int(pcap[at + 2]) << 16 | Int(pcap[at + 3]) << 24 }
        var (at, found) = (24, [UInt8]())
        while at + 16 <= pcap.count {
            let length = u32(at + 8), packet = at + 16
            let ip = packet + (pcap[packet + 12] == 0x81 ? 18 : 14)
            let mold = ip + Int(pcap[ip] & 15) * 4 + 8
            let udpLength = Int(pcap[mold - 4]) << 8 | Int(pcap[mold - 3])
            found += pcap[(mold + 20)..<(mold - 8 + udpLength)]
            at = packet + length
        }
        return found
    }
}
