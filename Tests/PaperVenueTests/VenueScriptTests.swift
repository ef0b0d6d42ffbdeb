import FloorTesting
import Foundation
import PlainData
import Testing
import Topology
import TradingModel

@testable import PaperVenue

/// A scripted venue without sockets, and its reports as short lines.
struct ScriptBench: ~Copyable {
    let names = Names()
    var venue: ScriptedVenue
    var time: Int64 = 0
    var lines: [String] = []
    var dueExecIDs: [String] = []

    /// - Parameter steps: the lines under `steps:`.
    init(_ steps: String, keepsMail: Bool = false) throws {
        let script = try VenueScript(text: "script: test\nsteps:\n\(steps)\n", named: "s.yaml", names: names)
        let elm = Instrument(symbol: names.symbol("ELM"), tickSize: cents(1), lotSize: units(1))
        venue = ScriptedVenue(
            MatchingConfiguration(identifiers: .texts(names, prefix: "V")), instruments: InstrumentTable([elm]), script: script,
            names: names, keepsMail: keepsMail)
        venue.open(at: 0)
    }

    func request(_ action: OrderRequest.Action, _ id: String, _ orig: String, _ quantity: Int64, _ price: Int64) -> OrderRequest {
        OrderRequest(
            eventTime: time, action: action, clOrdID: ClOrdID(foreign: names.text(id)),
            origClOrdID: orig.isEmpty ? .none : ClOrdID(foreign: names.text(orig)), symbol: names.symbol("ELM"), side: .buy,
            orderQty: units(quantity), ordType: .limit, price: cents(price))
    }
    mutating func new(_ id: String, _ quantity: Int64 = 100, at price: Int64 = 1000, client: Int32 = 0) {
        venue.enter(request(.new, id, "", quantity, price), isPossResend: false, from: client, at: time)
        take()
    }
    mutating func cancel(_ id: String, of orig: String) {
        venue.enter(request(.cancel, id, orig, 0, 1000), isPossResend: false, from: 0, at: time)
        take()
    }
    mutating func replace(_ id: String, of orig: String, _ quantity: Int64, at price: Int64 = 1000) {
        venue.enter(request(.replace, id, orig, quantity, price), isPossResend: false, from: 0, at: time)
        take()
    }
    mutating func trade(_ price: Int64, _ size: Int64) {
        venue.play(Trade(eventTime: time, symbol: names.symbol("ELM"), price: cents(price), size: units(size)))
        take()
    }
    mutating func pass(_ milliseconds: Int64) {
        time += milliseconds * 1_000_000
        venue.advance(to: time)
        take()
    }
    /// `X F/1 30@10 30/70`: ClOrdID, ExecType/OrdStatus, LastQty@LastPx, CumQty/LeavesQty.
    mutating func take() {
        for item in venue.takeReports() {
            let report = item.report
            let id = report.clOrdID.text(names), orig = report.origClOrdID.text(names)
            var line = orig.isEmpty ? id : "\(id)<\(orig)"
            if report.msgType == .orderCancelReject {
                line += " 9/\(report.ordStatus.text(names)) \(report.cxlRejReason)"
            } else {
                line += " \(report.execType.text(names))/\(report.ordStatus.text(names))"
                if report.lastQty != .zero { line += " \(report.lastQty)@\(report.lastPx)" }
                line += " \(report.cumQty)/\(report.leavesQty)"
                if report.ordRejReason >= 0 { line += " \(report.ordRejReason)" }
            }
            if report.possResend != 0 { line += " again" }
            if item.client != 0 { line += " to \(item.client)" }
            if report.text != .none, !report.text.text(names).isEmpty { line += " \"\(report.text.text(names))\"" }
            lines.append(line)
        }
    }
}

