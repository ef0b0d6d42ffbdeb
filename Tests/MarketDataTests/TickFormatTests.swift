import FloorTesting
import Foundation
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import MarketData

/// Elements with ordinary and with extreme words.
private func randomWord(_ random: inout SplitMix64) -> Int64 {
    switch random.below(8) {
    case 0: [0, 1, -1, .max, .min, .min + 1, 1 << 32, 255][random.below(8)]
    case 1: Int64(truncatingIfNeeded: random.next())
    default: Int64(random.below(1_000)) * 10_000_000
    }
}

/// - Parameter wild: whether any word may stand anywhere, or only what a market has.
func randomTrades(_ count: Int, wild: Bool, _ names: Names, _ random: inout SplitMix64) -> [Trade] {
    (0..<count).map { n in
        Trade(
            eventTime: wild ? randomWord(&random) : 1_700_000_000_000_000_000 + Int64(n) * 1_000 + Int64(random.below(1_000)),
            symbol: names.symbol("S\(random.below(50))"),
            price: Price(rawValue: wild ? randomWord(&random) : 100_000_000_000 + Int64(random.below(500)) * 10_000_000),
            size: Quantity(rawValue: wild ? randomWord(&random) : Int64(1 + random.below(900)) * Quantity.one),
            aggressor: [Side.none, .buy, .sell][random.below(3)], tradeID: wild ? random.next() : UInt64(n))
    }
}

private func randomQuotes(_ count: Int, _ names: Names, _ random: inout SplitMix64) -> [Quote] {
    (0..<count).map { n in
        Quote(
            eventTime: Int64(n) * 777, symbol: names.symbol("Q\(random.below(3))"),
            bid: random.below(5) == 0 ? .none : Price(rawValue: randomWord(&random)),
            bidSize: Quantity(rawValue: randomWord(&random)),
            ask: random.below(5) == 0 ? .none : Price(rawValue: randomWord(&random)),
            askSize: Quantity(rawValue: randomWord(&random)))
    }
}

private func randomBars(_ count: Int, _ names: Names, _ random: inout SplitMix64) -> [Bar] {
    (0..<count).map { n in
        func price() -> Price { Price(rawValue: randomWord(&random)) }
        return Bar(
            time: Int64(n) * 60, closeTime: Int64(n) * 60 + 60, symbol: names.symbol("B\(random.below(3))"), open: price(),
            high: price(),
            low: price(), close: price(), volume: Quantity(rawValue: randomWord(&random)), vwap: price(),
            trades: UInt32(truncatingIfNeeded: random.next()))
    }
}

func randomChanges(_ count: Int, _ names: Names, _ random: inout SplitMix64) -> [BookDelta] {
    (0..<count).map { n in
        BookDelta(
            eventTime: Int64(n) * 5, symbol: names.symbol("C\(random.below(3))"),
            action: BookDelta.Action.allCases[random.below(BookDelta.Action.allCases.count)],
            side: [Side.none, .buy, .sell][random.below(3)],
            price: Price(rawValue: Int64(random.below(9_000)) * 7), size: Quantity(rawValue: Int64(random.below(9_000))),
            orderID: random.next(), sequence: UInt64(n), orders: UInt32(random.below(9)),
            flags: BookDelta.Flags(rawValue: UInt8(truncatingIfNeeded: random.next())),
            quality: BookQuality(rawValue: UInt8(truncatingIfNeeded: random.next())))
    }
}

@Suite("the floor's own tick files")
struct TickFormatTests {
    private let scratch: Scratch
    private let names = Names()
    init() throws { scratch = try Scratch() }

    private func lines<T: Element>(_ elements: [T], _ names: Names) -> [String] {
        elements.map { $0.described(names).values.joined(separator: ",") }
    }

    /// Expected: what was written, read by names of their own.
    @Test(
        "what is written is read, word for word, whatever the words and however many", arguments: 1...6 as ClosedRange<UInt64>,
        ["", ".gz", ".zst"])
    func roundTrip(seed: UInt64, packing: String) throws {
        var random = SplitMix64(seed: seed)
        let count = [0, 1, 2_047, 2_048, 2_049, 9_000][Int(seed) - 1]
        let trades = randomTrades(count, wild: seed % 2 == 0, names, &random), quotes = randomQuotes(count / 2, names, &random)
        let bars = randomBars(count / 3, names, &random), changes = randomChanges(count, names, &random)
        let path = scratch.path + "/x.floor" + packing
        let writer = try TickFileWriter(path, names: names)
        for n in 0..<count {
            try writer.write(trades[n])
            if n < quotes.count { try writer.write(quotes[n]) }
            if n < bars.count { try writer.write(bars[n]) }
            try writer.write(changes[n])
        }
        try writer.finish()
        let own = Names()
        #expect(try lines(all(TickFileReader<Trade>(ByteFile(path), names: own), buffer: 100), own) == lines(trades, names))
        #expect(try lines(all(TickFileReader<Quote>(ByteFile(path), names: own)), own) == lines(quotes, names))
        #expect(try lines(all(TickFileReader<Bar>(ByteFile(path), names: own), buffer: 1), own) == lines(bars, names))
        #expect(try lines(all(TickFileReader<BookDelta>(ByteFile(path), names: own)), own) == lines(changes, names))
        #expect(MarketFile.detect(path) == .floor)
    }

