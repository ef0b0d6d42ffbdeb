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
            return Laws.Script { at, driver in
                switch log[at] {
                case .request(let request): driver.offer(request, to: requests)
                case .report(let report): driver.offer(report, to: reports)
                }
            }
        }.check()
    }
}
