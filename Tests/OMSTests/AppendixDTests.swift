import OMS
import TradingModel
import Testing

/// Scenarios of FIX Appendix D that are printed as text, row by row. Where the published table has no price, the rows
/// here have one, since a fill without a price is an anomaly.
@Suite("Appendix D, the tables printed in the specification")
struct AppendixDTests {
    private func check(_ text: String, timeInForce: TimeInForce = .day, anomalies: [Anomaly.Rule] = []) throws {
        var script = Script()
        script.timeInForce = timeInForce
        try script.run(text)
        #expect(script.anomalies.map(\.rule) == anomalies)
    }
    private static let partFilled = """
        > D X 10000 | PendingNew 10000 0 10000
        < New X | New 10000 0 10000
        < Trade X 1000@10 id:1 | PartiallyFilled 10000 1000 9000 10

        """

    @Test("D1, A.1.a: an order is filled")
    func filled() throws {
        try check(
            """
            > D X 10000
            < New X | New 10000 0 10000
            < Trade X 2000@10 id:1 | PartiallyFilled 10000 2000 8000 10
            < Trade X 1000@13 id:2 | PartiallyFilled 10000 3000 7000 11
            < Trade X 7000@11 id:3 | Filled 10000 10000 0 11
            """)
    }

    @Test("D4, B.1.b: fills while a cancel is pending carry the old ClOrdID and keep PendingCancel")
    func cancelPartFilled() throws {
        try check(
            Self.partFilled + """
                > F Y X
                < Trade X 2000@10 id:2 | PartiallyFilled 10000 3000 7000
                < PendingCancel Y X | PendingCancel 10000 3000 7000
                < Trade X 500@10 id:3 | PendingCancel 10000 3500 6500
                < Canceled Y X | Canceled 10000 3500 0
                """)
    }

    @Test("D5, B.1.c: filled before the cancel is accepted: pending first, Filled when it is turned down")
    func filledBeforeCancel() throws {
        try check(
            Self.partFilled + """
                > F Y X
                < Trade X 2000@10 id:2 | PartiallyFilled 10000 3000 7000
                < PendingCancel Y X | PendingCancel 10000 3000 7000
                < Trade X 7000@10 id:3 | PendingCancel 10000 10000 0
                < 9 Y X r:0 | Filled 10000 10000 0
                """)
    }

    @Test("B.1.e: the acknowledgement and the cancel cross")
    func acknowledgementCrosses() throws {
        try check(
            """
            > D X 10000
            > F Y X
            < New X | New 10000 0 10000
            < PendingCancel Y X | PendingCancel 10000 0 10000
            < Canceled Y X | Canceled 10000 0 0
            """)
    }

    @Test("B.1.d: the cancel is pending before the order is acknowledged")
    func cancelBeforeAcknowledgement() throws {
        try check(
            """
            > D X 10000
            > F Y X
            < PendingCancel Y X | PendingCancel 10000 0 10000
            < New X | PendingCancel 10000 0 10000
            < Canceled Y X | Canceled 10000 0 0
            """)
    }

    @Test("B.1.f: the cancel of an unknown order is an anomaly and makes no order")
    func cancelUnknown() throws {
        var script = Script()
        try script.run("> F Y X\n< 9 Y X r:1 s:Rejected")
        #expect(script.book.orders.isEmpty)
        #expect(script.anomalies.map(\.rule) == [.unknownOrder, .unknownOrder])
    }

    @Test("D7, C.1.b: a replace to a larger quantity, a fill while it is pending")
    func replaceUp() throws {
        try check(
            Self.partFilled + """
                > G Y X 12000
                < PendingReplace Y X | PendingReplace 10000 1000 9000
                < Trade X 100@10 id:2 | PendingReplace 10000 1100 8900
                < Replaced Y X | PartiallyFilled 12000 1100 10900
                < Trade Y 10900@10 id:3 | Filled 12000 12000 0
                """)
    }

    @Test("D8, C.1.c: a filled order is replaced up and works again")
    func replaceFilledUp() throws {
        try check(
            """
            > D X 10000
            < New X | New 10000 0 10000
            < Trade X 10000@10 id:1 | Filled 10000 10000 0
            > G Y X 12000
            < PendingReplace Y X | PendingReplace 10000 10000 0
            < Replaced Y X | PartiallyFilled 12000 10000 2000
            < Trade Y 2000@10 id:2 | Filled 12000 12000 0
            """)
    }

    @Test(
        "D11 and D12: a replace at or below what is filled is amended to it, and the order is filled",
        arguments: ["1500", "1000"])
    func replaceBelowFilled(asked: String) throws {
        try check(
            Self.partFilled + """
                > G Y X \(asked)
                < Trade X 500@10 id:2 | PartiallyFilled 10000 1500 8500
                < PendingReplace Y X | PendingReplace 10000 1500 8500
                < Replaced Y X | Filled 1500 1500 0
                """)
    }

