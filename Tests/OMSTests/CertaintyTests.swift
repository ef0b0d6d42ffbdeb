import OMS
import Testing
import TradingModel

/// Failures that other systems shipped (specification of orders, section 6), and the axis of certainty.
@Suite("An order whose fate is unknown")
struct CertaintyTests {
    private func script(_ text: String) throws -> Script {
        var script = Script()
        try script.run(text)
        return script
    }

    @Test("in doubt is not rejected: the order keeps its leaves until the venue answers")
    func inDoubtKeepsReservation() throws {
        let run = try script("> D X 100\n< inDoubt X | PendingNew 100 0 100")
        let order = try #require(run.book.orders.first)
        #expect(order.certainty == .inDoubt)
        #expect(order.leavesQty == Quantity(units: 100))
    }

    @Test("asking makes it RECONCILING, and only the answer makes it KNOWN")
    func asking() throws {
        var run = try script("> D X 100\n< inDoubt X\n> H X")
        #expect(run.book.orders[0].certainty == .reconciling)
        try run.step("< OrderStatus X id:0 | New 100 0 100")
        #expect(run.book.orders[0].certainty == .known)
    }

    @Test("the venue does not know the order: it never arrived, and nothing works")
    func neverArrived() throws {
        let run = try script("> D X 100\n< inDoubt X\n> H X\n< OrderStatus X r:5 s:Rejected")
        #expect(run.book.orders[0].ordStatus == .rejected)
        #expect(run.book.orders[0].leavesQty == .zero)
        #expect(run.book.orders[0].certainty == .known)
    }

    @Test("sent again and refused as a duplicate: the first one arrived, so it lives")
    func refusedAsDuplicate() throws {
        let run = try script("> D X 100\n< inDoubt X\n< Rejected X r:6 s:Rejected")
        #expect(run.book.orders[0].ordStatus == .pendingNew)
        #expect(run.book.orders[0].certainty == .inDoubt)
        #expect(run.anomalies.map(\.rule) == [.duplicateClOrdID])
    }

    @Test("a fill proves that the order arrived, even before its acknowledgement")
    func fillProves() throws {
        let run = try script(
            "> D X 100\n< inDoubt X\n< Trade X 40@10 id:1 | PartiallyFilled 100 40 60\n< New X id:2 | PartiallyFilled 100 40 60")
        #expect(run.book.orders[0].certainty == .known)
        #expect(run.anomalies.map(\.rule) == [.illegalTransition])
    }

    @Test("a cancel in doubt leaves the order in doubt until the cancel is answered")
    func cancelInDoubt() throws {
        var run = try script("> D X 100\n< New X\n> F Y X\n< inDoubt Y\n< Trade X 10@5 id:1")
        #expect(run.book.orders[0].certainty == .inDoubt)
        #expect(run.book.orders[0].pendingCount == 1)
        try run.step("< 9 Y X r:0 | PartiallyFilled 100 10 90")
        #expect(run.book.orders[0].certainty == .known)
    }

    @Test("'unknown order' about an order that lives is not believed, and not forgotten")
    func unknownThere() throws {
        let run = try script("> D X 100\n< New X | New 100 0 100\n> F Y X\n< 9 Y X r:1 s:Rejected")
        #expect(run.book.orders[0].ordStatus == .new)
        #expect(run.book.orders[0].certainty == .reconciling)
        #expect(run.anomalies.map(\.rule) == [.illegalTransition])
    }

    @Test("a late acknowledgement does not open a cancelled order again")
    func lateAcknowledgement() throws {
        let run = try script("> D X 100\n> F Y X\n< Canceled Y X id:2 | Canceled 100 0 0\n< New X id:1 | Canceled 100 0 0")
        #expect(run.anomalies.map(\.rule) == [.afterTerminal])
    }

    @Test("a fill after Canceled is booked")
    func fillAfterCanceled() throws {
        let run = try script(
            "> D X 100\n< New X\n< Canceled X c:0 q:100\n< Trade X 30@7 id:1 c:30 q:100 s:Canceled | Canceled 100 30 0 7")
        #expect(run.anomalies.map(\.rule) == [.afterTerminal])
    }

    @Test("an overfill is booked and reported")
    func overfill() throws {
        let run = try script("> D X 100\n< New X\n< Trade X 120@7 id:1 c:120 q:100 s:Filled | Filled 100 120 0 7")
        #expect(run.anomalies.map(\.rule) == [.overfill])
    }

    @Test("New under a replace's ClOrdID replaces nothing")
    func newIsNoReplaced() throws {
        let run = try script("> D X 100\n< New X | New 100 0 100\n> G Y X 200\n< New Y id:3 | New 100 0 100")
        #expect(run.anomalies.map(\.rule) == [.illegalTransition])
        #expect(run.book.orders[0].pendingCount == 1)
    }

    @Test("one ExecID on two orders is booked twice and reported, since dropping it could lose a fill")
    func sharedExecID() throws {
        let run = try script(
            """
            > D X 100
            > D Y 100
            < Trade X 10@5 id:E | PartiallyFilled 100 10 90
            < Trade Y 10@5 id:E | PartiallyFilled 100 10 90
            """)
        #expect(run.anomalies.map(\.rule) == [.duplicateExecID])
    }

    @Test("a venue that always names the first execution corrects the one that stands in its place")
    func correctionsOfTheFirst() throws {
        let run = try script(
            """
            > D X 100
            < Trade X 40@10 id:A | PartiallyFilled 100 40 60 10
            < TradeCorrect X 40@11 id:B ref:A | PartiallyFilled 100 40 60 11
            < TradeCorrect X 50@12 id:C ref:A | PartiallyFilled 100 50 50 12
            < TradeCancel X id:D ref:A | New 100 0 100
            """)
        #expect(run.anomalies.isEmpty)
    }

    @Test("OrigClOrdID of the next request is the last one that was not rejected")
    func nextOrigin() throws {
        var run = try script("> D X 100\n< New X\n> G Y X 90")
        #expect(run.book.orders[0].nextOrigClOrdID == run.id("Y"))
        try run.step("< 9 Y X r:0 | New 100 0 100")
        #expect(run.book.orders[0].nextOrigClOrdID == run.id("X"))
    }

    @Test("an accepted replace proves the one before it, whose report was lost; when that comes late, it changes nothing")
    func lostReplaced() throws {
        var run = try script("> D X 100\n< New X\n> G Y X 90\n> G Z Y 80\n< Replaced Z Y id:2 | New 80 0 80")
        #expect(run.book.orders[0].pendingCount == 0)
        try run.step("< Replaced Y X id:1 q:90 | New 80 0 80")
        #expect(run.anomalies.map(\.rule) == [.illegalTransition, .quantityMismatch])
    }
}
