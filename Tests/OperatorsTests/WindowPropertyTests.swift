import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// A random history: trades of a few instruments in and out of order, and a watermark that advances by itself.
struct WindowHistory {
    enum Step { case trade(Trade), watermark(Int64) }
    private(set) var steps: [Step] = []

    init(seed: UInt64, count: Int = 200) {
        var random = SplitMix64(seed: seed), time: Int64 = -40, watermark = Int64.min
        let jitter = [1, 6, 40][random.below(3)], step = [2, 4, 30][random.below(3)]
        for number in 0..<count {
            time += Int64(random.below(step))
            let at = time - Int64(random.below(jitter))
            steps.append(
                .trade(
                    trade(at: at, Double(1 + random.below(1_000)), Double(random.below(50)), of: random.below(3) == 0 ? two : one)
                ))
            if number % 5 == 0 {
                watermark = max(watermark, time - Int64(random.below(12)))
                steps.append(.watermark(watermark))
            }
        }
    }
    var trades: [Trade] { steps.compactMap { if case .trade(let trade) = $0 { trade } else { nil } } }

    func run(_ shape: WindowShape, lateness: Int64, cut: @escaping () -> Int = { 1 }) -> (bars: [Bar], late: [Trade]) {
        let run = Harness(hasClock: true, cut: cut)
        let source = run.graph.source("trades", Trade.self, holdsWatermark: false)
        let outlets = run.graph.add("bars", WindowBars(shape, lateness: lateness), from: source.edge)
        let (bars, late) = (run.collect(outlets.out), run.collect(outlets.side))
        for step in steps {
            switch step {
            case .trade(let trade): run.records.offer(trade, to: source)
            case .watermark(let time): run.records.tick(time)
            }
        }
        run.end()
        return (bars.elements, late.elements)
    }
}

/// A second method: every window by itself, from the list of all trades, with no state carried along.
struct WindowByHand {
    struct Window: Hashable { var symbol: SymbolID, start: Int64, end: Int64 }
    var windows: [Window: [Trade]] = [:], late: [Trade] = []

    var bars: [Bar] {
        let keys = windows.keys.sorted { ($0.end, $0.symbol) < ($1.end, $1.symbol) }
        return keys.map { key in
            let trades = windows[key] ?? []
            let volume = trades.reduce(Quantity.zero) { $0 + $1.size }
            let notional = trades.reduce(Notional.zero) { $0 + Notional($1.price, $1.size) }
            let prices = trades.map(\.price)
            return Bar(
                time: key.start, closeTime: key.end, symbol: key.symbol, open: prices[0], high: prices.max() ?? .none,
                low: prices.min() ?? .none, close: prices[prices.count - 1], volume: volume,
                vwap: notional.price(per: volume) ?? .none, trades: UInt32(trades.count))
        }
    }

    /// A trade is in every window that holds its time and that the watermark has not closed when the trade comes.
    static func fixed(_ history: WindowHistory, length: Int64, every: Int64, lateness: Int64) -> WindowByHand {
        var found = WindowByHand(), watermark = Int64.min
        for step in history.steps {
            guard case .trade(let trade) = step else {
                if case .watermark(let time) = step { watermark = max(watermark, time) }
                continue
            }
            var taken = false
            for start in (trade.eventTime - length + 1)...trade.eventTime where start % every == 0 {
                guard start + length + lateness > watermark else { continue }
                let window = Window(symbol: trade.symbol, start: start, end: start + length)
                found.windows[window, default: []].append(trade)
                taken = true
            }
            if !taken { found.late.append(trade) }
        }
        return found
    }

    /// The sessions of a list: sorted by time, cut where a gap has passed; a session's trades in the list's order.
    static func sessions(_ trades: [Trade], gap: Int64) -> [Window: [Trade]] {
        var windows: [Window: [Trade]] = [:]
        for symbol in Set(trades.map(\.symbol)) {
            let own = trades.filter { $0.symbol == symbol }
            let times = own.map(\.eventTime).sorted()
            var start = times[0], last = times[0]
            func end() {
                let inside = own.filter { $0.eventTime >= start && $0.eventTime <= last }
                windows[Window(symbol: symbol, start: start, end: last + gap)] = inside
            }
            for time in times.dropFirst() {
                if time - last >= gap {
                    end()
                    start = time
                }
                last = time
            }
            end()
        }
        return windows
    }
}

