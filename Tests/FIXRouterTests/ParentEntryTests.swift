import FIXSessions
import FloorTesting
import PlainData
import Testing
import TradingModel

@testable import FIXRouter

/// Field numbers and codes: FIX 4.4 and 5.0 SP2, NewOrderSingle and StrategyParametersGrp.
@Suite("what an EMS sends") struct ParentEntryTests {
    private let names = Names()
    private static let head = "8=FIX.4.4|9=1|35=D|34=7|49=EMS|52=20260302-14:30:00|56=DESK|"
    private static let order = head + "11=P1|1=ACC|55=ABC|54=1|38=100|40=2|44=10.25|59=0|"

    private func entry(_ text: String) throws -> ParentEntry {
        try ParentEntryDecoder(names: names, strategy: names.text("EMS")).decode(TextMessage(text), at: 5)
    }

    @Test("an order is read field by field, and dated when it came in")
    func plain() throws {
        let entry = try entry(Self.order)
        #expect(entry.clOrdID.text(names) == "P1" && entry.symbol.text(names) == "ABC" && entry.account.text(names) == "ACC")
        let price = try Price("10.25")
        #expect(entry.orderQty == Quantity(units: 100) && entry.price == price && entry.side == .buy)
        #expect(entry.eventTime == 5 && entry.msgSeqNum == 7 && !entry.isRefused && entry.terms.isSilent)
        #expect(entry.strategy.text(names) == "EMS")
    }

    /// 20260302-14:30:00 is 1772461800 s after 1970 (`date -u -d '2026-03-02 14:30' +%s`).
    @Test("a strategy with its group of parameters, times and rates becomes the order's terms")
    func strategy() throws {
        let terms = try entry(
            Self.order + "847=2|849=0.15|168=20260302-14:30:00|126=20260302-15:30:00|"
                + "957=3|958=MaxParticipationRate|959=11|960=0.3|958=MinChildQty|960=5|958=slices|959=1|960=12|10=000|"
        ).terms
        #expect(terms.strategy == .participation && terms.rate == 150_000 && terms.mostRate == 300_000)
        #expect(terms.leastChild == Quantity(units: 5) && terms.slices == 12)
        #expect(terms.start == 1_772_461_800_000_000_000 && terms.end - terms.start == 3_600_000_000_000)
        #expect(try entry(Self.order + "111=20|").terms.strategy == .iceberg)
        #expect(try entry(Self.order + "848=Slices=4;PassiveTicks=2|").terms.passiveTicks == 2)
    }

    @Test(
        "what cannot be done is an entry with the reason, and no order",
        arguments: [
            ("847=7|", "847"), ("847=x|", "847"), ("957=1|958=Hue|960=1|", "Hue"), ("957=2|958=Slices|960=3|", "957"),
            ("957=1|958=Slices|", "no value"), ("957=1|960=3|", "958"), ("958=Slices|960=3|", "outside"),
            ("957=2|958=Slices|960=3|958=SLICES|960=4|", "twice"), ("957=1|958=Slices|960=0|", "1 to 10000"), ("957=x|", "957"),
            ("957=1|958=Slices|960=3|958=Slices|960=3|", "more"), ("849=1.5|", "share"), ("111=0|", "above 0"),
            ("848=Slices|", "NAME=VALUE"),
            ("957=1|958=StartTime|960=noon|", "UTC"), ("168=20260302-14:30:00|126=20260302-14:30:00|", "end"),
        ])
    func refused(more: String, word: String) throws {
        let entry = try entry(Self.order + more)
        #expect(entry.rejReason == 11 && entry.text.text(names).contains(word), "\(entry.text.text(names))")
        #expect(entry.clOrdID.text(names) == "P1")
    }
    @Test("an order type, a side, a time in force that is not carried, and nothing to trade, are refused by their own codes")
    func unsupported() throws {
        #expect(try entry(Self.order.replacing("40=2", with: "40=3")).rejReason == 11)
        #expect(try entry(Self.order.replacing("54=1", with: "54=8")).rejReason == 11)
        #expect(try entry(Self.order.replacing("59=0", with: "59=3")).rejReason == 11)
        #expect(try entry(Self.order.replacing("38=100", with: "38=0")).rejReason == 13)
    }

    @Test(
        "a message without a field, or with a value that is none, is refused as a message",
        arguments: [
            ("11=P1|", "", MessageFlaw.missing(.clOrdID)), ("55=ABC|", "", .missing(.symbol)),
            ("38=100|", "", .missing(.orderQty)),
            ("44=10.25|", "", .missing(.price)), ("38=100", "38=ten", .malformed(.orderQty)),
            ("38=100", "38=-1", .malformed(.orderQty)),
            ("59=0", "59=6", .missing(.expireTime)), ("35=D", "35=R", .unsupported(FIXMsgType("R"))),
            ("34=7", "34=0", .malformed(.msgSeqNum)),
            ("35=D", "35=F", .missing(.origClOrdID)),
        ])
    func flaws(old: String, new: String, flaw: MessageFlaw) {
        let error = #expect(throws: UnreadableMessage.self) { try entry(Self.order.replacing(old, with: new)) }
        #expect(error?.flaw == flaw)
    }

    @Test("no bytes crash the reader, and what it reads is within its bounds", arguments: 1...10 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let decoder = ParentEntryDecoder(names: names)
        let full =
            Self.order
            + "847=1000|849=0.1|126=20260302-15:30:00|848=Slices=3|957=2|958=MinChildQty|959=6|960=5|958=Variation|960=9|10=1|"
        for _ in Fuzz.rounds(300, of: "FIX parent") {
            var bytes = TextMessage(full).text()
            for _ in 0...random.below(4) where !bytes.isEmpty {
                let at = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[at] = Array("0123456789.-=;\u{1}".utf8)[random.below(15)]
                case 2: bytes.removeSubrange(at..<min(bytes.count, at + random.below(20)))
                default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(30))], at: at)
                }
            }
            do throws(UnreadableMessage) {
                let entry = try decoder.decode(TextMessage(bytes: bytes), at: 5)
                let terms = entry.terms
                #expect(entry.orderQty >= .zero && (entry.isRefused || entry.orderQty > .zero))
                #expect(
                    (0...10_000).contains(terms.slices) && (-1...1_000_000).contains(terms.rate)
                        && (-1...50).contains(terms.variation))
                #expect(terms.end == 0 || terms.end > terms.start)
            } catch {
                #expect(error.raw == bytes)
            }
        }
    }
}
