import FloorTesting
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import OMS

@Suite("the laws, for the order operators") struct OperatorLawTests {
    @Test("orders and positions, over what a random venue says", arguments: 1...8 as ClosedRange<UInt64>)
    func laws(seed: UInt64) throws {
        let venue = RandomVenue(seed: seed, steps: 400), log = venue.log
        #expect(log.count > 300)
        try Laws(records: log.count, seed: seed) { graph in
            let requests = graph.source("requests", OrderRequest.self), reports = graph.source("reports", ExecutionReport.self)
            let oms = graph.add("oms", OMSOperator(), from: requests.edge, and: reports.edge)
            graph.add("positions", PositionsOperator(), from: oms.out)
            graph.add("lots", PositionsOperator(.fifo), from: oms.out)
            let profit = ProfitOperator<Trade>(
                .fifo, commission: Commission(rate: 7, perUnit: 3), every: 50, instruments: InstrumentTable(), base: .none,
                conversions: [:])
            let prices = graph.source("prices", Trade.self)
            graph.add("pnl", profit, from: oms.out, prices.edge, graph.source("rates", Trade.self).edge)
            return Laws.Script { at, driver in
                switch log[at] {
                case .request(let request): driver.offer(request, to: requests)
                case .report(let report):
                    driver.offer(report, to: reports)
                    let price = Price(rawValue: 1_000_000_000 * Int64(1 + at % 7))
                    driver.offer(
                        Trade(eventTime: report.eventTime, symbol: report.symbol, price: price, size: Quantity(units: 1)),
                        to: prices)
                }
            }
        }.check()
    }
}
