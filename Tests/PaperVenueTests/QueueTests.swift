import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import PaperVenue

/// The second method: every price is a list of orders in their turn, ours among them. When the tape executes one, ours that stand
/// before it trade.
private struct Lists {
    struct Entry {
        var id: Int64, size: Int64
        /// Ours have ids below zero.
        var isOurs: Bool { id < 0 }
    }
    struct Key: Hashable { var isBid: Bool, price: Int64 }
    var levels: [Key: [Entry]] = [:]
    var places: [Int64: Key] = [:]

    mutating func add(_ id: Int64, _ key: Key, _ size: Int64) {
        levels[key, default: []].append(Entry(id: id, size: size))
        places[id] = key
    }
    mutating func take(_ id: Int64, _ size: Int64?) {
        guard let key = places[id], let at = levels[key]?.firstIndex(where: { $0.id == id }) else { return }
        levels[key]?[at].size -= size ?? .max
        if (levels[key]?[at].size ?? 0) <= 0 {
            levels[key]?.remove(at: at)
            places[id] = nil
        }
    }
    /// - Returns: what of ours trades, in order.
    mutating func execute(_ id: Int64, _ size: Int64) -> [Entry] {
        guard let key = places[id] else { return [] }
        var left = size, found: [Entry] = []
        let better = levels.keys.filter { $0.isBid == key.isBid && (key.isBid ? $0.price > key.price : $0.price < key.price) }
            .sorted { key.isBid ? $0.price > $1.price : $0.price < $1.price }
        for level in better + [key] {
            for entry in levels[level] ?? [] {
                if entry.id == id { break }
                guard entry.isOurs, left > 0 else { continue }
                found.append(Entry(id: entry.id, size: min(left, entry.size)))
                left -= min(left, entry.size)
            }
        }
        for entry in found { take(entry.id, entry.size) }
        return found
    }
    func ahead(of id: Int64) -> Int64? {
        guard let key = places[id] else { return nil }
        return levels[key]?.prefix { $0.id != id }.filter { !$0.isOurs }.reduce(0) { $0 + $1.size }
    }
}

/// The engine and the lists beside each other.
private struct QueueBench: ~Copyable {
    var bench = EngineBench()
    var lists = Lists()
    var expected: [String] = [], filled: [String] = []
    var left: [Int64: Int64] = [:]

    mutating func delta(
        _ action: BookDelta.Action, _ id: UInt64, _ isBid: Bool, _ price: Int64, _ size: Int64, isLast: Bool = true
    ) {
        bench.time += 1
        bench.engine.change(
            BookDelta(
                eventTime: bench.time, symbol: bench.symbol, action: action, side: isBid ? .buy : .sell, price: cents(price),
                size: units(size), orderID: id, flags: isLast ? .endOfTransaction : []), into: &bench.reports)
        collect()
    }
    mutating func add(_ id: UInt64, _ isBid: Bool, _ price: Int64, _ size: Int64) {
        lists.add(Int64(id), Lists.Key(isBid: isBid, price: price), size)
        delta(.add, id, isBid, price, size)
    }
    mutating func cancel(_ id: UInt64, _ isBid: Bool, _ price: Int64, _ size: Int64?) {
        lists.take(Int64(id), size)
        delta(.cancel, id, isBid, price, size ?? 0)
    }
    mutating func execute(_ id: UInt64, _ isBid: Bool, _ price: Int64, _ size: Int64) {
        for entry in lists.execute(Int64(id), size) {
            expected.append("\(bench.time + 1) O\(-entry.id) \(entry.size)")
            left[entry.id, default: 0] -= entry.size
        }
        delta(.fill, id, isBid, price, size, isLast: false)
        lists.take(Int64(id), size)
        delta(.cancel, id, isBid, price, size)
    }
    mutating func submit(_ number: Int64, _ isBid: Bool, _ price: Int64, _ size: Int64) {
        lists.add(-number, Lists.Key(isBid: isBid, price: price), size)
        left[-number] = size
        bench.submit("O\(number)", isBid ? .buy : .sell, size, at: price)
        collect()
    }
    mutating func withdraw(_ number: Int64) {
        lists.take(-number, nil)
        left[-number] = nil
        bench.cancel("C\(number)", of: "O\(number)")
        collect()
    }
    func ahead(of number: Int64) -> Int64? {
        bench.engine.order(of: bench.id("O\(number)")).map { $0.queueAhead / Quantity.one }
    }
    private mutating func collect() {
        for report in bench.reports where report.execType == .trade {
            filled.append("\(report.eventTime) \(report.clOrdID.text(bench.names)) \(report.lastQty)")
        }
        bench.reports.removeAll()
    }
}

extension MatchingEngine {
    fileprivate func best(_ symbol: SymbolID, isBid: Bool) -> Price? {
        symbol.index < books.count ? books[symbol.index].queues?.best(isBid: isBid)?.price : nil
    }
}

@Suite("Our place among the market's orders") struct QueueTests {
    /// By hand: 10 and 20 stand ahead, 5 come behind. The 20 shrink to 12, the 10 trade, then the 12; ours is next.
    @Test("an order trades after those ahead of it and before those behind it")
    func byHand() {
        var queue = QueueBench()
        queue.add(1, true, 999, 10)
        queue.add(2, true, 999, 20)
        queue.add(9, false, 1001, 5)
        queue.submit(1, true, 999, 8)
        queue.add(3, true, 999, 5)
        #expect(queue.ahead(of: 1) == 30)
        queue.cancel(2, true, 999, 8)
        queue.execute(1, true, 999, 10)
        #expect(queue.ahead(of: 1) == 12 && queue.filled.isEmpty)
        queue.cancel(3, true, 999, 1)  // behind: no change
        queue.execute(2, true, 999, 12)
        #expect(queue.ahead(of: 1) == 0 && queue.filled.isEmpty)
        queue.execute(3, true, 999, 3)  // he was behind us: the buyer would have been us
        queue.execute(3, true, 999, 1)
        #expect(queue.filled.map { $0.split(separator: " ").dropFirst().joined(separator: " ") } == ["O1 3", "O1 1"])
        queue.add(4, true, 998, 50)
        queue.execute(4, true, 998, 20)  // at a worse price: all that is left of ours was before it
        #expect(queue.filled.count == 3 && queue.filled == queue.expected)
    }

