import PlainData
import TradingModel
import Testing

@testable import FIXRouter

@Suite("executions by ExecID")
struct ExecIDFilterTests {
    @Test("a repeat is a duplicate whatever its number and flags; another content under the same id is a conflict")
    func repeats() {
        let names = Names()
        var filter = ExecIDFilter(names: names)
        var fill = makeReport(makeID(1), .trade, .partiallyFilled)
        (fill.execID, fill.lastQty) = (names.text("E1"), Quantity(units: 2))
        #expect(filter.admit(fill) == .fresh)
        var again = fill
        (again.msgSeqNum, again.possResend, again.eventTime) = (99, 1, 5)
        #expect(filter.admit(again) == .duplicate)
        again.lastQty = Quantity(units: 3)
        #expect(filter.admit(again) == .conflict)
        again.execID = names.text("E2")
        #expect(filter.admit(again) == .fresh)
    }

    @Test("status reports, rejects and ExecID 0 are no executions")
    func noExecutions() {
        let names = Names()
        var filter = ExecIDFilter(names: names)
        var status = makeReport(makeID(1), .orderStatus)
        status.execID = names.text("E1")
        var zero = makeReport(makeID(1))
        zero.execID = names.text("0")
        var reject = makeReport(makeID(1))
        reject.msgType = .orderCancelReject
        for report in [status, zero, reject, makeReport(makeID(1))] {
            #expect(filter.admit(report) == .fresh && filter.admit(report) == .fresh)
        }
    }
}
