import FloorSimulation
import Testing

/// The exhaustive half: a small day, once unbroken, then once for every moment at which something is written, synced, sent
/// or received, dying there and going on.
@Suite("a small day") struct CrashEverywhereTests {
    @Test("it ends as if it had not died, wherever it dies", arguments: [false, true])
    func everywhere(isPowerCut: Bool) throws {
        let make = { SmallDay(seed: 1, isPowerCut: isPowerCut) }
        let unbroken = try make().play(keepsNames: true)
        try #require(unbroken.violations.isEmpty && unbroken.starts == 1, "\(unbroken.violations)")
        #expect(unbroken.steps > 500, "there is much to die at: \(unbroken.summary)")
        for step in 1...unbroken.steps {
            let day = try make().play(dyingAt: step)
            #expect(day.violations.isEmpty, "dead at step \(step), \(unbroken.names[step - 1])")
            #expect(day.difference(from: unbroken) == nil, "dead at step \(step), \(unbroken.names[step - 1])")
        }
    }
}
