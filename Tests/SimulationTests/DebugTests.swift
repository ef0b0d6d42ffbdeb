import FloorSimulation
import Foundation
import Testing

@Suite("debug") struct DebugTests {
    @Test("x") func x() throws {
        let seed = UInt64(ProcessInfo.processInfo.environment["FLOOR_SEED"] ?? "") ?? 1
        let r = try Storm(seed: seed).run()
        print(r.setup); print(r.log.joined(separator: "\n"))
    }
}
