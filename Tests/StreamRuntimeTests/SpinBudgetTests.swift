import Testing

@testable import StreamRuntime

@Suite("spinning before a sleep") struct SpinBudgetTests {
    @Test("long waits spin less and less, to a sixty-fourth; what comes soon brings it back; a wake for nothing says nothing")
    func learns() {
        var budget = SpinBudget()
        let most = budget.spins
        for _ in 0..<20 { budget.waited(10_000_000, isReady: false) }
        #expect(budget.spins == max(1, most / 64))
        budget.waited(50_000, isReady: false)
        #expect(budget.spins == max(1, most / 64))
        for _ in 0..<20 { budget.waited(50_000, isReady: true) }
        #expect(budget.spins == most)
        // What comes after a sleep that was long is there, but spinning for it would have been in vain.
        budget.waited(10_000_000, isReady: true)
        #expect(budget.spins == most / 2)
    }
}
