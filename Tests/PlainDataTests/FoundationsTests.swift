import PlainData
import Synchronization
import Testing

private struct Sample: Element {
    static var elementName: String { "Sample" }
    var eventTime: Int64
    var value: Double
    var key: UInt32, tag: UInt32
    func fields<V: FieldVisitor>(_ visitor: inout V) {
        visitor.time("time", eventTime)
        visitor.field("value", value)
        visitor.field("key", key)
        visitor.field("tag", tag)
    }
}

@Suite("digest") struct DigestTests {
    private func samples(_ seed: UInt64, _ count: Int) -> (elements: [Sample], sequences: [UInt64]) {
        var random = SplitMix64(seed: seed)
        let elements = (0..<count).map { _ in
            Sample(eventTime: Int64(random.below(1_000)), value: random.unit(), key: UInt32(random.below(9)), tag: 0)
        }
        return (elements, (0..<count).map { UInt64($0) })
    }
    private func digest(_ elements: [Sample], _ sequences: [UInt64], cut: () -> Int) -> Digest {
        var digest = Digest(), at = 0
        while at < elements.count {
            let n = min(cut(), elements.count - at)
            elements.withUnsafeBufferPointer { e in
                sequences.withUnsafeBufferPointer { s in
                    guard let e = e.baseAddress, let s = s.baseAddress else { return }
                    digest.add(n, s + at, e + at)
                }
            }
            at += n
        }
        return digest
    }

    @Test("it does not depend on where a batch was cut", arguments: 1...50 as ClosedRange<UInt64>)
    func cuts(seed: UInt64) {
        let (elements, sequences) = samples(seed, 500)
        var random = SplitMix64(seed: seed)
        let whole = digest(elements, sequences) { 500 }
        #expect(digest(elements, sequences) { 1 } == whole)
        #expect(digest(elements, sequences) { 1 + random.below(9) } == whole)
    }

    @Test("a change of any field, any sequence, or the order is noticed", arguments: 1...200 as ClosedRange<UInt64>)
    func changes(seed: UInt64) {
        let (elements, sequences) = samples(seed, 64)
        let whole = digest(elements, sequences) { 64 }
        var random = SplitMix64(seed: seed)
        let at = random.below(64)
        var (changed, moved) = (elements, sequences)
        switch random.below(4) {
        case 0: changed[at].eventTime ^= 1 << Int64(random.below(60))
        case 1: changed[at].value = (changed[at].value + 1e-15).nextUp
        case 2: changed[at].key ^= 1 << UInt32(random.below(30))
        default: moved[at] += 1
        }
        #expect(digest(changed, moved) { 64 } != whole)
        var swapped = elements
        swapped.swapAt(at, (at + 1) % 64)
        #expect(digest(swapped, sequences) { 64 } != whole)
    }
}

@Suite("state and tables") struct StateTests {
    @Test("what is saved is restored, and gives the same bytes")
    func roundTrip() {
        var table = Dense<Int64>(repeating: -7)
        table[3] = 42
        table[9] = .min
        var window = InlineArray<3, Double>(repeating: 0.1)
        var flag = true, number = UInt32(77)
        var saved = StateCoder()
        saved.field(&table)
        saved.field(&window)
        saved.field(&flag)
        saved.field(&number)

        var restored = StateCoder(restoring: saved.bytes)
        var other = Dense<Int64>(repeating: -7)
        var (otherWindow, otherFlag, otherNumber) = (InlineArray<3, Double>(repeating: 0), false, UInt32(0))
        restored.field(&other)
        restored.field(&otherWindow)
        restored.field(&otherFlag)
        restored.field(&otherNumber)
        #expect(restored.isAtEnd)
        #expect(other[3] == 42 && other[9] == .min && other[0] == -7 && other[1_000] == -7)
        #expect(otherWindow[2] == 0.1 && otherFlag && otherNumber == 77)
    }

    @Test("a table takes the saved one's size, whatever it began with", arguments: [0, 1, 3, 50])
    func tableSize(count: Int) {
        var table = Dense<Int64>(4, repeating: 0)
        table[5] = 7
        var saved = StateCoder()
        saved.field(&table)
        var restored = StateCoder(restoring: saved.bytes), other = Dense<Int64>(count, repeating: 0)
        if count > 0 { other[0] = 99 }
        restored.field(&other)
        var again = StateCoder()
        again.field(&other)
        #expect(restored.isAtEnd && again.bytes == saved.bytes)
        #expect(other[5] == 7 && other[0] == 0 && other[49] == 0)
        other[49] = 1
        #expect(other[49] == 1 && other[5] == 7)
    }

    @Test("bytes that end early are noticed, not read past")
    func truncated() {
        var value: UInt64 = 5, saved = StateCoder()
        saved.field(&value)
        for length in 0..<8 {
            var coder = StateCoder(restoring: Array(saved.bytes.prefix(length)))
            coder.field(&value)
            #expect(coder.isTruncated && !coder.isAtEnd && value == 0)
        }
    }

    @Test("reading a key that was never written gives the initial value and makes no entry")
    func denseReads() {
        var table = Dense<Double>(repeating: 1.5)
        #expect(table[12] == 1.5 && table.count == 0)
        table[12] += 1  // reads and writes
        #expect(table[12] == 2.5 && table[11] == 1.5 && table.count >= 13)
    }
}

@Suite("names") struct NamesTests {
    @Test("a text keeps its number, spaces are apart, and new ones are told once, in order")
    func interning() {
        let names = Names()
        let a = names.intern("AAPL", in: .symbols), b = names.intern("AMZN", in: .symbols), t = names.intern("AAPL", in: .texts)
        #expect((a, b, t) == (1, 2, 1))
        #expect(names.intern("AAPL", in: .symbols) == a && names.find("MSFT", in: .symbols) == nil)
        #expect(names.takeFresh().map(\.text) == ["AAPL", "AMZN", "AAPL"])
        #expect(names.takeFresh().isEmpty)
        #expect(names.text(2, in: .symbols) == "AMZN" && names.text(99, in: .symbols) == "#99")
    }

    @Test("a journal's definitions are taken over, and contradictions refused")
    func definitions() {
        let names = Names()
        #expect(names.define(.init(space: .symbols, id: 1, text: "A")))
        #expect(names.define(.init(space: .symbols, id: 1, text: "A")), "the same again is fine")
        #expect(!names.define(.init(space: .symbols, id: 1, text: "B")), "another text under that number")
        #expect(!names.define(.init(space: .symbols, id: 2, text: "A")), "the same text under another number")
        #expect(!names.define(.init(space: .symbols, id: 5, text: "E")), "a number out of turn")
    }

    @Test("many threads agree on one number for each text")
    func concurrency() async {
        let names = Names()
        let seen = await withTaskGroup(of: [UInt32].self) { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { names.intern("T\($0)", in: .texts) } } }
            return await group.reduce(into: [[UInt32]]()) { $0.append($1) }
        }
        #expect(Set(seen).count == 1)
        #expect(names.count(in: .texts) == 501)
        #expect(Set(names.takeFresh().map(\.id)).count == 500)
    }
}

@Suite("generator") struct SplitMix64Tests {
    /// The first outputs for seed 1234567 as published with the reference implementation (prng.di.unimi.it/splitmix64.c).
    @Test("it is the published generator")
    func reference() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }
}