    @Test("D.2.b: two replaces in flight, both pending first")
    func chained() throws {
        try check(
            Self.partFilled + """
                > G Y X 8000
                > G Z Y 7000
                < PendingReplace Y X | PendingReplace 10000 1000 9000
                < PendingReplace Z X | PendingReplace 8000 1000 7000
                < Replaced Y X | PendingReplace 8000 1000 7000
                < Replaced Z Y | PartiallyFilled 7000 1000 6000
                < Trade Z 6000@10 id:2 | Filled 7000 7000 0
                """)
    }

    @Test("D16, D.2.a: two replaces in flight, processed one after the other")
    func chainedSequentially() throws {
        try check(
            Self.partFilled + """
                > G Y X 8000
                > G Z Y 7000
                < PendingReplace Y X | PendingReplace 10000 1000 9000
                < Replaced Y X | PartiallyFilled 8000 1000 7000
                < PendingReplace Z Y | PendingReplace 8000 1000 7000
                < Replaced Z Y | PartiallyFilled 7000 1000 6000
                < Trade Z 6000@10 id:2 | Filled 7000 7000 0
                """)
    }

    @Test("D17: the second replace is turned down while the first is pending")
    func secondTurnedDown() throws {
        try check(
            Self.partFilled + """
                > G Y X 8000
                > G Z Y 7000
                < PendingReplace Y X | PendingReplace 10000 1000 9000
                < 9 Z X r:3 | PendingReplace 10000 1000 9000
                < Replaced Y X | PartiallyFilled 8000 1000 7000
                < Trade Y 2000@10 id:2 | PartiallyFilled 8000 3000 5000
                """)
    }

    @Test("D20 and D21: the venue replaces or cuts the order without a request")
    func unsolicited() throws {
        try check(Self.partFilled + "< Replaced X | PartiallyFilled 11000 1000 10000")
        try check(Self.partFilled + "< Restated X | PartiallyFilled 9000 1000 8000")
    }

    @Test("D26: status reports through an order's life change nothing")
    func statusReports() throws {
        try check(
            """
            > D X 10000
            > H X
            < OrderStatus X id:0 | PendingNew 10000 0 10000
            < New X | New 10000 0 10000
            < OrderStatus X id:0 | New 10000 0 10000
            < Trade X 1000@10 id:1 | PartiallyFilled 10000 1000 9000
            < OrderStatus X id:0 | PartiallyFilled 10000 1000 9000
            < Canceled X | Canceled 10000 1000 0
            < OrderStatus X id:0 | Canceled 10000 1000 0
            """)
    }

    @Test("D28: a 2:1 split doubles the quantities and halves the price")
    func split() throws {
        try check(
            """
            > D X 10000
            < New X | New 10000 0 10000
            < Trade X 2000@50 id:1 | PartiallyFilled 10000 2000 8000 50
            < DoneForDay X | DoneForDay 10000 2000 8000
            < Restated X | PartiallyFilled 20000 4000 16000 25
            < Trade X 16000@25 id:2 | Filled 20000 20000 0 25
            """, timeInForce: .goodTillCancel)
    }

    @Test("D30: a GTC order is renewed and replaced on the next day")
    func replacedNextDay() throws {
        try check(
            """
            > D X 10000
            < New X | New 10000 0 10000
            < Trade X 2000@10 id:1 | PartiallyFilled 10000 2000 8000
            < DoneForDay X | DoneForDay 10000 2000 8000
            < Restated X | PartiallyFilled 10000 2000 8000
            > G Y X 15000
            < PendingReplace Y X | PendingReplace 10000 2000 8000
            < Trade X 1000@10 id:2 | PendingReplace 10000 3000 7000
            < Replaced Y X | PartiallyFilled 15000 3000 12000
            """, timeInForce: .goodTillCancel)
    }

    @Test("D35: cancelled, then a bust, then a new fill: Canceled outranks both")
    func canceledThenBust() throws {
        try check(
            """
            > D X 10000
            < New X id:A | New 10000 0 10000
            < Trade X 5000@50 id:B | PartiallyFilled 10000 5000 5000 50
            > F Y X
            < PendingCancel Y X id:C | PendingCancel 10000 5000 5000
            < Canceled Y X id:D | Canceled 10000 5000 0
            < TradeCancel Y id:E ref:B | Canceled 10000 0 0
            < Trade Y 4000@51 id:F | Canceled 10000 4000 0 51
            """, anomalies: [.afterTerminal])
    }

    @Test("D37, L.1.a: a guarantee of execution is no fill, and Stopped outranks PartiallyFilled")
    func stopped() throws {
        try check(
            """
            > D X 10000
            < New X | New 10000 0 10000
            < Stopped X 1000@50.1 | Stopped 10000 0 10000
            < Trade X 1000@50 id:1 | Stopped 10000 1000 9000 50
            """)
    }
}
