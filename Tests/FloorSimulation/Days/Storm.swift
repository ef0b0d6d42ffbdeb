import Desk
import PlainData
import StreamRuntime
import TradingModel

/// A day on which one seed decides everything: who moves when, how long a message takes, and every fault.
///
/// At its end the faults stop, the process is started once more if it is dead, everything comes to rest, and what the desk
/// has on record is compared with what the venue did.
public struct Storm {
    public struct Result {
        public var violations: [String]
        public var log: [String]
        public var faults: [String: Int]
        public var starts: Int
        public var orders: Int, fills: Int
        public var setup: String
        /// What a start found that the disk had lost, where that ended the day.
        public var loss: String?
    }
    public var seed: UInt64
    public var mutation: Mutation?

    public init(seed: UInt64, mutation: Mutation? = nil) { (self.seed, self.mutation) = (seed, mutation) }

    public func run() throws -> Result {
        var random = SplitMix64(seed: seed)
        var setup = SimulatedWorld.Setup(seed: random.next())
        let isPowerCut = random.below(2) == 0
        (setup.durability, setup.death, setup.mutation) = (isPowerCut ? .disk : .os, isPowerCut ? .machine : .process, mutation)
        setup.events = 60 + random.below(60)
        setup.checkpoints = [500_000_000, 5_000_000_000, .max / 2][random.below(3)]
        if random.below(4) == 0 {
            setup.overrides += ["clock.kind=wall", "clock.every=100ms"] + (random.below(2) == 0 ? ["sources.feed.idle=2s"] : [])
        }
        let world = try SimulatedWorld(setup)
        var weather = Weather(world, random)
        let live = weather.play()
        if world.violations.isEmpty, weather.loss == nil {
            do { world.checkEnd(try DayReplay(world.disk, SimulatedWorld.day), live: live) } catch {
                world.violated("the journal does not replay: \(error)")
            }
        }
        return Result(
            violations: world.violations, log: world.log, faults: weather.faults, starts: world.starts,
            orders: world.venue.orders.count, fills: world.venue.fills.count,
            setup: "\(isPowerCut ? "power cuts, durability disk" : "kill -9, durability os") \(setup.overrides)",
            loss: weather.loss)
    }
}

/// The thread that has everything to do, and the faults.
private struct Weather {
    let world: SimulatedWorld
    private var random: SplitMix64
    private(set) var faults: [String: Int] = [:]
    /// How often things go wrong, each in 1/10,000 of the steps.
    private var kills = 0, breaks = 0, silences = 0, repeats = 0, clockSteps = 0, fullDisks = 0, flips = 0
    private var failedSyncs = 0, lies = 0
    /// What a start said of records that a lying disk has lost. Then a person decides, and the day is over.
    private(set) var loss: String?
    private var restartAt: Int64?

    init(_ world: SimulatedWorld, _ random: SplitMix64) {
        (self.world, self.random) = (world, random)
        // Not every seed has every fault: what hides behind another must be seen too.
        func often(_ most: Int) -> Int { self.random.below(3) == 0 ? 0 : self.random.below(most + 1) }
        kills = often(20)
        breaks = often(30)
        silences = often(8)
        repeats = often(30)
        clockSteps = often(8)
        fullDisks = often(3)
        flips = often(4_000)
        failedSyncs = often(10)
        lies = world.setup.death == .machine && self.random.below(3) == 0 ? 20 : 0
        world.link.latency = [0, 1_000_000, 40_000_000][self.random.below(3)]
        var deaths = SplitMix64(seed: self.random.next())
        let oneIn = [0, 300, 3_000][self.random.below(3)]
        world.fate.isLast = { _, _ in oneIn > 0 && deaths.below(oneIn) == 0 }
    }

    private mutating func count(_ fault: String, _ words: String = "") {
        faults[fault, default: 0] += 1
        world.note("\(fault) \(words)")
    }

