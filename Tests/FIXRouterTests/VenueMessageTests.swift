import FIXSessions
import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import FIXRouter

@Suite("messages from a venue")
struct VenueMessageTests {
    let names = Names()

    static let fill =
        "8=FIX.4.4|9=200|35=8|34=17|49=BROKER|52=20240311-14:30:00.250|56=FLOOR|97=Y|1=ACC|6=100.123456789|11=3X2Q0R8T0G41M|"
        + "14=0.00000003|17=E-1|31=-37.63|32=0.00000001|37=O-1|38=5|39=1|54=2|55=CL|58=part|60=20240311-14:30:00.123456789|"
        + "150=F|151=4.99999997|10=000|"
    static let cancelReject =
        "8=FIX.4.4|35=9|34=18|52=20240311-14:30:00|11=Y|41=X|37=NONE|39=8|102=1|434=1|58=who?|"

    private func report(_ text: String) throws -> ExecutionReport {
        let message = try VenueMessageDecoder(names: names).decode(TextMessage(text))
        guard case .report(let report, _, _) = message else {
            Issue.record("\(message)")
            throw CancellationError()
        }
        return report
    }

    private func flaw(_ text: String) -> MessageFlaw? {
        do throws(UnreadableMessage) {
            _ = try VenueMessageDecoder(names: names).decode(TextMessage(text))
            return nil
        } catch {
            #expect(error.raw == TextMessage(text).text())
            return error.flaw
        }
    }

    @Test("a fill is read to the last digit")
    func fill() throws {
        let r = try report(Self.fill)
        #expect(r.msgType == .executionReport && r.execType == .trade && r.ordStatus == .partiallyFilled && r.side == .sell)
        #expect(r.cumQty.rawValue == 3 && r.leavesQty.rawValue == 499_999_997 && r.lastQty.rawValue == 1)
        #expect(r.orderQty == Quantity(units: 5))
        #expect(r.lastPx.rawValue == -37_630_000_000 && r.avgPx.rawValue == 100_123_456_789)
        #expect(r.eventTime == 1_710_167_400_123_456_789 && r.msgSeqNum == 17)
        #expect(r.possResend == 1 && r.possDup == 0)
        #expect(names.text(of: r.symbol) == "CL" && names.text(of: r.execID) == "E-1" && names.text(of: r.text) == "part")
        #expect(r.clOrdID.text(names) == "3X2Q0R8T0G41M" && r.origClOrdID == .none && r.execRefID == .none)
        #expect(r.ordRejReason == -1 && r.cxlRejReason == -1)
    }

