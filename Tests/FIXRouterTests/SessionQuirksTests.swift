import FIXSessions
import PlainData
import TradingModel
import Testing

@testable import FIXRouter

/// What a venue wants otherwise, as it is on the wire.
@Suite("a venue's own fields")
struct SessionQuirksTests {
    let names = Names()

    private func fields(_ request: OrderRequest, possResend: Bool = false, orderID: String? = nil, _ quirks: SessionQuirks) throws
        -> [Int32: String]
    {
        var message = FIXMessageBuilder(.newOrderSingle)
        try OrderEncoder(names: names, quirks: quirks).encode(
            request, transactTime: 1_772_461_800_123_000_000, possResend: possResend,
            orderID: orderID.map { names.text($0) } ?? .none, into: &message)
        #expect(Set(message.tags).count == message.tags.count, "a tag is there twice")
        return Dictionary(
            message.tags.map { ($0.rawValue, String(decoding: message.bytes($0) ?? [], as: UTF8.self)) }
        ) { first, _ in first }
    }

    @Test("fields are added, taken the place of, and left out, by message; what is not there leaves its field out")
    func fields() throws {
        var quirks = SessionQuirks()
        quirks.added[nil] = [SessionQuirks.Field(57, [.text("DMA")])]
        quirks.added[.newOrderSingle] = [
            SessionQuirks.Field(21, [.text("2")]),
            SessionQuirks.Field(58, try #require(SessionQuirks.parts("for {account}/{symbol}"))),
            SessionQuirks.Field(109, [.strategy]),
        ]
        quirks.omitted = [59]
        let new = try fields(makeRequest(1, names: names), quirks)
        #expect(new[57] == "DMA" && new[21] == "2" && new[58] == "for ACC/BTC-USD" && new[109] == nil && new[59] == nil)
        let replace = try fields(makeRequest(2, .replace, orig: 1, names: names), quirks)
        #expect(replace[57] == "DMA" && replace[21] == "1" && replace[58] == nil && replace[59] == nil)
        let plain = try fields(makeRequest(1, names: names), SessionQuirks())
        #expect(plain[57] == nil && plain[21] == "1" && plain[59] == "0" && plain[60] == "20260302-14:30:00.123")
    }

    @Test("PossResend, OrderID, whole seconds and the venue's names of instruments, there and back")
    func habits() throws {
        var quirks = SessionQuirks()
        (quirks.marksResends, quirks.namesOrderID, quirks.wholeSeconds) = (false, true, true)
        quirks.symbols = ["BTC-USD": "XBT/USD"]
        let cancel = try fields(makeRequest(2, .cancel, orig: 1, names: names), possResend: true, orderID: "O-1", quirks)
        #expect(cancel[97] == nil && cancel[37] == "O-1" && cancel[60] == "20260302-14:30:00" && cancel[55] == "XBT/USD")
        let new = try fields(makeRequest(1, names: names), possResend: true, orderID: "O-1", SessionQuirks())
        #expect(new[97] == "Y" && new[37] == nil && new[55] == "BTC-USD")

        let text = "35=8|34=3|52=20260302-10:00:00|17=E|150=0|39=0|11=A|55=XBT/USD|54=1|14=0|151=5|6=0|"
        let decoder = VenueMessageDecoder(names: names, symbols: quirks.bySymbol)
        guard case .report(let report, _, _) = try decoder.decode(TextMessage(text)) else {
            Issue.record("no report")
            return
        }
        #expect(names.text(of: report.symbol) == "BTC-USD")
    }

    @Test("words in braces are the request's; another word is a mistake")
    func templates() {
        #expect(SessionQuirks.parts("a{strategy}b{cl_ord_id}") == [.text("a"), .strategy, .text("b"), .clOrdID])
        #expect(SessionQuirks.parts("plain") == [.text("plain")] && SessionQuirks.parts("") == [])
        #expect(SessionQuirks.parts("{nobody}") == nil && SessionQuirks.parts("{account") == nil)
    }

    @Test("the venue's name of an order is kept for what comes later, also over a restart")
    func orderIDs() {
        var sends = SendProtocol(), actions: [SendProtocol.Action] = []
        sends.sessionUp(now: 0, into: &actions)
        sends.take(makeRequest(1), now: 0, into: &actions)
        sends.handedOver(makeID(1), .sent(msgSeqNum: 2), now: 0, into: &actions)
        var report = makeReport(makeID(1))
        report.orderID = TextID(rawValue: 7)
        _ = sends.reported(report, isUnknownOrder: false, answers: nil, now: 1, into: &actions)
        #expect(sends.table.orderID(of: makeRequest(2, .cancel, orig: 1)) == TextID(rawValue: 7))
        var saver = StateCoder()
        sends.state(&saver)
        var saved = SendProtocol(), loader = StateCoder(restoring: saver.bytes)
        saved.state(&loader)
        #expect(saved.table.orderID(of: makeRequest(2, .cancel, orig: 1)) == TextID(rawValue: 7))
        #expect(saved.table.orderID(of: makeRequest(2, .cancel, orig: 9)) == .none)
    }
}
