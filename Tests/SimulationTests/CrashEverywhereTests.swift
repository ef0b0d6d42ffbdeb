import FloorSimulation
import Testing

/// The exhaustive half: a small day, once unbroken, then once for every moment at which something is written, synced, sent
/// or received, dying there and going on.
@Suite("a small day") struct CrashEverywhereTests {
    @Test("it ends as if it had not died, wherever it dies", arguments: [false, true])
    func everywhere(isPowerCut: Bool) throws {
        let make = { SmallDay(seed: 1, isPowerCut: isPowerCut, events: 60) }
        let unbroken = try make().play(keepsNames: true)
        try #require(unbroken.violations.isEmpty && unbroken.starts == 1, "\(unbroken.violations)")
        #expect(unbroken.steps > 500 && unbroken.orders > 4, "there is much to die at: \(unbroken.summary)")
        for step in 1...unbroken.steps {
            let day = try make().play(dyingAt: step)
            #expect(day.violations.isEmpty, "dead at step \(step), \(unbroken.names[step - 1])")
            #expect(day.difference(from: unbroken) == nil, "dead at step \(step), \(unbroken.names[step - 1])")
        }
    }

    /// A recovery writes a new segment of the journal, cuts a torn tail off, asks the venue: what it was killed in the middle of
    /// is what the next one finds.
    @Test("it ends the same when the recovery of one death dies too, wherever in it", arguments: [false, true])
    func duringRecovery(isPowerCut: Bool) throws {
        let make = { SmallDay(seed: 3, isPowerCut: isPowerCut, events: 24) }
        let unbroken = try make().play()
        try #require(unbroken.violations.isEmpty && unbroken.orders > 0, "\(unbroken.summary)")
        for step in stride(from: 7, through: unbroken.steps, by: unbroken.steps / 12) {
            for second in 1...40 {
                let day = try make().play(dyingAt: step, second: second)
                let found = day.violations.first ?? day.difference(from: unbroken)
                #expect(found == nil && day.starts >= 2, "dead at step \(step) and \(second) later, \(day.starts) starts")
            }
        }
    }

    @Test("it ends the same when it dies again and again", arguments: [false, true])
    func againAndAgain(isPowerCut: Bool) throws {
        let make = { SmallDay(seed: 2, isPowerCut: isPowerCut, events: 48) }
        let unbroken = try make().play()
        for step in stride(from: 10, through: unbroken.steps, by: 83) {
            let day = try make().play(dyingAt: step, again: 97)
            let found = day.violations.first ?? day.difference(from: unbroken)
            #expect(found == nil && day.starts >= 2, "dead at step \(step) and every 97th after it, \(day.starts) starts")
        }
    }
}