    /// FIX 4.2, tag 20: 0 New, 1 Cancel, 2 Correct, 3 Status; fills are ExecType 1 and 2.
    @Test("FIX 4.2 says with ExecTransType what is canceled, corrected or an answer")
    func execTransType() throws {
        func execType(_ code: String, _ trans: String) throws -> ExecType {
            try report(Self.fill.replacing("150=F|", with: "150=\(code)|20=\(trans)|19=E-0|")).execType
        }
        #expect(try execType("1", "0") == .trade && execType("2", "0") == .trade && execType("0", "0") == .new)
        #expect(
            try execType("1", "1") == .tradeCancel && execType("2", "2") == .tradeCorrect && execType("0", "3") == .orderStatus)
        #expect(flaw(Self.fill.replacing("150=F|", with: "150=F|20=7|")) == .malformed(.execTransType))
        #expect(flaw(Self.fill.replacing("150=F|", with: "150=1|20=1|")) == .missing(.execRefID))
    }

    @Test("an order cancel reject is read; absent fields are absent")
    func cancelReject() throws {
        let r = try report(Self.cancelReject)
        #expect(r.msgType == .orderCancelReject && r.execType == .none && r.ordStatus == .rejected && r.cxlRejReason == 1)
        #expect(r.clOrdID.text(names) == "Y" && r.origClOrdID.text(names) == "X" && r.lastPx.isNone)
    }

    @Test("rejects of messages name what they refuse")
    func refusals() throws {
        let decoder = VenueMessageDecoder(names: names)
        let session = try decoder.decode(
            TextMessage("35=3|34=5|52=20240311-14:30:00|45=12|371=38|372=D|373=5|58=Value is incorrect|"))
        guard case .refusal(let refusal) = session else {
            Issue.record("\(session)")
            return
        }
        #expect(refusal.refSeqNum == 12 && refusal.refTagID == 38 && refusal.refMsgType == .newOrderSingle)
        #expect(refusal.reason == 5 && refusal.text == "Value is incorrect")
        let business = try decoder.decode(TextMessage("35=j|34=5|52=20240311-14:30:00|45=12|372=H|379=A-1|380=3|"))
        guard case .refusal(let other) = business else {
            Issue.record("\(business)")
            return
        }
        #expect(other.refMsgType == .orderStatusRequest && other.reason == 3 && other.clOrdID.text(names) == "A-1")
    }

    @Test("FIX 4.2's fills, 150=1 and 150=2, are trades")
    func oldFills() throws {
        for code in ["1", "2"] {
            #expect(try report(Self.fill.replacing("|150=F|", with: "|150=\(code)|")).execType == .trade)
        }
    }

    @Test("a field that a report cannot do without is named", arguments: [14, 17, 31, 32, 34, 39, 54, 55, 150, 151] as [Int32])
    func missing(tag: Int32) {
        let text = Self.fill.split(separator: "|").filter { !$0.hasPrefix("\(tag)=") }.joined(separator: "|") + "|"
        #expect(flaw(text) == .missing(FIXTag(rawValue: tag)))
    }

    @Test(
        "a value that its tag does not hold is named",
        arguments: [
            "14=", "14=x", "14=-1", "14=1e3", "14=+1", "14=0.000000001", "14=92233720369", "14=.", "31=1.0000000001", "31=1,5",
            "39=Z", "39=", "39=00", "54=3", "54= ", "60=2024-03-11", "60=20240231-00:00:00", "34=0", "34=x", "34=12345678901",
            "150=Z", "150= ", "151=--1", "6=NaN", "97=?", "43=1", "103=99999", "103=-1", "17=", "35=ABC",
        ])
    func malformed(field: String) throws {
        let tag = try #require(field.split(separator: "=").first.flatMap { Int32($0) })
        let others = Self.fill.split(separator: "|").filter { !$0.hasPrefix("\(tag)=") }.joined(separator: "|")
        #expect(flaw(others + "|" + field + "|") == .malformed(FIXTag(rawValue: tag)))
    }

    @Test("a bust names what it busts; other message types are not read")
    func others() {
        #expect(flaw(Self.fill.replacing("|150=F|", with: "|150=H|")) == .missing(.execRefID))
        #expect(flaw("35=W|34=1|") == .unsupported(FIXMsgType("W")))
        #expect(flaw("34=1|") == .missing(.msgType))
        #expect(flaw("") == .missing(.msgType))
    }

    @Test("an unreadable message leaves no trace among the names")
    func noTrace() {
        let before = names.count(in: .texts)
        #expect(flaw(Self.fill.replacing("|34=17|", with: "|34=x|")) == .malformed(.msgSeqNum))
        #expect(names.count(in: .texts) == before)
    }

    @Test("any bytes are a message or a flaw with the bytes as evidence", arguments: 1...40 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let decoder = VenueMessageDecoder(names: names)
        let seeds = [Self.fill, Self.cancelReject, "35=3|34=5|52=20240311-14:30:00|45=12|371=38|372=D|373=5|58=no|"]
        for _ in Fuzz.rounds(500, of: "FIX message") {
            var bytes = TextMessage(seeds[random.below(seeds.count)]).text()
            for _ in 0...random.below(4) where !bytes.isEmpty {
                let at = random.below(bytes.count)
                switch random.below(5) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[at] = Array("0123456789.-=\u{1}".utf8)[random.below(14)]
                case 2: bytes.remove(at: at)
                case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + random.below(30)))
                }
            }
            do throws(UnreadableMessage) {
                guard case .report(let report, _, _) = try decoder.decode(TextMessage(bytes: bytes)) else { continue }
                // Whatever was read can be written, and is what it was.
                #expect(report.cumQty.rawValue >= 0 && report.leavesQty.rawValue >= 0 && report.lastQty.rawValue >= 0)
                #expect((try? Quantity(report.cumQty.description)) == report.cumQty)
            } catch {
                #expect(error.raw == bytes)
            }
        }
    }

    @Test("decimals go through text and back", arguments: 1...20 as ClosedRange<UInt64>)
    func decimals(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let shift = UInt64(random.below(60))
            let quantity = Quantity(rawValue: Int64(truncatingIfNeeded: random.next() >> (shift + 1)))
            let price = Price(rawValue: Int64(truncatingIfNeeded: random.next() >> shift) | 1)
            let text = Self.fill.replacing("|32=0.00000001|", with: "|32=\(quantity)|").replacing(
                "|31=-37.63|", with: "|31=\(price)|")
            let read = try report(text)
            #expect(read.lastQty == quantity && read.lastPx == price)
        }
    }
}
