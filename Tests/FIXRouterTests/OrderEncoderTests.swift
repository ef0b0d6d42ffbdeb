import FIXSessions
import PlainData
import TradingModel
import Testing

@testable import FIXRouter

@Suite("requests as messages")
struct OrderEncoderTests {
    let names = Names()

    private func fields(_ request: OrderRequest, possResend: Bool = false) throws -> [String] {
        var message = FIXMessageBuilder(.newOrderSingle)
        try OrderEncoder(names: names).encode(
            request, transactTime: 1_700_000_000_123_456_789, possResend: possResend, into: &message)
        let body = message.tags.map { "\($0)=" + String(decoding: message.bytes($0) ?? [], as: UTF8.self) }
        return ["35=\(message.msgType)"] + body
    }

    /// Required fields of FIX 4.4, volume 4, for each message.
    @Test("each request has the fields of its message")
    func messages() throws {
        let id = makeID(1).ownText, other = makeID(2).ownText
        #expect(
            try fields(makeRequest(1, names: names)) == [
                "35=D", "11=\(id)", "1=ACC", "55=BTC-USD", "54=1", "60=20231114-22:13:20.123", "38=3", "21=1", "40=2",
                "44=100.25",
                "59=0",
            ])
        #expect(
            try fields(makeRequest(2, .cancel, orig: 1, names: names)) == [
                "35=F", "11=\(other)", "41=\(id)", "1=ACC", "55=BTC-USD", "54=1", "60=20231114-22:13:20.123", "38=3",
            ])
        #expect(
            try fields(makeRequest(2, .replace, orig: 1, names: names), possResend: true) == [
                "35=G", "97=Y", "11=\(other)", "41=\(id)", "1=ACC", "55=BTC-USD", "54=1", "60=20231114-22:13:20.123", "38=3",
                "21=1", "40=2", "44=100.25", "59=0",
            ])
        #expect(try fields(makeRequest(1, .status, names: names)) == ["35=H", "11=\(id)", "1=ACC", "55=BTC-USD", "54=1"])
    }

    @Test("a market order has no price; a price keeps its nine digits and its sign")
    func prices() throws {
        var market = makeRequest(1, names: names)
        market.ordType = .market
        #expect(try fields(market).allSatisfy { !$0.hasPrefix("44=") })
        #expect(try fields(makeRequest(1, names: names, price: Price(rawValue: -1))).contains("44=-0.000000001"))
    }

    @Test("what cannot be written is named and nothing is sent")
    func flaws() {
        var noQuantity = makeRequest(1, names: names)
        noQuantity.orderQty = .zero
        #expect(throws: EncodingFlaw.unusable(.orderQty)) { try fields(noQuantity) }
        #expect(throws: EncodingFlaw.unusable(.price)) { try fields(makeRequest(1, names: names, price: Price.none)) }
        #expect(throws: EncodingFlaw.unusable(.origClOrdID)) { try fields(makeRequest(1, .cancel, names: names)) }
        var foreign = makeRequest(1, names: names)
        foreign.clOrdID = ClOrdID(foreign: names.text("A\u{1}11=B"))
        #expect(throws: EncodingFlaw.unusable(.clOrdID)) { try fields(foreign) }
        foreign.clOrdID = .none
        #expect(throws: EncodingFlaw.unusable(.clOrdID)) { try fields(foreign) }
    }

    @Test("a client order id comes back from the venue as itself")
    func echo() {
        for id in [makeID(1), makeID(1 << 34 - 1), ClOrdID(foreign: names.text("EMS-4711"))] {
            let echoed = Array(id.text(names).utf8).withUnsafeBytes { ClOrdID(echoed: $0, names: names) }
            #expect(echoed == id)
        }
    }
}
