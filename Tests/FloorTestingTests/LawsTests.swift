import FloorTesting
import PlainData
import StreamRuntime
import Testing

@Suite("the laws' own tests") struct LawsTests {
    /// Times go on by 0 to 4 and jitter by up to 24, so that windows overlap and some events are late.
    private func events(seed: UInt64, count: Int = 120) -> [Event] {
        var random = SplitMix64(seed: seed), time: Int64 = 100
        return (0..<count).map { _ in
            time += Int64(random.below(5))
            return Event(eventTime: time - Int64(random.below(random.below(4) == 0 ? 25 : 8)), key: UInt32(random.below(7)))
        }
    }

    @Test("an operator without a fault keeps all laws", arguments: 1...5 as ClosedRange<UInt64>)
    func sound(seed: UInt64) throws {
        try Laws(of: { Counting() }, over: events(seed: seed), lateness: 6, seed: seed).check()
    }

    @Test(
        "a fault is caught by the law that it breaks",
        arguments: [
            (.forgetsField, .restart), (.usesBatch, .batch), (.usesRoom, .room), (.walksDictionary, .repetition),
            (.savesDictionary, .bytes), (.remembersRuns, .repetition), (.dropsLate, .account), (.overwrites, .account),
        ] as [(Fault, Laws.Law)])
    func caught(fault: Fault, law: Laws.Law) throws {
        let laws = Laws(of: { Counting(fault) }, over: events(seed: 1), lateness: 6)
        let broken = #expect(throws: Laws.Broken.self) { try laws.check([law]) }
        #expect(broken?.law == law)
        // And by the whole of them, where an earlier law may see it first.
        #expect(throws: Laws.Broken.self) { try laws.check() }
    }

    @Test("an operator by keys that shares state between them is caught by the law of copies")
    func copies() throws {
        try Laws(of: { CountingByKey(sharesState: false) }, over: events(seed: 1)).check()
        let broken = #expect(throws: Laws.Broken.self) {
            try Laws(of: { CountingByKey(sharesState: true) }, over: events(seed: 1)).check()
        }
        #expect(broken?.law == .copies)
    }

    @Test("a broken law names the output, the element and the field, with both values")
    func text() throws {
        let laws = Laws(of: { Counting(.forgetsField) }, over: events(seed: 1), lateness: 6)
        let broken = #expect(throws: Laws.Broken.self) { try laws.check([.restart]) }
        let text = broken?.description ?? ""
        #expect(text.hasPrefix("the law of restart is broken: restored after record "))
        #expect(text.contains("output operator differs at its element ") && text.contains(" in before:\n  expected  record "))
        #expect(text.contains("before=0"))
    }

    @Test("of an output that has too few elements, the first missing one is named")
    func missing() throws {
        let laws = Laws(of: { Counting(.usesRoom) }, over: events(seed: 1), lateness: 6)
        let broken = #expect(throws: Laws.Broken.self) { try laws.check([.room]) }
        #expect(broken?.description.contains("elements instead of") == true)
        #expect(broken?.description.contains("the first missing record ") == true)
    }
}
