import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Testing

/// Policies in front of sinks, the engine and the sink's thread stepped by hand.
@Suite("overflow in front of sinks", .timeLimit(.minutes(2))) struct OverflowSinkTests {
    enum Policy: String, CaseIterable, Sendable {
        case conflate, oneIn3, oneEvery20, shed, spill

        var overflow: Overflow<Value> {
            switch self {
            case .spill: .block
            case .conflate: .conflate { $0.key }
            case .oneIn3: .sample(.oneIn(3)) { $0.key }
            case .oneEvery20: .sample(.oneEvery(nanoseconds: 20)) { $0.key }
            case .shed: .shed
            }
        }
    }

    /// One source whose every element is a record, and a queue behind it that the test drains.
    private final class Line {
        let engine: Engine, door: Ingress<Value>, queue: TypedEffectQueue<Value>
        private var random: SplitMix64
        private(set) var offered: [Value] = []

        init(seed: UInt64, capacity: Int, overflow: Overflow<Value> = .block, spill: SpillPlace? = nil) throws {
            let graph = Graph(), port = graph.source("in", Value.self)
            engine = Engine(graph, names: Names())
            door = engine.ingress(port)
            queue = try TypedEffectQueue.make("out", capacity: capacity, overflow: overflow, spill: spill)
            engine.effect("out", from: port.edge, into: queue)
            engine.begin(journal: nil)
            random = SplitMix64(seed: seed)
        }
        /// The next records, run through the graph.
        func run(_ count: Int, keys: Int) throws -> [Value] {
            let values = (0..<count).map { i in
                let number = offered.count + i
                return Value(Int64(number) - Int64(random.below(30)), Double(number), key: UInt32(random.below(keys)))
            }
            offered += values
            for value in values { #expect(door.offer(value)) }
            _ = try engine.turn()
            return values
        }
    }

    private func place(in folder: TemporaryFolder, storage: any Storage = DiskStorage(), block: Int, segment: Int) -> SpillPlace {
        var place = SpillPlace(in: folder.path, name: "out", storage: storage)
        (place.blockCapacity, place.segmentBytes) = (block, segment)
        return place
    }

    private struct Model {
        let policy: Policy, capacity: Int
        var waiting: [(sequence: UInt64, value: Value)] = []
        var account = EdgeAccount()
        var since: [UInt32: Int] = [:], kept: [UInt32: Int64] = [:]

        init(_ policy: Policy, capacity: Int) { (self.policy, self.capacity) = (policy, capacity) }

        mutating func offer(_ value: Value) {
            account.offered += 1
            let sequence = account.offered, isFull = waiting.count == capacity
            switch policy {
            case .spill: waiting.append((sequence, value))
            case .conflate:
                if let place = waiting.firstIndex(where: { $0.value.key == value.key }) {
                    waiting[place] = (sequence, value)
                    account.conflated += 1
                } else if isFull {
                    account.shed += 1
                } else {
                    waiting.append((sequence, value))
                }
            case .oneIn3, .oneEvery20, .shed:
                var isKept = true
                if policy == .oneIn3 {
                    isKept = since[value.key].map { $0 == 2 } ?? true
                    since[value.key] = isKept ? 0 : (since[value.key] ?? 0) + 1
                } else if policy == .oneEvery20 {
                    isKept = kept[value.key].map { abs(value.eventTime - $0) >= 20 } ?? true
                    if isKept { kept[value.key] = value.eventTime }
                }
                if !isKept { account.sampledOut += 1 } else if isFull { account.shed += 1 }
                if isKept, !isFull { waiting.append((sequence, value)) }
            }
        }
        /// From the front, what is of records up to `last`.
        mutating func take(upTo last: UInt64) -> [Double] {
            let taken = waiting.prefix { $0.sequence <= last }
            waiting.removeFirst(taken.count)
            account.taken += UInt64(taken.count)
            return taken.map(\.value.value)
        }
    }

    @Test(
        "any order of emitting and taking gives what the specification says, and every element is accounted for at every step",
        arguments: Policy.allCases, 1...8 as ClosedRange<UInt64>)
    func interleavings(policy: Policy, seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let spill = policy == .spill ? place(in: folder, block: 16, segment: 2_000) : nil
        let line = try Line(seed: seed, capacity: 64, overflow: policy.overflow, spill: spill)
        var random = SplitMix64(seed: seed), model = Model(policy, capacity: 64), keys = 1, takes = 0
        for step in 0..<600 {
            func hold(_ condition: Bool, _ what: String) { if !condition { Issue.record("seed \(seed), step \(step): \(what)") } }
            if step % 60 == 0 {
                (keys, takes) = (1 + random.below(150), step == 0 || random.below(3) == 0 ? 0 : 1 + random.below(80))
            }
            if random.below(100) >= takes {
                for value in try line.run(1 + random.below(40), keys: keys) { model.offer(value) }
            } else {
                let last = model.waiting.first.map { $0.sequence + UInt64(random.below(400)) } ?? 0
                var seen: [Double] = []
                let n = line.queue.drain(upTo: last) { _, value in seen.append(value.value) }
                let expected = model.take(upTo: last)
                hold(seen == expected && n == seen.count, "\(seen), not \(expected)")
            }
            let account = line.queue.account
            hold(account.isBalanced, "\(account)")
            hold(
                [account.offered, account.taken, account.conflated, account.sampledOut, account.shed, account.inFlight] == [
                    model.account.offered, model.account.taken, model.account.conflated, model.account.sampledOut,
                    model.account.shed, UInt64(model.waiting.count),
                ], "\(account), not \(model.account)")
            hold(line.queue.depth == model.waiting.count, "depth \(line.queue.depth)")
            // What memory holds is bounded, whatever waits on the disk.
            let inMemory = Int(account.inFlight) - Int(account.onDisk)
            hold(inMemory <= account.capacity && account.capacity == (policy == .spill ? 64 + 32 : 64), "\(inMemory) in memory")
            hold(policy == .spill || account.spilled == 0, "\(account)")
        }
        let account = line.queue.account
        #expect(policy == .spill ? account.spilled > 0 && account.dropped == 0 : account.dropped > 0)
        var rest: [Double] = []
        line.queue.drain { _, value in rest.append(value.value) }
        #expect(rest == model.take(upTo: .max))
        #expect(line.queue.account.inFlight == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [], "nothing is left on the disk")
    }

    @Test("a full queue that blocks makes the engine wait, and loses nothing", arguments: 1...5 as ClosedRange<UInt64>)
    func block(seed: UInt64) throws {
        let line = try Line(seed: seed, capacity: 64)
        var random = SplitMix64(seed: seed), seen: [Double] = [], waits = 0
        line.engine.whileBlocked = {
            waits += 1
            let account = line.queue.account
            #expect(account.isBalanced && account.inFlight == 64 && account.refused > 0)
            if random.below(10) == 0 {
                line.queue.drain(upTo: UInt64(seen.count + 1 + random.below(64))) { seen.append($1.value) }
            }
        }
        for _ in 0..<50 { _ = try line.run(1 + random.below(200), keys: 3) }
        line.queue.drain { seen.append($1.value) }
        #expect(seen == line.offered.map(\.value))
        #expect(waits > 0 && line.queue.account.dropped == 0)
    }

    // MARK: - Spill

    /// Files that take so many bytes in all, and of an append that fails perhaps a part.
    private struct SmallDisk: Storage {
        let disk = DiskStorage()
        let room: Room
        final class Room: Sendable {
            let bytes: Mutex<Int>
            init(_ bytes: Int) { self.bytes = Mutex(bytes) }
        }
        private final class File: StoredFile {
            let file: any StoredFile, path: String, room: Room
            init(_ file: any StoredFile, _ path: String, _ room: Room) { (self.file, self.path, self.room) = (file, path, room) }
            func read(into buffer: UnsafeMutableRawPointer, _ count: Int) throws(JournalError) -> Int {
                try file.read(into: buffer, min(count, 7))  // never all at once
            }
            func append(_ bytes: UnsafeRawPointer, _ count: Int) throws(JournalError) {
                let fits = room.bytes.withLock { left in
                    defer { left -= min(left, count) }
                    return min(left, count)
                }
                try file.append(bytes, fits)
                if fits < count { throw .io(operation: "append \(count) bytes", path: path, errno: ENOSPC) }
            }
            func sync() throws(JournalError) { try file.sync() }
            func size() throws(JournalError) -> Int { try file.size() }
            func close() { file.close() }
        }
        func openToRead(_ path: String) throws(JournalError) -> any StoredFile { File(try disk.openToRead(path), path, room) }
        func createToAppend(_ path: String) throws(JournalError) -> any StoredFile {
            File(try disk.createToAppend(path), path, room)
        }
        func list(_ folder: String) throws(JournalError) -> [String] { try disk.list(folder) }
        func rename(_ path: String, to other: String) throws(JournalError) { try disk.rename(path, to: other) }
        func remove(_ path: String) throws(JournalError) {
            let freed = disk.size(of: path) ?? 0
            try disk.remove(path)
            room.bytes.withLock { $0 += freed }
        }
        func truncate(_ path: String, to bytes: Int) throws(JournalError) { try disk.truncate(path, to: bytes) }
        func makeFolder(_ path: String) throws(JournalError) { try disk.makeFolder(path) }
        func size(of path: String) -> Int? { disk.size(of: path) }
        func sync(_ path: String) throws(JournalError) { try disk.sync(path) }
        func syncFolder(_ path: String) throws(JournalError) { try disk.syncFolder(path) }
        func lock(_ path: String) throws(JournalError) -> any StorageLock { try disk.lock(path) }
    }

    @Test(
        "a full disk makes a spilling queue wait for its sink, says so, and spills again when there is room",
        arguments: 1...10 as ClosedRange<UInt64>)
    func fullDisk(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let storage = SmallDisk(room: SmallDisk.Room(6_000 + Int(seed) * 100))
        let spill = place(in: folder, storage: storage, block: 16, segment: 2_000)
        let line = try Line(seed: seed, capacity: 16, spill: spill)
        let notices = Mutex<[String]>([])
        line.queue.onNotice { line in notices.withLock { $0.append(line) } }
        var random = SplitMix64(seed: seed), seen: [Double] = [], waits = 0
        line.engine.whileBlocked = {
            waits += 1
            #expect(line.queue.account.isBalanced && line.queue.account.dropped == 0)
            if random.below(5) == 0 { line.queue.drain(upTo: UInt64(seen.count + random.below(60))) { seen.append($1.value) } }
        }
        for _ in 0..<60 {
            _ = try line.run(1 + random.below(100), keys: 3)
            if random.below(3) == 0 { line.queue.drain(upTo: UInt64(seen.count + random.below(300))) { seen.append($1.value) } }
        }
        line.queue.drain { seen.append($1.value) }
        #expect(seen == line.offered.map(\.value))
        #expect(waits > 0 && line.queue.account.refused > 0)
        let told = notices.withLock { $0 }
        #expect(!told.isEmpty && told.count < waits)
        #expect(
            told.allSatisfy {
                $0.contains("out: ") && $0.contains("No space left on device") && $0.contains("nothing is dropped")
            })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("any damaged byte of a spilled block ends the run with the file's name", arguments: 1...60 as ClosedRange<UInt64>)
    func damaged(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let spill = place(in: folder, block: 16, segment: 100_000)
        let line = try Line(seed: seed, capacity: 16, spill: spill)
        _ = try line.run(16 + 3 * 16 + 5, keys: 3)  // 3 blocks on the disk, or 2 and a full tail
        let path = folder.path + "/spill-out-1"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        var random = SplitMix64(seed: seed)
        bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
        try bytes.write(to: URL(fileURLWithPath: path))
        let effects = EffectThread(engine: line.engine.wakeup)
        var seen: [Double] = []
        effects.carry(line.queue) { seen.append($1.value) }
        while effects.turn() > 0 {}
        let error = try #require(effects.error as? SpillError)
        #expect(error.description.hasPrefix("\(path): block "))
        #expect(seen == line.offered.prefix(seen.count).map(\.value) && seen.count < line.offered.count)
        // The engine does not stand still for what nobody will take.
        _ = try line.run(500, keys: 3)
        #expect(line.queue.account.isBalanced)
    }

    @Test("what a crash left is removed, and nothing else")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        for name in ["spill-out-1", "spill-out-77", "spill-outer-1", "spill-out-", "spill-out-1.csv", "manifest.json"] {
            #expect(FileManager.default.createFile(atPath: folder.path + "/" + name, contents: Data([1])))
        }
        _ = try Line(seed: 1, capacity: 16, spill: place(in: folder, block: 16, segment: 2_000))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "manifest.json", "spill-out-", "spill-out-1.csv", "spill-outer-1",
            ])
    }

    // MARK: - With threads

    private final class Seen: Sendable {
        let rows = Mutex<[(sequence: UInt64, value: Value)]>([])
        let early = Atomic<Int>(0)
    }

    @Test(
        "between two threads the same holds, and nothing leaves before its own record is durable", arguments: Policy.allCases)
    func threads(policy: Policy) throws {
        let (folder, disk) = (try TemporaryFolder(), try TemporaryFolder())
        let graph = Graph(), port = graph.source("in", Value.self), count = 30_000
        let engine = Engine(graph, names: Names())
        let door = engine.ingress(port, capacity: 1_024)
        let spill = policy == .spill ? place(in: disk, block: 64, segment: 20_000) : nil
        let queue = try TypedEffectQueue.make("out", capacity: 256, overflow: policy.overflow, spill: spill)
        let seen = Seen(), writer = Mutex<JournalWriter?>(nil)
        let effects = EffectThread(engine: engine.wakeup)
        effects.carry(queue) { sequence, value in
            if (writer.withLock { $0 }?.durableSequence ?? 0) < sequence { seen.early.add(1, ordering: .relaxed) }
            if sequence % 512 == 0 { usleep(500) }
            seen.rows.withLock { $0.append((sequence, value)) }
        }
        engine.effect("out", from: port.edge, into: queue)
        let journal = try JournalWriter(
            directory: folder.path, topologyHash: 1, nextSequence: 1, lastSegment: 0, durability: .os, onDurable: engine.wakeup)
        writer.withLock { $0 = journal }
        effects.start()
        let producer = Thread {
            var random = SplitMix64(seed: 3)
            for i in 0..<count { door.offerWaiting(Value(Int64(i), Double(i), key: UInt32(random.below(40)))) }
            door.finish()
        }
        let isDone = Atomic<Bool>(false)
        let watcher = Thread {
            while !isDone.load(ordering: .acquiring) {
                let account = queue.account
                #expect(account.isBalanced && (policy == .spill || Int(account.inFlight) <= account.capacity))
                usleep(50)
            }
        }
        producer.start()
        watcher.start()
        try engine.run(journal: journal)
        effects.finish()
        journal.close()
        isDone.store(true, ordering: .releasing)
        withExtendedLifetime((producer, watcher)) {}
        let rows = seen.rows.withLock { $0 }, account = queue.account
        #expect(seen.early.load(ordering: .relaxed) == 0)
        #expect(account.isBalanced && account.offered == UInt64(count) && account.inFlight == 0)
        #expect(account.taken == UInt64(rows.count))
        // Record s carries the value s − 1.
        #expect(rows.allSatisfy { Double($0.sequence) == $0.value.value + 1 })
        if policy == .spill {
            #expect(rows.map(\.value.value) == (0..<count).map(Double.init))
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        }
        for key in 0..<40 as Range<UInt32> {
            let values = rows.filter { $0.value.key == key }.map(\.value.value)
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        }
        if policy == .conflate {
            var random = SplitMix64(seed: 3), last: [UInt32: Double] = [:]
            for i in 0..<count { last[UInt32(random.below(40))] = Double(i) }
            for (key, value) in last { #expect(rows.last { $0.value.key == key }?.value.value == value) }
        }
    }
}
