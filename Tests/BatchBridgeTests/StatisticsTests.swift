import BatchBridge
import Testing

/// Whether two numbers agree to twelve digits.
private func isClose(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) <= 1e-12 * max(1, abs(b)) } ?? false }

@Suite("The formulas behind the KPIs") struct StatisticsTests {
    /// 100 → 110 → 99: +10 %, −10 %. Mean 0; sample deviation √((0.01 + 0.01) / 1) = √0.02; downside √(0.01 / 2).
    @Test("by hand: two returns")
    func byHand() throws {
        let returns = try #require(Statistics.returns([100, 110, 99]))
        #expect(isClose(returns[0], 0.1) && isClose(returns[1], -0.1))
        #expect(isClose(Statistics.mean(returns), 0))
        #expect(isClose(Statistics.sampleDeviation(returns), 0.02.squareRoot()))
        #expect(isClose(Statistics.downsideDeviation(returns), 0.005.squareRoot()))
    }

    /// Doubling in half a year is a quadrupling in one: 300 %.
    @Test("a return over half a year is annualised by compounding")
    func annualised() {
        #expect(isClose(Statistics.annualised(from: 100, to: 200, sessions: 126), 3))
        #expect(Statistics.annualised(from: 100, to: 0, sessions: 10) == nil)
        #expect(Statistics.annualised(from: 100, to: 100, sessions: 0) == nil)
    }

    @Test("where equity is lost there are no returns, and no ratio divides by nothing")
    func undefined() {
        #expect(Statistics.returns([100, 0, 50]) == nil)
        #expect(Statistics.returns([100, -5])?.count == 1)
        #expect(Statistics.sampleDeviation([1]) == nil)
        #expect(Statistics.mean([]) == nil)
        #expect(Statistics.ratio(1, 0) == nil && Statistics.ratio(nil, 1) == nil)
    }

    /// 10, 12, 9, 6, 11, 12, 3: the fall from 12 to 6 is a half, regained at the fifth; then 12 to 3 is three quarters.
    @Test("the deepest drawdown has its peak, trough and recovery")
    func drawdown() {
        let recovered = Drawdown.deepest([10, 12, 9, 6, 11, 12])
        #expect(recovered == Drawdown(depth: 0.5, peak: 1, trough: 3, recovery: 5))
        let open = Drawdown.deepest([10, 12, 9, 6, 11, 12, 3])
        #expect(open == Drawdown(depth: 0.75, peak: 1, trough: 6, recovery: nil))
        #expect(Drawdown.deepest([1, 2, 3]) == Drawdown())
        #expect(Drawdown.underwater([10, 12, 9]) == [0, 0, -0.25])
    }

    /// A curve of 400 points by integers; the expected values are numpy 2.4.6's:
    ///
    ///     d = [((i*7919) % 2003 - 990) * 25 for i in 1..<400];  e = 1e6 + cumsum([0] + d);  r = e[1:] / e[:-1] - 1
    ///     r.std(ddof=1) * sqrt(252),  r.mean() / r.std(ddof=1) * sqrt(252),  sqrt(mean(minimum(r, 0) ** 2)),
    ///     e / maximum.accumulate(e) - 1
    @Test("on 400 points they agree with numpy")
    func numpy() throws {
        var equity = [1_000_000.0]
        for i in 1..<400 { equity.append(equity[i - 1] + Double((i * 7_919) % 2_003 - 990) * 25) }
        let returns = try #require(Statistics.returns(equity)), year = 252.0
        let volatility = try #require(Statistics.sampleDeviation(returns)) * year.squareRoot()
        let mean = try #require(Statistics.mean(returns)) * year
        let downside = try #require(Statistics.downsideDeviation(returns)) * year.squareRoot()
        #expect(isClose(volatility, 0.21112600884907776))
        #expect(isClose(mean / volatility, 0.7314426063950918))
        #expect(isClose(mean / downside, 1.0750113091510831))
        #expect(isClose(Statistics.annualised(from: equity[0], to: equity[399], sessions: 399), 0.14130128554733723))
        let worst = Drawdown.deepest(equity)
        #expect(isClose(worst.depth, 0.12704818612856983))
        #expect((worst.peak, worst.trough) == (32, 64) && worst.recovery == 118)
        #expect(isClose(returns.max(), 0.024799012071876847) && isClose(returns.min(), -0.024193945360570956))
    }
}