    @Test("an order that grows or changes its price goes to the end; quotes and prints of other inputs do not count any more")
    func places() {
        var queue = QueueBench()
        queue.add(1, true, 999, 10)
        queue.submit(1, true, 999, 8)
        queue.delta(.modify, 1, true, 999, 4)
        #expect(queue.ahead(of: 1) == 4)
        queue.delta(.modify, 1, true, 999, 9)  // he is behind us now
        #expect(queue.ahead(of: 1) == 0)
        queue.bench.print(990, 100)
        queue.bench.quote(990, 10, 995, 10)
        #expect(queue.filled.isEmpty && queue.bench.take().allSatisfy { !$0.contains("trade") })
        queue.delta(.clear, 0, true, 0, 0)
        queue.delta(.add, 7, true, 999, 3)
        #expect(queue.ahead(of: 1) == 0)
    }

    @Test("it is that of lists of orders", arguments: 1...60 as ClosedRange<UInt64>)
    func lists(seed: UInt64) {
        var random = SplitMix64(seed: seed), queue = QueueBench()
        var known: [(id: UInt64, isBid: Bool, price: Int64)] = [], ours: [Int64] = []
        queue.delta(.clear, 0, true, 0, 0)
        for i in 1...400 as ClosedRange<UInt64> {
            let isBid = random.below(2) == 0
            let price = isBid ? 990 + Int64(random.below(8)) : 1000 + Int64(random.below(8))
            switch random.below(10) {
            case 0...3:
                queue.add(i, isBid, price, Int64(1 + random.below(9)))
                known.append((i, isBid, price))
            case 4, 5:
                queue.submit(Int64(i), isBid, price, Int64(1 + random.below(9)))
                ours.append(Int64(i))
            case 6:
                guard let one = ours.randomElement(using: &random), (queue.left[-one] ?? 0) > 0 else { continue }
                queue.withdraw(one)
            default:
                guard let one = known.randomElement(using: &random), let key = queue.lists.places[Int64(one.id)] else { continue }
                let size = queue.lists.levels[key]?.first { $0.id == Int64(one.id) }?.size ?? 0
                let part = Int64(1 + random.below(Int(size)))
                if random.below(2) == 0 {
                    queue.cancel(one.id, one.isBid, one.price, part == size ? nil : part)
                } else {
                    queue.execute(one.id, one.isBid, one.price, part)
                }
            }
            for one in ours where (queue.left[-one] ?? 0) > 0 {
                #expect(queue.ahead(of: one) == queue.lists.ahead(of: -one), "seed \(seed), step \(i)")
            }
        }
        #expect(queue.filled == queue.expected, "seed \(seed)")
    }

    /// NASDAQ's order flow in AAPL (LOBSTER). One of ours at a time and side joins just before an order near the best price, with
    /// its price and size: whatever the tape trades with that order, ours has traded at least as much.
    @Test("on a real order flow ours trades before the order that came behind it", .enabled(if: ReferenceData.isPresent))
    func realFlow() throws {
        let lines = try ReferenceData.lines("lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv.gz")
        var queue = QueueBench(), behind: [UInt64: (ours: Int64, size: Int64)] = [:], executed: [UInt64: Int64] = [:]
        var traded = 0, count: Int64 = 0, open: [Int64] = []
        for line in lines.prefix(40_000) {
            let field = line.split(separator: ",").compactMap { Int64($0) }  // without the seconds, which have a fraction
            guard field.count >= 5, let id = UInt64(exactly: field[1]) else { continue }
            let (size, price, isBid) = (field[2], field[3] / 100, field[4] == 1)
            switch field[0] {
            case 1:
                count += 1
                let best = queue.bench.engine.best(queue.bench.symbol, isBid: isBid)
                let isNear = best.map { abs($0.rawValue - cents(price).rawValue) <= cents(5).rawValue } ?? false
                if isNear, !open.contains(where: { queue.lists.places[-$0]?.isBid == isBid }) {
                    queue.submit(count, isBid, price, size)
                    behind[id] = (count, size)
                    open.append(count)
                }
                for ours in open {
                    guard let key = queue.lists.places[-ours], key.isBid != isBid else { continue }
                    if isBid ? price >= key.price : price <= key.price { queue.withdraw(ours) }
                }
                open.removeAll { queue.lists.places[-$0] == nil }
                for ours in open where count - ours > 200 { queue.withdraw(ours) }
                open.removeAll { queue.lists.places[-$0] == nil }
                queue.add(id, isBid, price, size)
            case 2: queue.cancel(id, isBid, price, size)
            case 3: queue.cancel(id, isBid, price, nil)
            case 4:
                queue.execute(id, isBid, price, size)
                executed[id, default: 0] += size
                if let order = behind[id], let left = queue.left[-order.ours] {
                    traded += 1
                    #expect(order.size - left >= min(order.size, executed[id] ?? 0), "\(line): O\(order.ours) has \(left) left")
                }
            default: break
            }
        }
        #expect(queue.filled == queue.expected)
        #expect(queue.filled.count > 50 && traded > 20, "\(queue.filled.count) fills, \(traded) of them before the one behind")
    }
}
