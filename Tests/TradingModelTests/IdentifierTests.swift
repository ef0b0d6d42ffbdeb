import Foundation
import PlainData
import Testing
import TradingModel

@Suite("ClOrdID") struct ClOrdIDTests {
    @Test("an id is a function of the journal's position, and tells it again")
    func parts() {
        let id = ClOrdID(day: 1_500, vertex: 9, sequence: 123_456, place: 3)
        #expect(id.sequence == 123_456 && id.foreignText == nil)
        #expect(id == ClOrdID(day: 1_500, vertex: 9, sequence: 123_456, place: 3))
        #expect(id.ownText.count == 13 && id.ownText.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains($0) })
    }

    @Test("an id's text gives its parts back, in either case and with O, I and L for 0 and 1")
    func read() {
        let id = ClOrdID(day: 1_500, vertex: 9, sequence: 123_456, place: 3)
        #expect(id.day == 1_500 && id.vertex == 9 && id.place == 3)
        #expect(ClOrdID(ownText: id.ownText) == id && ClOrdID(ownText: id.ownText.lowercased()) == id)
        let ones = ClOrdID(day: 33, vertex: 0, sequence: 1, place: 1)
        #expect(ClOrdID(ownText: ones.ownText.replacingOccurrences(of: "1", with: "l")) == ones)
        #expect(ClOrdID(ownText: ones.ownText.replacingOccurrences(of: "0", with: "O")) == ones)
        for text in ["", "0", id.ownText + "0", "Z" + id.ownText.dropFirst(), "U" + id.ownText.dropFirst(), "ÄÖÜ"] {
            #expect(ClOrdID(ownText: text) == nil, "\(text)")
        }
        let foreign = ClOrdID(foreign: TextID(rawValue: 7))
        #expect(foreign.day == nil && foreign.vertex == nil && foreign.place == nil && foreign.sequence == nil)
    }

    @Test("the venue's echo gives the id back, whatever it is", arguments: 1...500 as ClosedRange<UInt64>)
    func echo(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let names = Names()
        let own = ClOrdID(
            day: UInt64(random.below(4_095)), vertex: UInt64(random.below(64)), sequence: UInt64(random.below(1 << 34)),
            place: UInt64(1 + random.below(4_095)))
        #expect(Array(own.text(names).utf8).withUnsafeBytes { ClOrdID(echoed: $0, names: names) } == own)
        let text = String((0..<1 + random.below(20)).map { _ in Character(UnicodeScalar(UInt8(33 + random.below(90)))) })
        let foreign = Array(text.utf8).withUnsafeBytes { ClOrdID(echoed: $0, names: names) }
        #expect(foreign.text(names) == text)
    }

    @Test("orders of one record differ in their place, and the maker's state brings it back")
    func maker() {
        var maker = ClOrdIDMaker(day: 1, vertex: 2)
        let first = (0..<3).map { _ in maker.next(7) }
        #expect(Set(first).count == 3 && maker.next(8) == ClOrdID(day: 1, vertex: 2, sequence: 8, place: 0))
        var saved = StateCoder()
        maker.state(&saved)
        var restored = StateCoder(restoring: saved.bytes), other = ClOrdIDMaker(day: 0, vertex: 0)
        other.state(&restored)
        #expect(other.next(8) == maker.next(8))
    }
}

@Suite("instruments") struct InstrumentTests {
    @Test("a passive price lies on the grid and never past the wanted one")
    func passive() throws {
        let instrument = Instrument(symbol: SymbolID(rawValue: 1), tickSize: try Price("0.05"), lotSize: Quantity(units: 100))
        #expect(instrument.passive(try Price("10.07"), .buy) == (try Price("10.05")))
        #expect(instrument.passive(try Price("10.07"), .sell) == (try Price("10.10")))
        #expect(instrument.passive(try Price("10.05"), .sell) == (try Price("10.05")))
        #expect(instrument.passive(try Price("-0.02"), .buy) == (try Price("-0.05")))
        #expect(instrument.passive(try Price("-0.02"), .sell) == .zero)
        #expect(Quantity(units: 250).rounded(downTo: instrument.lotSize) == Quantity(units: 200))
        #expect(Quantity(units: -250).rounded(downTo: instrument.lotSize) == Quantity(units: -200))
    }

    @Test("what is not listed has the terms of all others, where there are such")
    func otherInstruments() {
        var table = InstrumentTable([Instrument(symbol: SymbolID(rawValue: 3), tickSize: .zero, lotSize: .zero)])
        #expect(!table[SymbolID(rawValue: 1)].isDefined && !table[SymbolID(rawValue: 9)].isDefined)
        table.others = Instrument(symbol: SymbolID(rawValue: 0), tickSize: Price(rawValue: 5), lotSize: .zero)
        for number in [1, 9] as [UInt32] {
            let instrument = table[SymbolID(rawValue: number)]
            #expect(instrument.isDefined && instrument.symbol.rawValue == number && instrument.tickSize == Price(rawValue: 5))
        }
        #expect(table[SymbolID(rawValue: 3)].tickSize == .zero)
    }

    @Test("an instrument that nobody defined says so")
    func unknown() {
        let table = InstrumentTable([Instrument(symbol: SymbolID(rawValue: 3), tickSize: .zero, lotSize: .zero)])
        #expect(table[SymbolID(rawValue: 3)].isDefined)
        #expect(!table[SymbolID(rawValue: 2)].isDefined && !table[SymbolID(rawValue: 99)].isDefined)
        #expect(table.all.map(\.symbol.rawValue) == [3])
    }
}
