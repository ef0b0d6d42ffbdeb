import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel

@testable import MarketData

/// A venue that numbers its updates, with all that a network does to them between it and the feed.
///
/// Each update knows the book that it leaves; so whatever the feed puts out as good can be held against it.
private struct FaultyVenue {
    let isLinked: Bool
    var random: SplitMix64
    var bids: [Int64: Int64] = [:], asks: [Int64: Int64] = [:]
    var id: UInt64 = 1_000
    private var previous: UInt64 = 1_000

    init(seed: UInt64, isLinked: Bool) {
        (random, self.isLinked) = (SplitMix64(seed: seed), isLinked)
        for step in 1...20 { (bids[1_000 - Int64(step)], asks[1_000 + Int64(step)]) = (5, 5) }
    }

    /// The next update, 1 to 3 numbers and 1 to 4 levels.
    mutating func next() -> String {
        let first = id + 1
        id += UInt64(1 + random.below(3))
        var changes: [String: [String]] = ["b": [], "a": []]
        for _ in 0...random.below(4) {
            let isBid = random.below(2) == 0
            let price = isBid ? 1_000 - Int64(1 + random.below(30)) : 1_000 + Int64(1 + random.below(30))
            let size = Int64(random.below(4))
            if isBid { bids[price] = size == 0 ? nil : size } else { asks[price] = size == 0 ? nil : size }
            changes[isBid ? "b" : "a"]?.append(#"["\#(price)","\#(size)"]"#)
        }
        let link = isLinked ? #","pu":\#(previous)"# : ""
        previous = id
        return
            #"{"e":"depthUpdate","E":\#(id),"s":"X","U":\#(first),"u":\#(id)\#(link),"b":[\#((changes["b"] ?? []).joined(separator: ","))],"#
            + #""a":[\#((changes["a"] ?? []).joined(separator: ","))]}"#
    }

    func snapshot() -> String {
        func levels(_ side: [Int64: Int64]) -> String { side.map { #"["\#($0.key)","\#($0.value)"]"# }.joined(separator: ",") }
        return #"{"lastUpdateId":\#(id),"bids":[\#(levels(bids))],"asks":[\#(levels(asks))]}"#
    }
}

@Suite("a book over a bad network")
struct FaultTests {
    /// Of one stream; with both kinds of links, `make fuzz` makes it more than a million.
    static let steps = 2_000

    /// Drop, duplicate, reorder, disconnect, snapshots that come late or of an earlier time: at the end the book is the lossless
    /// stream's, and on the way whatever was said to be good was the venue's book of that update.
    @Test(
        "faults on the way leave the book of the lossless stream, and no wrong book is called good",
        arguments: Fuzz.seeds(16, of: "messages of a faulty feed", inputs: 2 * FaultTests.steps), [false, true])
    func damaged(seed: UInt64, isLinked: Bool) throws {
        let run = try CoreRun(isLinked ? .binanceFutures : .binance, ["X"], ["book"])
        var venue = FaultyVenue(seed: seed, isLinked: isLinked)
        var random = SplitMix64(seed: seed &* 77)
        var truth: [UInt64: (bids: [Int64: Int64], asks: [Int64: Int64])] = [:]
        // What readers of the deltas have: a book of their own, and what they are told of it.
        var reader = LevelBook()
        var good = 0
        run.watch = { item in
            guard case .delta(let delta) = item, reader.apply(delta), delta.quality.isOK, reader.quality.isOK else { return }
            // A delta that is said to be good ends the message of an update: its book is that update's.
            let update = delta.action == .status ? reader.sequence : delta.sequence
            guard let wanted = truth[update], let bids = try? reader.levels(.buy), let asks = try? reader.levels(.sell) else {
                Issue.record("no book of update \(update)")
                return
            }
            good += 1
            let isSame =
                bids.count == wanted.bids.count && asks.count == wanted.asks.count
                && bids.allSatisfy { wanted.bids[$0.price.rawValue / Price.one] == $0.size.rawValue / Quantity.one }
                && asks.allSatisfy { wanted.asks[$0.price.rawValue / Price.one] == $0.size.rawValue / Quantity.one }
            if !isSame { Issue.record("a wrong book was called good after update \(update)") }
        }
        truth[venue.id] = (venue.bids, venue.asks)
        var inFlight: [String] = [], answers: [(text: String, due: Int)] = []
        let steps = Self.steps
        for step in 0..<steps {
            inFlight.append(venue.next())
            truth[venue.id] = (venue.bids, venue.asks)
            truth[venue.id &- 40] = nil
            let isCalm = step > steps - 200
            if !isCalm {
                switch random.below(60) {
                case 0: inFlight.removeLast()
                case 1: inFlight.append(inFlight[random.below(inFlight.count)])
                case 2 where inFlight.count > 1: inFlight.swapAt(inFlight.count - 1, inFlight.count - 2)
                case 3 where random.below(5) == 0:
                    run.core.disconnected()
                    inFlight = []
                default: break
                }
            }
            // Sometimes the network holds several back.
            if isCalm || random.below(3) > 0 {
                for text in inFlight { run.receive(text) }
                inFlight = []
            }
            for _ in run.asked {
                // Of now, or of a moment that the answer then takes to come.
                answers.append((venue.snapshot(), step + random.below(12)))
            }
            run.asked = []
            while let at = answers.firstIndex(where: { $0.due <= step }) { run.snapshot("X", answers.remove(at: at).text) }
            run.deltas.removeAll(keepingCapacity: true)
            run.tops.removeAll(keepingCapacity: true)
        }
        let keeper = try #require(run.core.books[run.names.symbol("X").index])
        #expect(keeper.sync.state == .live && reader.sequence == venue.id && good > steps / 4)
        var model = LevelModel()
        for (price, size) in venue.bids { model.apply(delta(.modify, .buy, price, size)) }
        for (price, size) in venue.asks { model.apply(delta(.modify, .sell, price, size)) }
        #expect(try reader.levels(.buy) == model.levels(.buy))
        #expect(try reader.levels(.sell) == model.levels(.sell))
        #expect(try keeper.book.levels(.buy) == model.levels(.buy))
        #expect(run.core.counters.gaps > 0 && run.core.counters.snapshots > 1)
    }

    @Test("a gap freezes the book: it is said, nothing is applied, and a snapshot that bridges brings it back")
    func gap() throws {
        let run = try CoreRun(.binance, ["X"], ["book"])
        func update(_ first: Int, _ last: Int, _ price: Int, _ size: Int) -> String {
            #"{"e":"depthUpdate","E":\#(last),"s":"X","U":\#(first),"u":\#(last),"b":[["\#(price)","\#(size)"]],"a":[]}"#
        }
        run.receive(update(5, 6, 10, 1))
        #expect(run.kinds == [.snapshotting] && run.asked.count == 1 && run.deltas.isEmpty)
        // Too old: update 5 would be missing.
        run.snapshot("X", #"{"lastUpdateId":3,"bids":[["9","1"]],"asks":[["20","1"]]}"#)
        #expect(run.asked.count == 2 && run.deltas.isEmpty)
        run.snapshot("X", #"{"lastUpdateId":5,"bids":[["9","1"]],"asks":[["20","1"]]}"#)
        #expect(run.kinds.last == .live && run.deltas.map(\.action) == [.snapshotBegin, .add, .add, .snapshotEnd, .modify])
        #expect(run.tops.map(\.bid.description) == ["9", "10"])
        run.clear()

        run.receive(update(9, 9, 11, 1))
        #expect(run.kinds == [.gap, .recovering] && run.statuses[0].from == 7 && run.statuses[0].to == 8)
        #expect(run.deltas.map(\.action) == [.status] && run.deltas[0].quality == .gap && run.tops.isEmpty)
        run.receive(update(10, 10, 12, 1))
        #expect(run.deltas.count == 1)
        #expect(throws: UnreadableBook(quality: .gap)) { try run.levels("X", .buy) }
        run.snapshot("X", #"{"lastUpdateId":9,"bids":[["11","1"],["10","1"]],"asks":[["20","1"]]}"#)
        #expect(try run.levels("X", .buy).map(\.price.description) == ["12", "11", "10"])
        #expect(run.deltas.last?.quality == .ok && run.core.counters.gaps == 1)
        run.receive(update(10, 10, 12, 1))
        #expect(run.core.counters.duplicates == 1)
    }

    @Test("after a lost connection the book is replaced, never merged into")
    func replaced() throws {
        let run = try CoreRun(.kraken, ["X"], ["book"])
        run.receive(
            #"{"channel":"book","type":"snapshot","data":[{"symbol":"X","bids":[{"price":1.0,"qty":1}],"asks":[{"price":2.0,"qty":1}]}]}"#
        )
        #expect(try run.levels("X", .buy).count == 1)
        run.core.disconnected()
        #expect(run.deltas.last?.quality == .gap)
        run.receive(#"{"channel":"book","type":"update","data":[{"symbol":"X","bids":[{"price":1.5,"qty":1}],"asks":[]}]}"#)
        #expect(throws: UnreadableBook.self) { try run.levels("X", .buy) }
        run.receive(
            #"{"channel":"book","type":"snapshot","data":[{"symbol":"X","bids":[{"price":0.5,"qty":1}],"asks":[{"price":2.0,"qty":1}]}]}"#
        )
        #expect(try run.levels("X", .buy).map(\.price.description) == ["0.5"])
    }

    @Test("a checksum that differs is never published: the book is asked for anew")
    func checksum() throws {
        let run = try CoreRun(.kraken, ["X"], ["book"])
        run.receive(
            #"{"channel":"book","type":"snapshot","data":[{"symbol":"X","bids":[{"price":1.0,"qty":1}],"asks":[{"price":2.0,"qty":1}]}]}"#
        )
        run.clear()
        run.receive(
            #"{"channel":"book","type":"update","data":[{"symbol":"X","bids":[{"price":1.5,"qty":1}],"asks":[],"checksum":1}]}"#)
        #expect(run.kinds == [.checksum, .recovering] && run.tops.isEmpty)
        #expect(run.deltas.map(\.action) == [.status] && run.deltas[0].quality == [.gap, .checksum])
        #expect(run.sent.count == 2 && run.sent[0].contains("unsubscribe") && run.sent[1].contains(#""subscribe""#))
    }

    @Test("silence and an operator's word make books stale; both have to end before they are good again")
    func stale() throws {
        let run = try CoreRun(.kraken, ["X"], ["book"])
        run.receive(
            #"{"channel":"book","type":"snapshot","data":[{"symbol":"X","bids":[{"price":1.0,"qty":1}],"asks":[{"price":2.0,"qty":1}]}]}"#
        )
        run.clear()
        run.core.setStale(true)
        run.core.setForcedStale(true)
        #expect(run.kinds == [.stale, .forcedStale] && run.deltas.map(\.quality) == [.stale])
        run.core.setStale(false)
        #expect(run.deltas.count == 1)
        run.core.setForcedStale(false)
        #expect(run.kinds == [.stale, .forcedStale, .live] && run.deltas.map(\.quality) == [.stale, .ok])
    }

    @Test("two lines of one stream: each element once, and what one lost the other brings")
    func arbitration() throws {
        let run = try CoreRun(.binance, ["X"], lines: 2)
        var venue = FaultyVenue(seed: 3, isLinked: false)
        var random = SplitMix64(seed: 5)
        run.receive(venue.next())
        run.snapshot("X", venue.snapshot())
        var late: [[String]] = [[], []]
        for id in 1...2_000 {
            let texts = [
                venue.next(),
                #"{"e":"trade","E":1,"s":"X","t":\#(id),"p":"10","q":"1","T":1,"m":true}"#,
            ]
            let lost = random.below(20) == 0 ? random.below(2) : 2
            for line in 0...1 where line != lost { late[line] += texts }
            for line in 0...1 where random.below(4) > 0 || id == 2_000 {
                for text in late[line] { run.receive(text, line: line) }
                late[line] = []
            }
        }
        let keeper = try #require(run.core.books[run.names.symbol("X").index])
        #expect(try keeper.book.levels(.buy).count == venue.bids.count)
        #expect(keeper.sync.sequence == venue.id && run.core.counters.arbitrated > 1_000)
        #expect(run.asked.count == 1 && !run.kinds.contains(.recovering))
        #expect(Set(run.trades.map(\.tradeID)).count == run.trades.count && run.trades.count > 1_980)
    }

    /// By hand: both lines bring everything but what one of them loses; books are the main line's until it is gone.
    @Test("two lines of a venue whose books are not numbered: trades are one stream, books go over to the line that is left")
    func failover() throws {
        let run = try CoreRun(.kraken, ["X"], ["trades", "book"], lines: 2)
        func trade(_ id: Int) -> String {
            #"{"channel":"trade","type":"update","data":[{"symbol":"X","side":"buy","price":1.5,"qty":2,"trade_id":\#(id),"timestamp":"2024-01-01T00:00:00Z"}]}"#
        }
        func book(_ type: String, _ bid: String) -> String {
            #"{"channel":"book","type":"\#(type)","data":[{"symbol":"X","bids":[{"price":\#(bid),"qty":1}],"asks":[{"price":9.0,"qty":1}]}]}"#
        }
        run.core.opened(1, isAlone: true)
        run.core.opened(0, isAlone: false)
        run.receive(book("snapshot", "1.0"), line: 0)
        #expect(run.deltas.isEmpty)
        run.receive(book("snapshot", "2.0"), line: 1)
        #expect(try run.levels("X", .buy).map(\.price.description) == ["2"])
        for (id, line) in [(1, 0), (1, 1), (2, 1), (3, 0), (2, 0), (3, 1), (4, 1), (4, 0)] { run.receive(trade(id), line: line) }
        #expect(run.trades.map(\.tradeID) == [1, 2, 3, 4] && run.core.counters.arbitrated == 4 && run.core.counters.gaps == 0)
        run.clear()
        run.core.closed(1, remaining: 0)
        #expect(run.deltas.map(\.quality) == [.gap] && run.kinds == [.recovering])
        #expect(run.sent.count == 2 && run.sent[1].contains(#""subscribe""#))
        run.receive(book("update", "3.0"), line: 0)
        #expect(throws: UnreadableBook.self) { try run.levels("X", .buy) }
        run.receive(book("snapshot", "4.0"), line: 0)
        #expect(try run.levels("X", .buy).map(\.price.description) == ["4"])
        run.core.closed(1, remaining: 0)
        #expect(try run.levels("X", .buy).map(\.price.description) == ["4"])
    }

    @Test("a message that is not understood takes the books with it that nothing would show to be wrong")
    func rejected() throws {
        let run = try CoreRun(.coinbase, ["X"], ["level2"])
        run.receive(#"{"type":"snapshot","product_id":"X","bids":[["1","1"]],"asks":[["2","1"]]}"#)
        run.receive(#"{"type":"snapshot","product_id":"Y","bids":[["1","1"]],"asks":[["2","1"]]}"#)
        run.receive(#"{"type":"l2update","product_id":"X","changes":[["buy","oops","1"]],"time":"2024-01-01T00:00:00Z"}"#)
        #expect(throws: UnreadableBook.self) { try run.levels("X", .buy) }
        #expect(try run.levels("Y", .buy).count == 1)
        run.receive("{")
        #expect(throws: UnreadableBook.self) { try run.levels("Y", .buy) }
    }

    /// By hand: the venue's clock is at 100 ms when ours is at 5 s; what it does not stamp lies at its own time, not at ours.
    @Test("what the venue does not stamp gets the venue's time, so that its trades are not late for it")
    func stamps() throws {
        let run = try CoreRun(.binance, ["X"])
        let ticker = { (u: Int) in #"{"u":\#(u),"s":"X","b":"1","B":"1","a":"2","A":"1"}"# }
        run.receive(ticker(1), at: 5_000_000_000)
        run.receive(#"{"e":"trade","E":100,"s":"X","t":1,"p":"10","q":"1","T":100,"m":true}"#, at: 5_000_000_000)
        run.receive(ticker(2), at: 5_100_000_000)
        run.receive(ticker(3), at: 7_250_000_000)
        #expect(run.quotes.map(\.eventTime) == [5_000_000_000, 100_000_000, 2_100_000_000])
    }
}