    mutating func play() -> DigestBook? {
        var isStarted = start()
        let end = world.tape.events.last?.time ?? 0
        while world.time.elapsed < end + 2_000_000_000, world.violations.isEmpty, loss == nil {
            if !world.isRunning {
                if isStarted { died() }
                isStarted = false
                if world.time.elapsed >= restartAt ?? 0 { isStarted = start() }
            }
            step()
            fault()
            moveTape()
        }
        return loss == nil ? calm() : nil
    }

    // MARK: The process

    private mutating func start() -> Bool {
        let backup = maybeFlip()
        let fate = world.fate.isLast
        if backup != nil {  // one thing at a time: it must be this that stops the start
            world.fate.isLast = { _, _ in false }
            (world.disk.failsNextWrite, world.disk.failsNextSync) = (false, false)
        }
        let isUp = world.start()
        world.fate.isLast = fate
        if let (path, bytes, records, at) = backup {
            if isUp, let run = world.run, run.resumed >= records {
                // Before the checkpoint, or in what is cut off anyway. A replay of the day would name it.
                world.note("nothing was hit that a start reads")
                let now = world.disk.bytes(of: path)
                if now.count > at { world.disk.setBytes(of: path, now.prefix(at) + [bytes[at]] + now[(at + 1)...]) }
            } else if isUp {
                world.violated(
                    "a flipped bit in \(path) was taken for an unfinished write: \(world.run?.resumed ?? 0) of \(records) records are left"
                )
            } else if let refusal = world.refusal {
                if !refusal.contains(path), !refusal.contains("No space left") {
                    world.violated("a flipped bit in \(path) is refused without its name: \(refusal)")
                }
                world.note("refused: \(refusal)")
            }
            if !isUp { world.disk.setBytes(of: path, bytes) }
        } else if let refusal = world.refusal {
            judge(refusal)
        }
        if isUp {
            world.note("start \(world.starts), after record \(world.run?.resumed ?? 0)")
            world.feed?.tell(.connected, at: Tape.start + world.time.elapsed)
        } else {
            restartAt = world.time.elapsed + 10_000_000
        }
        return isUp
    }

    /// A floor refuses to start when the disk does not take what it must write, or has lost what it said it had kept: then the
    /// line names the requests that nobody else knows of, or the file.
    private mutating func judge(_ refusal: String) {
        if refusal.contains("No space left on device") || refusal.contains("Input/output error") { return }
        let isNamed = refusal.contains("has sent") || refusal.contains(SimulatedWorld.day + "/journal/")
        guard world.disk.hasLied, isNamed else { return world.violated("the floor does not start: \(refusal)") }
        if refusal.contains("has sent") {
            for id in world.forgotten().prefix(3) where !refusal.contains(id) {
                world.violated("the disk has forgotten \(id), and the floor does not say so: \(refusal)")
            }
        }
        loss = refusal
        count("named loss", refusal)
    }

    private mutating func died() {
        count("death", "at: \(world.fate.lastStep)")
        let arrives = random.below(2) == 0
        world.died(deliversToVenue: arrives)
        let pauses: [Int64] = [1_000_000, 100_000_000, 2_000_000_000, 15_000_000_000]
        restartAt = world.time.elapsed + pauses[random.below(4)]
    }

    /// - Returns: the file that was hit, what it held, how many records the journal has, and where the file was hit.
    private mutating func maybeFlip() -> (String, [UInt8], UInt64, Int)? {
        guard random.below(10_000) < flips, !world.disk.hasLied else { return nil }
        let files = world.disk.files(under: SimulatedWorld.day + "/journal/")
        guard !files.isEmpty, let records = try? wholeRecords() else { return nil }
        let path = files[random.below(files.count)]
        let bytes = world.disk.bytes(of: path)
        guard !bytes.isEmpty else { return nil }
        var flipped = bytes
        let at = random.below(bytes.count), bit = random.below(8)
        flipped[at] ^= 1 << UInt8(bit)
        world.disk.setBytes(of: path, flipped)
        count("bit flip", "of bit \(bit) of byte \(at) of \(bytes.count) of \(path)")
        return (path, bytes, records, at)
    }
    private func wholeRecords() throws -> UInt64 {
        world.fate.begin()
        let reader = try JournalReader(directory: SimulatedWorld.day + "/journal", storage: world.disk)
        while try reader.next() != nil {}
        return reader.nextSequence - 1
    }

