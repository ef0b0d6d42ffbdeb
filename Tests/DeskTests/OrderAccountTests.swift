import PlainData
import Testing
import TradingModel

@testable import Desk

@Suite("the account of orders asked for") struct OrderAccountTests {
    private func id(_ number: UInt64) -> ClOrdID { ClOrdID(rawValue: number) }
    private func finding(_ number: UInt64, _ check: Check, _ outcome: Outcome) -> Finding {
        Finding(
            eventTime: 0, clOrdID: id(number), symbol: SymbolID(rawValue: 1), account: .none, strategy: .none, check: check,
            outcome: outcome)
    }
    private func counts(_ account: OrderAccount) -> [String] {
        account.counts.filter { $0.count > 0 }.map { "\($0.count) \($0.fate)" }
    }

    @Test("each order has one end, the last that was said of it; cancels and duplicates are none of their own")
    func fates() {
        var account = OrderAccount()
        for row in [
            finding(1, .maxQuantity, .block), finding(1, .decision, .block), finding(2, .decision, .ok),
            finding(3, .decision, .review), finding(3, .decision, .ok), finding(3, .approval, .ok),
            finding(4, .decision, .review),
            finding(4, .decision, .block), finding(4, .expiry, .block), finding(5, .decision, .review),
            finding(5, .decision, .block), finding(5, .rejection, .ok), finding(6, .decision, .review),
            finding(6, .decision, .block), finding(6, .withdrawal, .ok), finding(7, .decision, .review),
            finding(7, .approval, .block), finding(8, .decision, .ok),
            finding(2, .duplicate, .block), finding(2, .decision, .block), finding(0, .kill, .ok),
        ] { account.take(row) }
        // Told of before or after its decision, a cancel is no order.
        for number: UInt64 in [8, 9] {
            account.take(
                OrderRequest(
                    eventTime: 0, action: .cancel, clOrdID: id(number), symbol: SymbolID(rawValue: 1), side: .none,
                    orderQty: .zero,
                    ordType: .limit))
        }
        account.take(finding(9, .decision, .ok))
        #expect(counts(account) == ["2 passed", "1 waiting", "1 blocked", "1 expired", "1 refused", "1 withdrawn"])
    }
    @Test("what left is held against what came in: children by their parent")
    func unasked() {
        let summary = DaySummary()
        for row in [
            finding(1, .decision, .ok), finding(2, .decision, .block), finding(3, .decision, .ok), finding(4, .decision, .ok),
        ] {
            summary.account.take(row)
        }
        summary.orders = [id(1): .new, id(2): .new, id(31): .filled, id(51): .new, id(6): .new]
        summary.account.parents = [id(31): id(3), id(51): id(5)]
        summary.parents = [id(3): .done]
        #expect(summary.unasked == [id(2), id(6), id(51)])
        #expect(summary.unaccounted == [id(4)])
    }
}
