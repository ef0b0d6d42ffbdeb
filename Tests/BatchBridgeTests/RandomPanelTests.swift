import BatchBridge
import PaperVenue
import PlainData
import Testing
import TradingModel

@Suite("Random panels through the desk") struct RandomPanelTests {
    /// Sixty weekdays of two symbols that jump, with days missing and volumes that fill a part of an order or nothing.
    private func rows(_ random: inout SplitMix64) -> String {
        var text = "time,symbol,open,high,low,close,volume\n"
        for day in 0..<84 where day % 7 < 5 {
            let date = UTC.text(TinyPanel.day("2024-01-01") + Int64(day) * UTC.day).prefix(10)
            for symbol in ["A", "B"] where random.below(8) > 0 {
                let open = 60 + random.below(80), close = 60 + random.below(80)
                let (high, low) = (max(open, close) + random.below(4), min(open, close) - random.below(4))
                let volume = random.below(3) == 0 ? "" : "\(1 + random.below(60))"
                text += "\(date),\(symbol),\(open),\(high),\(low),\(close),\(volume)\n"
            }
        }
        return text
    }

    /// What the desk believes to hold is what the venue's account holds: `run` throws where it is not.
    @Test("partial fills, expiries, cancels and gaps leave the books exact", arguments: 1...30 as ClosedRange<UInt64>)
    func books(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let overrides = [
            "operators.drift.ord_type=\(random.below(2) == 0 ? "market" : "limit")",
            "operators.drift.offset=\(random.below(600) - 300)", "operators.drift.band=\(random.below(1_500))",
            "operators.slicer.slices=\(1 + random.below(3))", "operators.slicer.duration=\(1 + random.below(3))d",
            "operators.slicer.completion=\(random.below(2) == 0 ? "complete" : "cancel")", "limits.collar=10000",
        ]
        var settings = BacktestSettings()
        settings.fees = try FeeSchedule(makerBps: "-0.2", takerBps: "3.3")
        let text = rows(&random), result = try TinyPanel.run(text, overrides, settings: settings)
        #expect(!result.trades.isEmpty && result.anomalies == 0 && result.orders.rejected == 0)
        let opening = try #require(result.sessions.first), last = try #require(result.sessions.last)
        let flows = result.trades.reduce(Notional.zero) { $0 + $1.cashFlow }
        #expect(opening.equity + flows == last.cash)
        #expect(result.instruments.reduce(opening.equity) { $0 + $1.profit } == last.equity)
        #expect(result.sessions.allSatisfy { $0.cash + $0.long + $0.short == $0.equity })
        // No fill is older than its order, and none is of the bar at whose close it was decided.
        #expect(result.trades.allSatisfy { $0.orderTime <= $0.time })
        let again = try TinyPanel.run(text, overrides, settings: settings)
        #expect(again.trades == result.trades && again.orderListHash == result.orderListHash)
    }
}
