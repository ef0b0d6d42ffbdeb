import FloorSimulation
import Testing

@Suite("a small day") struct CrashEverywhereTests {
    @Test("dies everywhere", arguments: [false, true])
    func everywhere(power: Bool) throws {
        let make = { SmallDay(seed: 1, isPowerCut: power) }
        let unbroken = try make().play(keepsNames: true)
        print(power, unbroken.violations, unbroken.steps, unbroken.starts)
        print(unbroken.summary)
        var bad = 0
        for step in 1...unbroken.steps {
            let day = try make().play(dyingAt: step)
            let difference = day.difference(from: unbroken)
            if !day.violations.isEmpty || difference != nil {
                bad += 1
                if bad < 25 { print("step \(step) [\(unbroken.names[step - 1])]: \(day.violations.prefix(2)) \(difference ?? "")") }
            }
        }
        print("bad", bad)
        #expect(bad == 0)
    }
}
