import Desk
import PlainData
import StreamRuntime

/// A day in which everything comes to rest before the next trade: so what it comes to does not depend on when the floor
/// died, and can be compared with the day on which it did not.
public struct SmallDay {
    public struct Result {
        var outcome: Outcome
        public var violations: [String]
        /// How many steps the process could have died at.
        public var steps: Int
        public var names: [String]
        public var starts: Int
        public var diedAt: String
        /// Where this day and another part, in words; nil where they do not.
        public func difference(from other: Result) -> String? { outcome.difference(from: other.outcome) }
        public var orders: Int { outcome.orders.count }
        public var summary: String {
            "\(outcome.orders.count) orders, \(outcome.cancels.count) cancels, \(outcome.fills.count) fills, "
                + "\(outcome.parents.count) parents, positions \(outcome.positions)"
        }
    }
    public var seed: UInt64
    /// True for a machine that loses its power, with durability `disk`; false for `kill -9`, with durability `os`.
    public var isPowerCut: Bool
    public var mutation: Mutation?
    public var events: Int

    public init(seed: UInt64, isPowerCut: Bool = false, mutation: Mutation? = nil, events: Int = 96) {
        (self.seed, self.isPowerCut, self.mutation, self.events) = (seed, isPowerCut, mutation, events)
    }

    /// Plays the day; the process dies at the given step, the one after it `second` steps later, or the ones after it every
    /// `again` steps.
    public func play(
        dyingAt step: Int? = nil, second: Int? = nil, again: Int? = nil, keepsNames: Bool = false
    ) throws -> Result {
        var setup = SimulatedWorld.Setup(seed: seed)
        (setup.durability, setup.death, setup.mutation) = (isPowerCut ? .disk : .os, isPowerCut ? .machine : .process, mutation)
        setup.events = events
        let world = try SimulatedWorld(setup)
        if keepsNames { world.fate.names = [] }
        world.fate.isLast = { at, _ in
            guard let step else { return false }
            let later = at - step
            return later == 0 || later == second || (later > 0 && again.map { later % $0 == 0 } ?? false)
        }
        var player = Player(world, deliversLast: (step ?? 0) % 2 == 0)
        let live = player.play()
        var outcome = Outcome()
        do {
            let day = try DayReplay(world.disk, SimulatedWorld.day)
            world.checkEnd(day, live: live)
            outcome = day.outcome(world.venue)
        } catch { world.violated("the journal does not replay: \(error)") }
        return Result(
            outcome: outcome, violations: world.violations, steps: world.fate.steps, names: world.fate.names ?? [],
            starts: world.starts, diedAt: world.fate.lastStep)
    }

    /// The thread that has everything to do.
    private struct Player {
        let world: SimulatedWorld
        let deliversLast: Bool
        private var deaths = 0

        init(_ world: SimulatedWorld, deliversLast: Bool) { (self.world, self.deliversLast) = (world, deliversLast) }

        /// - Returns: the digests of the process that ended the day.
        mutating func play() -> DigestBook? {
            while world.violations.isEmpty, deaths < 40 {
                guard world.start() else {
                    if let refusal = world.refusal { world.violated("the floor does not start: \(refusal)") }
                    guard survived() else { return nil }
                    continue
                }
                if runDay(), let live = end() { return live }
                if world.violations.isEmpty, !survived() { return nil }
            }
            if world.violations.isEmpty { world.violated("the day does not end") }
            return nil
        }

        /// A moment passes before somebody starts the next process.
        private mutating func survived() -> Bool {
            deaths += 1
            world.died(deliversToVenue: deliversLast)
            world.time.advance(by: 100_000_000)
            return world.violations.isEmpty
        }

        /// - Returns: false when the process died.
        private func runDay() -> Bool {
            world.link.connect()
            guard settle() else { return false }
            world.position = world.feed?.taken ?? 0
            guard moveMarket() else { return false }
            while world.position < world.tape.events.count {
                let event = world.tape.events[world.position]
                world.position += 1
                world.time.advance(to: event.time)
                world.venue.reportTime = Tape.start + event.time
                world.feed?.offer(event)
                guard settle(), moveMarket() else { return false }
            }
            return true
        }

        /// The venue's market follows the tape, once the desk has done all that it does of the last trade.
        private func moveMarket() -> Bool {
            guard world.position > world.played else { return true }
            world.played = world.position
            world.venue.tick(world.tape.events[world.position - 1].symbol)
            return settle()
        }

        /// Runs everything until nothing moves.
        private func settle() -> Bool {
            var idle = 0, turns = 0
            while idle < 3 {
                turns += 1
                if turns > SimulatedWorld.mostTurns { world.violated("the floor does not come to rest") }
                guard world.isRunning, world.violations.isEmpty else { return false }
                var moved = world.turnEngine() == .worked
                moved = world.turnJournal() || moved
                moved = world.turnEffects() || moved
                world.turnRouter()
                world.turnCheckpoints()
                while world.link.deliverToVenue() { moved = true }
                while world.link.deliverToDesk() { moved = true }
                idle = moved ? 0 : idle + 1
            }
            return world.isRunning
        }

        private func end() -> DigestBook? {
            if !world.isClosed {
                world.isClosed = true
                world.venue.endDay()
            }
            guard settle() else { return nil }
            world.feed?.finish()
            for _ in 0..<400 {
                guard settle() else { return nil }
                if world.turnEngine() == .ended {
                    let run = world.run
                    guard world.finish(), let run else { return nil }
                    return DigestBook(run.assembly.graph, sequence: run.records)
                }
                world.time.advance(by: 100_000_000)
            }
            world.violated("the floor waits for something that does not come")
            return nil
        }
    }
}