    @Test("trades of a market take a third of their size in memory")
    func size() throws {
        var random = SplitMix64(seed: 4)
        let path = scratch.path + "/x.floor"
        let writer = try TickFileWriter(path, names: names)
        for trade in randomTrades(20_000, wild: false, names, &random) { try writer.write(trade) }
        try writer.finish()
        let bytes = try #require(contents(path)).count
        #expect(bytes < 20_000 * 40 / 3, "\(bytes)")
    }

    private func small() throws -> [UInt8] {
        var random = SplitMix64(seed: 8)
        let path = scratch.path + "/small.floor"
        let writer = try TickFileWriter(path, names: names)
        for trade in randomTrades(30, wild: false, names, &random) { try writer.write(trade) }
        for quote in randomQuotes(10, names, &random) { try writer.write(quote) }
        for change in randomChanges(10, names, &random) { try writer.write(change) }
        try writer.finish()
        return try #require(contents(path))
    }

    @Test("any flipped bit is noticed, and so is a file that ends early anywhere")
    func damaged() throws {
        let whole = try small()
        func isRefused(_ bytes: [UInt8]) throws -> Bool {
            do {
                try drain(TickFileReader<Trade>(ByteFile(bytes, named: "x"), names: Names()))
                return false
            } catch is MarketDataError { return true }
        }
        #expect(try !isRefused(whole))
        for bit in 0..<whole.count * 8 {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try isRefused(bytes), "bit \(bit)")
        }
        for end in 0..<whole.count where try !isRefused(Array(whole[..<end])) { Issue.record("cut at \(end)") }
        let error = try #require(throws: MarketDataError.self) {
            try drain(TickFileReader<Trade>(ByteFile(Array(whole[..<(whole.count - 1)]), named: "x"), names: Names()))
        }
        #expect(
            error.description.contains("block ends in the middle, after 63 bytes; is the file complete? What came before stands"))
        #expect(try isRefused(whole + whole))
    }

    /// The checksums of damaged blocks are made good, so that what lies behind them is reached.
    @Test("no bytes make the reader fail otherwise than by its error")
    func fuzz() throws {
        let whole = try small()
        var random = SplitMix64(seed: 12), (read, refused) = (0, 0)
        for round in Fuzz.rounds(15_000, of: "tick files") {
            var bytes = mutated(whole, using: &random)
            if round % 4 > 0 { repair(&bytes) }
            do {
                let names = Names()
                try drain(TickFileReader<Trade>(ByteFile(bytes, named: "x"), names: names))
                try drain(TickFileReader<Quote>(ByteFile(bytes, named: "x"), names: names))
                try drain(TickFileReader<Bar>(ByteFile(bytes, named: "x"), names: names))
                try drain(TickFileReader<BookDelta>(ByteFile(bytes, named: "x"), names: names))
                read += 1
            } catch is MarketDataError { refused += 1 }
        }
        #expect(read > 0 && refused > 0)
    }

    private func repair(_ bytes: inout [UInt8]) {
        func put(_ sum: UInt32, _ at: Int) {
            for byte in 0..<4 { bytes[at + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * byte)) }
        }
        guard bytes.count >= 64 else { return }
        put(bytes[..<60].withUnsafeBytes { TickFormat.sum(0, $0) }, 60)
        var at = 64
        while at + 32 <= bytes.count {
            let length = Int(bytes[at + 12]) | Int(bytes[at + 13]) << 8 | Int(bytes[at + 14]) << 16 | Int(bytes[at + 15]) << 24
            guard at + 32 + length <= bytes.count else { return }
            let head = bytes[at..<at + 28].withUnsafeBytes { TickFormat.sum(0, $0) }
            put(bytes[(at + 32)..<(at + 32 + length)].withUnsafeBytes { TickFormat.sum(head, $0) }, at + 28)
            at += 32 + length
        }
    }
}