@Suite("windows, against a second method") struct WindowPropertyTests {
    private func same(_ found: [Bar], _ expected: [Bar]) -> Bool {
        let names = Names()
        return found.map { $0.described(names).values } == expected.map { $0.described(names).values }
    }

    @Test("sliding and tumbling bars are those of every window by itself", arguments: 1...10 as ClosedRange<UInt64>)
    func fixed(seed: UInt64) {
        let history = WindowHistory(seed: seed)
        for (length, every) in [(10, 10), (10, 5), (12, 5), (9, 1), (10, 7), (25, 6)] as [(Int64, Int64)] {
            for lateness in [0, 3, 30] as [Int64] {
                let expected = WindowByHand.fixed(history, length: length, every: every, lateness: lateness)
                let shape: WindowShape = length == every ? .tumbling(length) : .sliding(length, every: every)
                let found = history.run(shape, lateness: lateness, cut: Cuts.random(seed: seed))
                #expect(same(found.bars, expected.bars), "\(length) every \(every), lateness \(lateness)")
                #expect(found.late.map(\.price) == expected.late.map(\.price), "\(length) every \(every), lateness \(lateness)")
            }
        }
    }

    /// What makes a trade late is checked apart, in the table and in `lateSessions`.
    @Test(
        "sessions are those of the trades that were not late, whatever order they came in",
        arguments: 1...16 as ClosedRange<UInt64>)
    func sessions(seed: UInt64) {
        let history = WindowHistory(seed: seed)
        for gap in [3, 10, 40] as [Int64] {
            for lateness in [0, 4, 50] as [Int64] {
                let found = history.run(.session(gap: gap), lateness: lateness, cut: Cuts.random(seed: seed))
                var late = found.late[...]
                let taken = history.trades.filter { trade in
                    if let next = late.first, next.eventTime == trade.eventTime, next.price == trade.price,
                        next.size == trade.size
                    {
                        late.removeFirst()
                        return false
                    }
                    return true
                }
                #expect(late.isEmpty)
                let expected = WindowByHand(windows: WindowByHand.sessions(taken, gap: gap)).bars
                #expect(
                    same(found.bars, expected),
                    "gap \(gap), lateness \(lateness)")
            }
        }
    }

    /// A trade is late when the watermark less the lateness is a gap past it and no open session reaches it, or when a
    /// session within a gap of it has closed. So one that lies behind the watermark by no more than the lateness never is.
    @Test(
        "a trade within its lateness is never late, and none is with a lateness longer than the disorder",
        arguments: 1...10 as ClosedRange<UInt64>)
    func lateSessions(seed: UInt64) {
        let history = WindowHistory(seed: seed)
        for lateness in [0, 4, 50] as [Int64] {
            let found = history.run(.session(gap: 10), lateness: lateness)
            var watermark = Int64.min, excused = 0
            for step in history.steps {
                switch step {
                case .watermark(let time): watermark = max(watermark, time)
                case .trade(let trade) where watermark == .min || trade.eventTime >= watermark - lateness: excused += 1
                case .trade: break
                }
            }
            #expect(found.late.count <= history.trades.count - excused)
            if lateness == 50 { #expect(found.late.isEmpty) }
        }
    }

    @Test("tumbling windows are what time bars are", arguments: 1...10 as ClosedRange<UInt64>)
    func agreesWithTimeBars(seed: UInt64) {
        let history = WindowHistory(seed: seed)
        let run = Harness()
        let source = run.graph.source("trades", Trade.self, lateness: 5)
        let one = run.graph.add("time", TimeBars(length: 10, lateness: 2), from: source.edge)
        let two = run.graph.add("windows", WindowBars(.tumbling(10), lateness: 2), from: source.edge)
        run.send(all: history.trades, to: source)
        run.end()
        #expect(one.side.digest == two.side.digest)
        // Time bars of instruments come in another order where the watermark leaps over several windows.
        #expect(one.out.total == two.out.total && one.out.total > 10)
    }
}
