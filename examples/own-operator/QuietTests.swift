import FloorTesting
import PlainData
import StreamRuntime
import Testing
import TradingModel

@Suite("quiet") struct QuietTests {
    private func trade(_ mark: Character, _ time: Int64) -> Trade {
        let price = Price(rawValue: Int64(mark.asciiValue ?? 0) * Price.one)
        return Trade(eventTime: time, symbol: SymbolID(rawValue: 1), price: price, size: Quantity(units: 1))
    }

    @Test("an instrument is quiet when nothing has come for five seconds, and a trade that comes late does not wake it")
    func quiet() throws {
        try checkMarbles(
            """
            trades  -a--b---------c<12-
            time    ------|--|-------|--
            quiet   ---------B----------
            """, unit: UTC.second
        ) { picture in
            let trades = picture.source("trades", trade)
            let quiet = picture.graph.add("quiet", Quiet(wait: 5 * UTC.second), from: trades)
            picture.output("quiet", quiet.out, ["B": "98.0 after 5"]) {
                "\($0.value) after \(($0.eventTime - $0.time) / UTC.second)"
            }
        }
    }

    @Test("it keeps the laws", arguments: 1...5 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), time: Int64 = 0
        let trades = (0..<120).map { _ in
            time += Int64(random.below(9))
            return trade("a", time - Int64(random.below(6)))
        }
        try Laws(of: { Quiet(wait: 5) }, over: trades, lateness: 3).check()
    }
}