    // MARK: A step of somebody's

    private mutating func step() {
        switch random.below(100) {
        case 0..<28: _ = world.turnEngine()
        case 28..<48: _ = world.turnJournal()
        case 48..<60: _ = world.turnEffects()
        case 60..<72: world.turnRouter()
        case 72..<80: _ = world.link.deliverToVenue()
        case 80..<88: _ = world.link.deliverToDesk()
        case 88..<89: world.turnCheckpoints()
        case 89..<91:
            if let session = world.link.session, session.isUp, !world.link.isConnected { session.noticed() }
            world.link.connect()
        default: world.time.advance(by: Int64(random.below(40_000_000)))
        }
    }

    private mutating func moveTape() {
        while world.position < world.tape.events.count, world.tape.events[world.position].time <= world.time.elapsed {
            let event = world.tape.events[world.position]
            world.position += 1
            world.venue.reportTime = Tape.start + event.time
            world.venue.tick(event.symbol)
            if world.isRunning { world.feed?.offer(event) }
        }
    }

    // MARK: Faults

    private mutating func fault() {
        let dice = random.below(10_000)
        var from = 0
        func falls(_ share: Int) -> Bool {
            defer { from += share }
            return dice >= from && dice < from + share
        }
        if falls(kills) { if world.isRunning { world.kill() } }
        if falls(breaks), world.link.isConnected {
            count("disconnect")
            world.link.disconnect()
        }
        if falls(silences) {
            world.venue.isSilent.toggle()
            count(world.venue.isSilent ? "silence" : "the venue speaks again")
        }
        if falls(repeats) {
            count("repeated execution")
            world.venue.repeatFill(random.next())
        }
        if falls(clockSteps) {
            let steps: [Int64] = [-3_600_000_000_000, -20_000_000, 20_000_000, 30_000_000_000]
            let step = steps[random.below(4)]
            world.time.stepped += step
            count("clock step", "of \(step / 1_000_000) ms")
        }
        if falls(fullDisks) {
            count("full disk")
            world.disk.failsNextWrite = true
        }
        if falls(failedSyncs) {
            count("failed sync")
            world.disk.failsNextSync = true
        }
        if falls(lies), !world.disk.lies {
            count("lying disk")
            world.disk.lies = true
        }
    }

    // MARK: The end

    private mutating func calm() -> DigestBook? {
        world.note("calm")
        world.fate.isLast = { _, _ in false }
        (world.disk.failsNextWrite, world.disk.failsNextSync) = (false, false)
        world.disk.lies = false
        world.venue.isSilent = false
        flips = 0
        var isClosed = false, rounds = 0
        while world.violations.isEmpty, loss == nil, rounds < 6_000 {
            rounds += 1
            if !world.isRunning {
                restartAt = nil
                if !start() { continue }
            }
            if rounds == 50 || rounds == 300 {  // what was asked in vain is asked again at a logon
                world.link.disconnect()
                world.link.session?.noticed()
            }
            world.link.connect()
            var idle = 0, turns = 0
            while idle < 3, world.isRunning {
                turns += 1
                if turns > SimulatedWorld.mostTurns { world.violated("the floor does not come to rest") }
                guard world.violations.isEmpty else { break }
                var moved = world.turnEngine() == .worked
                moved = world.turnJournal() || moved
                moved = world.turnEffects() || moved
                world.turnRouter()
                world.turnCheckpoints()
                while world.link.deliverToVenue() { moved = true }
                while world.link.deliverToDesk() { moved = true }
                idle = moved ? 0 : idle + 1
            }
            moveTape()
            world.time.advance(by: 20_000_000)
            if rounds == 600 { world.venue.endDay() }
            if rounds == 700 {
                world.feed?.finish()
                isClosed = true
            }
            if isClosed, world.turnEngine() == .ended, let run = world.run {
                guard world.finish() else { continue }
                return DigestBook(run.assembly.graph, sequence: run.records)
            }
        }
        if world.violations.isEmpty, loss == nil { world.violated("the day does not end") }
        return nil
    }
}
