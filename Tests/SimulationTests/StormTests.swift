import FloorSimulation
import Foundation
import Testing

@Suite("storms") struct StormTests {
    @Test("seeds") func seeds() throws {
        var bad = 0, faults: [String: Int] = [:], orders = 0, starts = 0
        let count = UInt64(ProcessInfo.processInfo.environment["SEEDS"] ?? "") ?? 100
        for seed in 1...count as ClosedRange<UInt64> {
            let result = try Storm(seed: seed).run()
            faults.merge(result.faults, uniquingKeysWith: +)
            orders += result.orders
            starts += result.starts
            if !result.violations.isEmpty {
                bad += 1
                print("seed \(seed) \(result.setup): \(result.violations.prefix(3)) starts \(result.starts)")
            }
        }
        print("bad \(bad) orders \(orders) starts \(starts) \(faults)")
        #expect(bad == 0)
    }
    @Test("mutations", arguments: Mutation.allCases) func mutations(mutation: Mutation) throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            let result = try Storm(seed: seed, mutation: mutation).run()
            if !result.violations.isEmpty {
                print("\(mutation) caught by seed \(seed) \(result.setup): \(result.violations.prefix(2))")
                return
            }
        }
        Issue.record("\(mutation) not caught")
    }
}
