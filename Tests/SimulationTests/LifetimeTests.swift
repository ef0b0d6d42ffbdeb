import Desk
import StreamRuntime
import Testing

@testable import FloorSimulation

@Suite("what is left of a process") struct LifetimeTests {
    @Test("a process that dies takes its memory with it")
    func dies() throws {
        let world = try SimulatedWorld(SimulatedWorld.Setup(seed: 1))
        #expect(world.start())
        for _ in 0..<20 {
            _ = (world.turnEngine(), world.turnJournal(), world.turnEffects())
            world.turnRouter()
        }
        weak let engine = world.run?.engine, graph = world.run?.assembly.graph, journal = world.run?.journal
        weak let effects = world.run?.effects, counters = world.run?.counters
        #expect(engine != nil && graph != nil && journal != nil && effects != nil && counters != nil)
        world.kill()
        #expect(engine == nil && graph == nil && journal == nil && effects == nil && counters == nil)
    }
}
