import Foundation
import Ledger
import PlainData
import StreamRuntime
import Testing
import Topology
import TradingModel

@testable import Desk

/// Keeps what the projection does with a finding, so that a test hands findings over by itself.
private final class ByHand: LedgerAttachment {
    var find: (UInt64, Finding) -> Void = { _, _ in }
    func attach<T: Element>(_ edge: Edge<T>, _ body: @escaping (UInt64, T) -> Void) {
        if let body = body as? (UInt64, Finding) -> Void { find = body }
    }
}

@Suite("the ledger as a projection") struct LedgerProjectionTests {
    /// The effects' thread takes what there is: the rows of one record in two turns, with a write of earlier ones between.
    @Test("a record's rows keep their order when an earlier record is written between them")
    func writeBetween() throws {
        let day = try CutDay()
        let topology = try TopologyFile.check(
            text: """
                topology: rows
                sources:
                  trades:   { kind: file, path: t.csv, format: trades-csv }
                  requests: { kind: file, path: o.csv, format: orders-csv }
                  progress: { kind: loop, of: slicer.parents }
                  reports:  { kind: file, path: r.csv, format: reports-csv }
                  intents:  { kind: loop, of: slicer }
                operators:
                  compliance: { kind: compliance, from: { orders: requests, positions: positions, prices: trades, parents: progress } }
                  slicer: { kind: twap, duration: 10s, slices: 4, from: { orders: compliance, updates: oms } }
                  oms: { kind: oms, from: { orders: intents, reports: reports } }
                  positions: { kind: positions, from: oms }
                sinks:
                  ledger: { kind: ledger, from: { orders: oms, decisions: compliance.findings } }
                instruments: { AAA: { tick: "0.01", lot: "1" } }
                limits: { max_quantity: "5000", max_notional: "150000", max_position: "50000", collar: 1000 }
                """, named: "rows.yaml", against: Kinds.catalog)
        let names = Names(), assembly = Assembly(topology, names: names, day: 2_000), hand = ByHand()
        let projection = try LedgerProjection(path: day.path("ledger.db"), names: names)
        let sink = try #require(topology.vertices.first { $0.name == "ledger" })
        projection.attach(sink, assembly, hand)
        func finding(_ check: Check) -> Finding {
            Finding(
                eventTime: 1, clOrdID: ClOrdID(day: 2_000, vertex: 1, sequence: 8, place: 0), symbol: names.symbol("AAA"),
                account: .none, strategy: .none, check: check, outcome: .block)
        }
        for sequence in 1...7 as ClosedRange<UInt64> { hand.find(sequence, finding(.decision)) }
        hand.find(8, finding(Check.allCases[1]))
        try projection.write(upTo: 7)
        hand.find(8, finding(Check.allCases[2]))
        hand.find(8, finding(.decision))
        try projection.writeAll(upTo: 8)
        let rows = try projection.ledger.contents(.decisions).filter { $0[0] == "8" }
        #expect(rows.map { $0[1] } == ["0", "1", "2"])
        let checks = rows.map { $0[7] }
        #expect(checks == [Check.allCases[1].code, Check.allCases[2].code, "decision"], "\(rows)")
    }
}