@Suite("A venue's script") struct VenueScriptTests {
    @Test("requests are refused, left unanswered, called pending and answered late, each as often as its step says")
    func requests() throws {
        var bench = try ScriptBench(
            """
              - { on: new, order: "R*", nth: 2, times: 2, reject: 3, text: no }
              - { on: new, order: DEAF, ignore: true }
              - { on: new, order: LATE, pending: true, delay: 50ms }
              - { on: cancel, reject: 0 }
              - { on: cancel, nth: 2, pending: true, delay: 10ms }
            """)
        for id in ["R1", "R2", "R3", "R4"] { bench.new(id) }
        bench.new("DEAF")
        bench.new("LATE")
        bench.pass(20)
        bench.cancel("C1", of: "R1")
        bench.cancel("C2", of: "R1")
        bench.pass(10)
        bench.cancel("C3", of: "R4")
        bench.pass(60)
        #expect(
            bench.lines == [
                "R1 0/0 0/100", "R2 8/8 0/0 3 \"no\"", "R3 8/8 0/0 3 \"no\"", "R4 0/0 0/100", "LATE A/A 0/100", "C1<R1 9/0 0",
                "C2<R1 6/6 0/100", "C2<R1 4/4 0/0", "C3<R4 4/4 0/0", "LATE 0/0 0/100",
            ])
        #expect(bench.venue.idleSteps == [])
    }

    @Test("reports are lost, doubled, overtaken and late")
    func reports() throws {
        var bench = try ScriptBench(
            """
              - { on: report, exec_type: trade, nth: 1, lose: true }
              - { on: report, exec_type: trade, nth: 2, duplicate: 2, poss_resend: true }
              - { on: report, exec_type: trade, nth: 3, hold: 2 }
              - { on: report, exec_type: trade, nth: 6, delay: 5ms }
              - { on: report, exec_type: cancel-reject, duplicate: 1 }
              - { on: report, exec_type: expired, lose: true }
            """)
        bench.new("X")
        for _ in 1...6 { bench.trade(999, 10) }
        bench.cancel("C", of: "nobody")
        bench.pass(5)
        #expect(
            bench.lines == [
                "X 0/0 0/100", "X F/1 10@10 20/80", "X F/1 10@10 20/80 again", "X F/1 10@10 20/80 again", "X F/1 10@10 40/60",
                "X F/1 10@10 50/50", "X F/1 10@10 30/70", "C<nobody 9/8 1 \"no such order\"", "C<nobody 9/8 1 \"no such order\"",
                "X F/1 10@10 60/40",
            ])
        #expect(bench.venue.idleSteps == ["s.yaml:8"])
    }

    /// FIX 4.4 Appendix D, J.1.a (4.2: D34), as specified: after each row OrdStatus, CumQty/LeavesQty and AvgPx.
    @Test("busts and corrections give the numbers of Appendix D, D34")
    func corrections() throws {
        var bench = try ScriptBench(
            """
              - { on: new, order: X, fill: { qty: "1000", price: "1" } }
              - { on: new, order: X, fill: { qty: "9000", price: "1.1" } }
              - { on: new, order: X, after: 1ms, bust: first }
              - { on: new, order: X, after: 2ms, correct: { execution: last, price: "1" } }
              - { on: new, order: X, after: 3ms, fill: { price: "1.2" } }
              - { on: new, order: X, after: 4ms, correct: { execution: first, price: "1.2" } }
              - { on: new, order: X, after: 5ms, bust: last }
              - { on: new, order: X, after: 6ms, correct: { execution: first, qty: "9500" } }
              - { on: report, exec_type: trade-correct, nth: 3, say: { exec_type: order-status } }
            """)
        bench.new("X", 10_000, at: 120)
        for _ in 1...6 { bench.pass(1) }
        #expect(
            bench.lines == [
                "X 0/0 0/10000", "X F/1 1000@1 1000/9000", "X F/2 9000@1.1 10000/0", "X H/1 1000@1 9000/1000",
                "X G/1 9000@1 9000/1000", "X F/2 1000@1.2 10000/0", "X G/2 9000@1.2 10000/0", "X H/1 1000@1.2 9000/1000",
                "X G/1 9500@1.2 9500/500", "X I/1 9500/500",
            ])
        let found = bench.venue.engine.order(of: bench.request(.new, "X", "", 0, 0).clOrdID)
        let order = try #require(found)
        #expect(order.avgPx == cents(120) && order.leavesQty == units(500))
        // The statement has what stands now.
        #expect(bench.venue.executions.map(\.lastQty) == [units(9_500)])
        let position = bench.venue.engine.position(of: bench.names.symbol("ELM"))
        #expect(position == units(9_500))
    }

    /// Appendix D, D35: the cancel stands, the bust lowers CumQty, LeavesQty stays 0.
    @Test("an execution of a canceled order is taken back, and the order stays canceled")
    func bustAfterCancel() throws {
        var bench = try ScriptBench(
            """
              - { on: new, fill: { qty: "40" } }
              - { on: cancel, after: 1ms, of: X, bust: all }
            """)
        bench.new("X")
        bench.cancel("C", of: "X")
        bench.pass(1)
        #expect(
            bench.lines.dropFirst(2) == ["C<X 4/4 40/0", "C<X H/4 40@10 0/0"]
                || bench.lines.dropFirst(2) == ["C<X 4/4 40/0", "X H/4 40@10 0/0"])
        #expect(bench.venue.executions.isEmpty)
    }

    /// Appendix D, D4: while the cancel is pending, a fill has OrdStatus PendingCancel and the old ClOrdID.
    @Test("fills while a cancel is pending say so; the cancel comes after all")
    func pendingCancel() throws {
        var bench = try ScriptBench(
            """
              - { on: cancel, pending: true, delay: 10ms }
              - { on: cancel, after: 20ms, of: X, restate: { qty: "80" } }
            """)
        bench.new("X")
        bench.trade(999, 20)
        bench.cancel("Y", of: "X")
        bench.trade(999, 10)
        bench.pass(10)
        #expect(
            bench.lines == [
                "X 0/0 0/100", "X F/1 20@10 20/80", "Y<X 6/6 20/80", "X F/6 10@10 30/70", "Y<X 4/4 30/0",
            ])
    }

    @Test("orders end, are restated and spoken of without being asked for; what cannot be done is remarked")
    func unsolicited() throws {
        var bench = try ScriptBench(
            """
              - { on: new, order: A, after: 1ms, end: canceled, text: gone }
              - { on: new, order: B, after: 2ms, restate: { qty: "60", price: "9.5" } }
              - { on: new, order: B, after: 3ms, end: done-for-day }
              - { on: new, order: B, after: 4ms, fill: {} }
              - { after: 5ms, of: "C*", end: expired }
              - { after: 6ms, of: GHOST, bust: last }
              - { after: 7ms, say: { cl_ord_id: GHOST, exec_type: trade, ord_status: filled, last_qty: "5", last_px: "1", cum_qty: "5", symbol: ELM } }
            """)
        for id in ["A", "B", "C1", "C2"] { bench.new(id) }
        bench.lines = []
        bench.pass(10)
        #expect(
            bench.lines == [
                "A 4/4 0/0 \"gone\"", "B D/0 0/60", "B 3/3 0/0", "C1 C/C 0/0", "C2 C/C 0/0", "GHOST F/2 5@1 5/0",
            ])
        #expect(
            bench.venue.remarks == [
                "s.yaml:6: order B is not in a state for it", "s.yaml:8: there is no order GHOST",
            ])
    }

    @Test("nothing matches in a halt; then what waited meets the market, and immediate orders did not wait")
    func halts() throws {
        var bench = try ScriptBench(
            """
              - { quote: { symbol: ELM, bid: "9.9", bid_size: "50", ask: "10", ask_size: "50" } }
              - { after: 1ms, halt: ELM }
              - { after: 9ms, resume: "*" }
            """)
        bench.new("A", 10, at: 999)
        bench.pass(1)
        bench.new("B", 30, at: 1001)
        var immediate = bench.request(.new, "I", "", 5, 1001)
        immediate.timeInForce = .immediateOrCancel
        bench.venue.enter(immediate, isPossResend: false, from: 0, at: bench.time)
        bench.take()
        bench.trade(900, 1_000)
        bench.pass(8)
        bench.trade(998, 1_000)
        #expect(
            bench.lines == [
                "A 0/0 0/10", "B 0/0 0/30", "I 0/0 0/5", "I 4/4 0/0 \"trading is halted\"", "B F/2 30@10 30/0",
                "A F/2 10@9.99 10/0",
            ])
    }

    @Test("in process, requests and reports of a client that is cut off wait until it is back")
    func outage() throws {
        var bench = try ScriptBench(
            """
              - { after: 1ms, disconnect: 5ms }
            """, keepsMail: true)
        bench.new("A")
        bench.pass(1)
        bench.new("B")
        bench.trade(999, 100)
        #expect(bench.lines == ["A 0/0 0/100"])
        bench.pass(5)
        #expect(
            bench.lines == ["A 0/0 0/100", "B 0/0 0/100", "A F/2 100@10 100/0"]
                || bench.lines == ["A 0/0 0/100", "A F/2 100@10 100/0", "B 0/0 0/100"])
    }

    @Test("a step that answers its own words ends")
    func ownWords() throws {
        var bench = try ScriptBench("  - { on: report, times: 0, say: { exec_type: order-status } }")
        bench.new("A")
        #expect(bench.lines.count == 9)
        #expect(bench.venue.remarks == ["s.yaml:3: answers its own words; it is not followed further"])
    }

    @Test("mistakes are told at once, each with its line")
    func mistakes() throws {
        let text = """
            script: bad
            steps:
              - { on: nwe, reject: 1 }
              - { on: report, reject: 1 }
              - { on: new, lose: true }
              - { on: new }
              - { after: 1s, bust: last }
              - { on: new, fill: { price: "1.0000000001" } }
              - { on: new, bust: this }
              - { on: report, poss_resend: true }
              - { on: new, fil: {} }
            """
        let refusal = #expect(throws: TopologyRefusal.self) {
            _ = try VenueScript(text: text, named: "s.yaml", names: Names())
        }
        let first = try #require(refusal).description.split(separator: "\n").map(String.init)
        #expect(first.count == 2 && first[0].hasPrefix("s.yaml:3:") && first[0].contains("did you mean \"new\""))
        #expect(first[1].hasPrefix("s.yaml:11:") && first[1].contains("did you mean \"fill\""))

        let second = text.split(separator: "\n").filter { !$0.contains("nwe") && !$0.contains("fil:") }.joined(separator: "\n")
        let sense = #expect(throws: TopologyRefusal.self) { _ = try VenueScript(text: second, named: "s.yaml", names: Names()) }
        let lines = try #require(sense).description.split(separator: "\n").map { String($0.prefix { $0 != ";" }) }
        #expect(
            lines == [
                "s.yaml:3: reject is about a request", "s.yaml:4: lose is about a report",
                "s.yaml:5: a step in which nothing happens",
                "s.yaml:6: bust is about an order", "s.yaml:7: price 1.0000000001 is no price",
                "s.yaml:8: this is the execution of a report", "s.yaml:9: poss_resend is about copies",
            ], "\(lines)")
        for number in 3...9 { #expect(lines.contains { $0.hasPrefix("s.yaml:\(number):") }, "line \(number): \(lines)") }
    }

    @Test("the example is read, and all of its steps are")
    func example() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let script = try VenueScript(path: root.appending(path: "examples/venue-script.yaml").path, names: Names())
        #expect(script.name == "a bad day" && script.steps.count == 17)
    }

    @Test("restored in the middle of a script, the rest is the same", arguments: 1...20 as ClosedRange<UInt64>)
    func restart(seed: UInt64) throws {
        var bench = try randomDay(seed, saving: false)
        var other = try randomDay(seed, saving: true)
        bench.take()
        other.take()
        #expect(bench.lines == other.lines, "seed \(seed)")
        #expect(bench.lines.count > 20)
    }

    /// Requests and trades under a script that uses everything; with `saving` the venue is saved and restored all the time.
    private func randomDay(_ seed: UInt64, saving: Bool) throws -> ScriptBench {
        var bench = try ScriptBench(Self.everything, keepsMail: true)
        var random = SplitMix64(seed: seed)
        for i in 0..<60 {
            switch random.below(6) {
            case 0...2:
                bench.new(
                    "N\(i)", 10 + Int64(random.below(90)), at: 990 + Int64(random.below(20)), client: Int32(random.below(2)))
            case 3: bench.cancel("C\(i)", of: "N\(random.below(i + 1))")
            case 4: bench.replace("R\(i)", of: "N\(random.below(i + 1))", 50, at: 1000)
            default: bench.trade(985 + Int64(random.below(25)), 1 + Int64(random.below(60)))
            }
            bench.pass(Int64(random.below(4)))
            guard saving else { continue }
            var coder = StateCoder()
            bench.venue.state(&coder)
            var restoring = StateCoder(restoring: coder.bytes)
            var fresh = try ScriptBench(Self.everything, keepsMail: true)
            // The new venue's texts must have the same numbers: it shares the table.
            fresh.venue = ScriptedVenue(
                bench.venue.engine.configuration, instruments: bench.venue.engine.instruments, script: bench.venue.script,
                names: bench.names, keepsMail: true)
            fresh.venue.state(&restoring)
            #expect(restoring.isAtEnd)
            bench.venue = fresh.venue
        }
        bench.pass(1_000)
        return bench
    }
    private static let everything = """
          - { on: new, nth: 3, times: 4, delay: 3ms, pending: true }
          - { on: new, nth: 9, times: 2, reject: 0 }
          - { on: cancel, nth: 2, times: 0, pending: true, delay: 2ms }
          - { on: replace, times: 2, pending: true, delay: 4ms }
          - { on: report, exec_type: trade, nth: 2, times: 2, hold: 2 }
          - { on: report, exec_type: trade, nth: 5, times: 2, delay: 5ms }
          - { on: report, exec_type: trade, nth: 8, duplicate: 1 }
          - { on: report, exec_type: trade, nth: 4, after: 6ms, bust: this }
          - { on: report, exec_type: trade, nth: 6, after: 2ms, correct: { execution: this, price: "9" } }
          - { on: new, nth: 12, after: 1ms, end: canceled }
          - { on: new, nth: 7, fill: { qty: "5" } }
          - { after: 20ms, disconnect: 15ms }
          - { after: 50ms, halt: "*" }
          - { after: 60ms, resume: "*" }
        """

    @Test("mutated scripts are read or refused, never more")
    func fuzz() throws {
        var random = SplitMix64(seed: 7)
        let text = Array(("script: test\nsteps:\n" + Self.everything).utf8)
        for _ in Fuzz.rounds(500, of: "venue scripts") {
            var bytes = text
            for _ in 0...random.below(6) {
                let at = Int(random.below(bytes.count))
                switch random.below(3) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                default: bytes.insert(bytes[Int(random.below(bytes.count))], at: at)
                }
            }
            do {
                let script = try VenueScript(text: String(decoding: bytes, as: UTF8.self), named: "f.yaml", names: Names())
                #expect(script.steps.count <= 40)
            } catch {
                #expect(!error.mistakes.isEmpty && error.mistakes.allSatisfy { $0.place.line != nil }, "\(error)")
            }
        }
    }
}
