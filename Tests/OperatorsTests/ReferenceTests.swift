import Clearance
import FloorTesting
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// controls.md: C01 "session open", C07 "collar vs reference (last/mid/NBBO)", C08 "one-sided/stale book".
@Suite("references and hours") struct ReferenceTests {
    private final class Desk {
        let run = Harness(hasClock: true)
        let requests: TypedPort<OrderRequest>, quotes: TypedPort<Quote>, findings: Collected<Finding>

        init(_ limits: Limits, hours: TradingHours = TradingHours()) {
            requests = run.graph.source("requests", OrderRequest.self, holdsWatermark: false)
            quotes = run.graph.source("quotes", Quote.self, holdsWatermark: false)
            let positions = run.graph.source("positions", PositionUpdate.self, holdsWatermark: false)
            let parents = run.graph.source("parents", ParentUpdate.self, holdsWatermark: false)
            let commands = run.graph.source("commands", DeskCommand.self, holdsWatermark: false)
            let out = run.graph.add(
                "compliance", Compliance<Quote>(limits, instruments: instruments(), hours: hours), from: requests.edge,
                positions.edge, quotes.edge, parents.edge, commands.edge)
            findings = run.collect(out.side)
        }
        func quote(at time: Int64, _ bid: Double?, _ ask: Double?) {
            run.send(
                Quote(
                    eventTime: time, symbol: one, bid: bid.map(price) ?? .none, bidSize: quantity(1),
                    ask: ask.map(price) ?? .none, askSize: quantity(1)), to: quotes)
        }
        func ask(_ request: OrderRequest) -> String {
            run.send(request, to: requests)
            return findings.fresh().map { $0.check == .decision ? "\($0.outcome)" : $0.check.code }.joined(separator: " ")
        }
    }

    /// By hand: the middle of 49 and 51 is 50, and 1 % of it 0.50.
    @Test("of quotes the middle is the reference; a book of one side, or one that crosses, has none, at once")
    func middle() {
        let desk = Desk(
            looseLimits {
                $0.common?.collarBasisPoints = 100
                $0.maxReferenceAge = 1_000
            })
        #expect(desk.ask(request(1, .buy, 1, 50)) == "C07 block")
        desk.quote(at: 1, 49, 51)
        #expect(desk.ask(request(2, at: 1, .buy, 1, 50.5)) == "ok" && desk.ask(request(3, at: 1, .buy, 1, 50.51)) == "C07 block")
        #expect(desk.ask(request(4, at: 1, .buy, 1, nil)) == "ok")
        desk.quote(at: 2, 49, nil)
        #expect(desk.ask(request(5, at: 2, .sell, 1, nil)) == "C07 C08 C06 block")
        desk.quote(at: 3, 51, 49)
        #expect(desk.ask(request(6, at: 3, .buy, 1, 50)) == "C07 block")
        desk.quote(at: 4, 49, 51)
        #expect(desk.ask(request(7, at: 4, .buy, 1, 50)) == "ok")
    }

    /// NYSE: 9:30 to 16:00 in New York, which is four hours behind UTC from 10 March 2024 on; closed on Good Friday, 29 March 2024.
    @Test(
        "orders pass in the sessions of the instrument's exchange alone, cancels at any time",
        arguments: [
            ("2024-03-28T13:29:59Z", "C01 block"), ("2024-03-28T13:30:00Z", "ok"), ("2024-03-28T19:59:59Z", "ok"),
            ("2024-03-28T20:00:00Z", "C01 block"), ("2024-03-29T15:00:00Z", "C01 block"), ("2024-03-30T15:00:00Z", "C01 block"),
        ])
    func sessions(time: String, expected: String) throws {
        var hours = TradingHours()
        hours.set("XNYS", of: one)
        let moment = try #require(UTC.parse(time)), desk = Desk(looseLimits { $0.needsReference = false }, hours: hours)
        #expect(desk.ask(request(1, at: moment, .buy, 1, 50)) == expected)
        #expect(desk.ask(request(2, at: moment, .buy, 1, 50, of: two)) == "ok", "it has no calendar")
        var cancel = request(3, at: moment, .buy, 1, 50)
        (cancel.action, cancel.origClOrdID) = (.cancel, ClOrdID(rawValue: 1))
        #expect(desk.ask(cancel) == "ok")
        hours.set("XNYS", of: nil)
        let all = Desk(looseLimits { $0.needsReference = false }, hours: hours)
        #expect(all.ask(request(2, at: moment, .buy, 1, 50, of: two)) == expected)
    }
}
