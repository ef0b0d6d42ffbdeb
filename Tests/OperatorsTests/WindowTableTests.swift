import FloorTesting
import Foundation
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// A row of the tables in docs/operators.md.
struct WindowRow: CustomTestStringConvertible, Sendable {
    let rule: String, windows: String, lateness: Int64, comes: [String], bars: String, late: [Int64]
    var testDescription: String { windows + ": " + rule }

    static let all: [WindowRow] = {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/operators.md")
        let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "<!-- Run by OperatorsTests/WindowTableTests. -->").last?
            .split(separator: "\n").compactMap { WindowRow($0) } ?? []
    }()

    private init?(_ line: Substring) {
        let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        guard cells.count == 8, let lateness = Int64(cells[3]) else { return nil }
        (rule, windows, self.lateness, bars) = (cells[1], cells[2], lateness, cells[5])
        comes = cells[4].split(separator: " ").map(String.init)
        late = cells[6].split(separator: " ").compactMap { Int64($0) }
    }

    var shape: WindowShape? {
        let words = windows.split(separator: " "), numbers = words.compactMap { Int64($0) }
        switch (words.first, numbers.count) {
        case ("tumbling", 1): return .tumbling(numbers[0])
        case ("sliding", 2): return .sliding(numbers[0], every: numbers[1])
        case ("session", 1): return .session(gap: numbers[0])
        default: return nil
        }
    }

    /// The bars as the table writes them, and the times of what was late.
    func run<O: Operator & ~Copyable>(_ op: consuming O) throws -> (bars: String, late: [Int64])
    where O.In == Trade, O.Out == Bar, O.Side == Trade {
        let run = Harness(hasClock: true)
        let source = run.graph.source("trades", Trade.self, holdsWatermark: false)
        let outlets = run.graph.add("bars", op, from: source.edge)
        let (bars, late) = (run.collect(outlets.out), run.collect(outlets.side))
        var found: [String] = []
        for word in comes {
            var at = word
            if let time = Int64(word) {
                run.send(trade(at: time, 1), to: source)
            } else if word == "end" {
                run.end()
            } else {
                let time = try #require(word.hasPrefix("W") ? Int64(word.dropFirst()) : nil, "\(word) is nothing that comes")
                run.advance(to: time)
                at = String(word.dropFirst())
            }
            found += bars.fresh().map { "[\($0.time),\($0.closeTime))×\($0.trades) @\(at)" }
        }
        return (found.joined(separator: " "), late.elements.map(\.eventTime))
    }
}

@Suite("the contract of windows, by the tables of docs/operators.md") struct WindowTableTests {
    @Test("a row says which windows an element is in, when they close, and what is late", arguments: WindowRow.all)
    func row(_ row: WindowRow) throws {
        let shape = try #require(row.shape, "\(row.windows) is no shape")
        let found = try row.run(WindowBars(shape, lateness: row.lateness))
        #expect(found.bars == row.bars && found.late == row.late)
    }

    @Test("time bars keep the contract of tumbling windows", arguments: WindowRow.all.filter { $0.windows == "tumbling 10" })
    func timeBars(_ row: WindowRow) throws {
        let found = try row.run(TimeBars(length: 10, lateness: row.lateness))
        #expect(found.bars == row.bars && found.late == row.late)
    }

    @Test("there are tables")
    func present() { #expect(WindowRow.all.count == 30) }
}

@Suite("windows at their bounds") struct WindowBoundTests {
    private func run(_ shape: WindowShape, _ trades: [Trade], watermark: Int64? = nil) -> (bars: [Bar], late: [Trade]) {
        let run = Harness(hasClock: true)
        let source = run.graph.source("trades", Trade.self, holdsWatermark: false)
        let outlets = run.graph.add("bars", WindowBars(shape), from: source.edge)
        let (bars, late) = (run.collect(outlets.out), run.collect(outlets.side))
        run.send(all: trades, to: source)
        run.end()
        return (bars.elements, late.elements)
    }

    @Test("windows that close together come in order of end, then instrument")
    func order() {
        let trades = [trade(at: 12, 1, of: two), trade(at: 3, 1, of: two), trade(at: 4, 1), trade(at: 11, 1)]
        for shape in [.tumbling(10), .session(gap: 5)] as [WindowShape] {
            let found = run(shape, trades).bars.map { [$0.closeTime, Int64($0.symbol.rawValue)] }
            #expect(found == found.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) } && found.count == 4)
        }
    }
    /// By hand: open and close are the journal's, though the parts of the window lie the other way round in time.
    @Test("a bar put together from parts has its first and last trade in the order of the journal")
    func merged() {
        let trades = [trade(at: 8, 5, 1), trade(at: 0, 7, 1), trade(at: 4, 6, 2)]
        for shape in [.sliding(10, every: 5), .session(gap: 5)] as [WindowShape] {
            let bar = run(shape, trades).bars.first { $0.time == 0 }
            #expect(bar?.open == price(5) && bar?.close == price(6) && bar?.high == price(7) && bar?.low == price(5))
            #expect(bar?.vwap == price(6) && bar?.volume == quantity(4) && bar?.trades == 3)
        }
    }
    @Test("an instrument has so many windows open and no more: what would open another is refused, and the rest goes on")
    func most() {
        let ahead = (0...300).map { trade(at: Int64($0) * 10, 1) }  // 256 are taken
        let fixed = run(.tumbling(10), ahead + [trade(at: 5, 2)])
        #expect(fixed.bars.count == 256 && fixed.late.count == 45 && fixed.bars[0].trades == 2)
        // 0 and 10 join through 5, which makes room for one more.
        let sessions = run(.session(gap: 6), ahead + [trade(at: 5, 2), trade(at: 4_000, 3)])
        #expect(sessions.bars.count == 256 && sessions.late.count == 45 && sessions.bars[0].trades == 3)
    }
    /// 60 billion at a time, of which a quantity holds 92: what a window lets go of must be forgotten, joined or not.
    @Test("the volume that an instrument may have open is free again when its windows have closed")
    func volumes() {
        let half = 3e10
        let run = Harness()
        let source = run.graph.source("trades", Trade.self)
        let session = run.graph.add("session", WindowBars(.session(gap: 5), lateness: 20), from: source.edge)
        let sliding = run.graph.add("sliding", WindowBars(.sliding(9, every: 4), lateness: 20), from: source.edge)
        for start in stride(from: 0, to: 1_000, by: 100) as StrideTo<Int64> {
            for time in [start, start + 8, start + 4] { run.send(trade(at: time, 1, time == start + 4 ? 0 : half), to: source) }
        }
        run.end()
        #expect(session.side.total == 0 && session.out.total == 10)
        #expect(sliding.side.total == 0 && sliding.out.total > 30)
    }
    @Test("negative sizes, volumes past a quantity and times past the calendar are refused, and change nothing")
    func unusable() {
        let most = Trade(eventTime: 2, symbol: one, price: price(1), size: Quantity(rawValue: .max))
        let far = [Int64.max - 2, .min + 2, .max, .min].map { trade(at: $0, 1) }
        for shape in [.tumbling(10), .sliding(10, every: 3), .session(gap: 5)] as [WindowShape] {
            let found = run(shape, far + [trade(at: 1, 1, -1), trade(at: 1, 2, 1), most, trade(at: 3, 1, -2)])
            #expect(found.bars.allSatisfy { $0.trades == 1 && $0.volume == quantity(1) && $0.open == price(2) })
            #expect(found.bars.count >= 1 && found.late.count == 7)
        }
    }
}
