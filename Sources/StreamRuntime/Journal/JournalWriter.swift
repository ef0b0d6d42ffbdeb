import CPlatform
import Glibc
import Synchronization

/// What "durable" means for a run.
public enum Durability: String, Sendable, CaseIterable {
    /// Survives the machine: fdatasync has returned.
    case disk
    /// Survives the process, not the machine: the operating system has it.
    case os
    /// Nothing is kept.
    case none
}

/// Appends batches to the journal: the engine fills chunks of memory, one thread writes whatever has piled up and
/// then says how far it is durable. Under load the writes grow by themselves (group commit); when quiet each goes out
/// at once. With durability `os` the engine's thread then writes itself: a copy into the system's cache costs less than
/// waking another thread.
public final class JournalWriter: @unchecked Sendable {
    // The engine's thread owns `chunk`, `filled` and everything beyond `published`; whoever holds `writing` owns the file and
    // what lies before it; `published`, `reached` and `durable` hand over.
    private let directory: String, topologyHash: UInt64, durability: Durability
    private let chunks: [UnsafeMutableRawPointer], chunkBytes: Int, segmentBytes: Int
    /// How many bytes each sealed chunk holds, and the first record of the segment that is begun after it, 0 for none.
    /// Plain memory: an array's storage would be shared for a moment while one thread reads, and copied when the other writes.
    private let seals: UnsafeMutablePointer<(length: Int, roll: UInt64)>
    private var chunk = 0, filled = 0, segmentFilled = 0
    /// (chunk number << 32 | bytes filled, sequence after the last record there).
    private let published = Atomic<WordPair>(WordPair(first: 0, second: 0))
    private let durable: Atomic<UInt64>
    private let released = Atomic<Int>(0)
    private let isClosing = Atomic<Bool>(false)
    private let failure = Mutex<JournalError?>(nil)
    private let hasFailed = Atomic<Bool>(false)
    private let work = Wakeup(), room = Wakeup()
    private let syncs = Atomic<UInt64>(0)
    private let storage: any Storage
    private var file: any StoredFile, segment: Int, thread: pthread_t?
    /// The chunk that is being written, and how much of it is; and both in one word, as `published` has them.
    private var current = 0, written = 0
    private let reached = Atomic<UInt>(0)
    /// Held by whoever writes: the journal's thread, or the engine's where there is little to write.
    private let writing = Atomic<Bool>(false)
    /// After a write that took long, how many batches the engine leaves to the journal's thread.
    private var patience = 0
    /// What the engine's thread writes itself, in bytes, and the ticks after which it has taken long: about a millisecond.
    private static let little = 16 << 10, long: UInt64 = 3_000_000
    /// True when a thread of its own calls `turn`; else whoever holds the writer does.
    private let hasThread: Bool
    /// Where others see how far the disk is behind.
    private let metrics: JournalMetrics?
    /// Woken whenever more is durable.
    public let onDurable: Wakeup

    /// - Parameters:
    ///   - directory: the day's `journal` folder.
    ///   - nextSequence: of the first record that will be appended.
    ///   - segment: the last segment there is, 0 for none; a new one is begun after it.
    ///   - hasThread: false for a run that is stepped by hand: then `turn` writes, and `append` where it has no room.
    public init(
        directory: String, topologyHash: UInt64, nextSequence: UInt64, lastSegment: Int, durability: Durability,
        onDurable: Wakeup = Wakeup(), segmentBytes: Int = 256 << 20, chunkBytes: Int = 1 << 20, chunks count: Int = 8,
        storage: any Storage = DiskStorage(), hasThread: Bool = true, metrics: JournalMetrics? = nil
    ) throws(JournalError) {
        (self.storage, self.hasThread, self.metrics) = (storage, hasThread, metrics)
        metrics?.startsAfter(nextSequence - 1)
        (self.directory, self.topologyHash, self.durability) = (directory, topologyHash, durability)
        (self.segmentBytes, self.chunkBytes, self.onDurable) = (segmentBytes, max(chunkBytes, 256 << 10), onDurable)
        chunks = (0..<count).map { _ in .allocate(byteCount: max(chunkBytes, 256 << 10), alignment: 4_096) }
        seals = .allocate(capacity: count)
        seals.initialize(repeating: (0, 0), count: count)
        durable = Atomic(nextSequence - 1)
        segment = lastSegment + 1
        file = try Self.openSegment(storage, directory, segment, topologyHash, nextSequence, durability)
        published.store(WordPair(first: 0, second: UInt(nextSequence)), ordering: .relaxed)
        if hasThread { thread = spawnThread("journal") { [unowned self] in self.writeLoop() } }
    }
    deinit {
        file.close()
        for chunk in chunks { chunk.deallocate() }
        seals.deallocate()
    }

    /// Every record up to this sequence is durable.
    public var durableSequence: UInt64 { durable.load(ordering: .acquiring) }
    /// How many commits there were.
    public var commits: UInt64 { syncs.load(ordering: .relaxed) }
    public var error: JournalError? { hasFailed.load(ordering: .acquiring) ? failure.withLock { $0 } : nil }

    /// The engine's thread: appends one batch as one block. Waits when the disk is behind by all chunks.
    public func append(
        first: UInt64, count: Int, lastWatermark: Int64, ingestTime: Int64, groups: [JournalGroup]
    ) {
        var body = 0
        for group in groups {
            body += JournalFormat.groupHeaderBytes + JournalFormat.padded(group.count * group.stride)
            body += JournalFormat.padded(group.count * 4) * (group.ingestOffsets == nil ? 1 : 2)
        }
        let bytes = JournalFormat.blockHeaderBytes + body
        precondition(bytes <= chunkBytes, "a batch is larger than a chunk of the journal")
        if segmentFilled > 0, segmentFilled + bytes > segmentBytes {
            seal(rollingAt: first)
            segmentFilled = 0
        } else if filled + bytes > chunkBytes {
            seal(rollingAt: 0)
        }
        let block = chunks[chunk % chunks.count] + filled
        encode(block, body, first, count, lastWatermark, ingestTime, groups)
        filled += bytes
        segmentFilled += bytes
        published.store(
            WordPair(first: UInt(chunk) << 32 | UInt(filled), second: UInt(first) + UInt(count)), ordering: .releasing)
        metrics?.appended(first + UInt64(count) - 1)
        if durability != .os { work.wake() }  // else `commit` sees to it
    }

    /// The engine's thread, after a batch: writes what has piled up where it is little, or has it written.
    /// - Parameter more: whether another batch follows at once, with which it can go.
    func commit(more: Bool) {
        guard hasThread, durability == .os else { return }
        let tail = published.load(ordering: .relaxed).first, done = reached.load(ordering: .acquiring)
        guard tail != done else { return }
        let isLittle = tail >> 32 == done >> 32 && Int(tail - done) <= Self.little
        if isLittle, more { return }
        guard isLittle, patience == 0, !writing.exchange(true, ordering: .acquiring) else {
            patience = max(0, patience - 1)
            return work.wake()
        }
        let begin = cp_ticks()
        write()
        // The system makes writers wait when the disk is far behind: then it is not the engine that should.
        if cp_ticks() &- begin > Self.long { patience = 1_024 }
        writing.store(false, ordering: .releasing)
    }

    private func seal(rollingAt sequence: UInt64) {
        let next = chunk + 1
        if !hasThread { turn() }
        if hasThread { work.wake() }
        let isFull = next - released.load(ordering: .acquiring) >= chunks.count
        if isFull { metrics?.block() }
        defer { if isFull { metrics?.unblock() } }
        while next - released.load(ordering: .acquiring) >= chunks.count, !hasFailed.load(ordering: .acquiring) {
            room.wait(nanoseconds: 1_000_000_000) { next - released.load(ordering: .acquiring) < chunks.count }
        }
        seals[chunk % chunks.count] = (filled, sequence)
        (chunk, filled) = (next, 0)
    }

    private func encode(
        _ block: UnsafeMutableRawPointer, _ body: Int, _ first: UInt64, _ count: Int, _ watermark: Int64, _ ingestTime: Int64,
        _ groups: [JournalGroup]
    ) {
        block.storeBytes(of: JournalFormat.blockMagic, as: UInt32.self)
        block.storeBytes(of: UInt32(body), toByteOffset: 4, as: UInt32.self)
        block.storeBytes(of: first, toByteOffset: 8, as: UInt64.self)
        block.storeBytes(of: UInt32(count), toByteOffset: 16, as: UInt32.self)
        block.storeBytes(of: UInt32(groups.count), toByteOffset: 20, as: UInt32.self)
        block.storeBytes(of: watermark, toByteOffset: 24, as: Int64.self)
        block.storeBytes(of: ingestTime, toByteOffset: 32, as: Int64.self)
        block.storeBytes(of: 0, toByteOffset: 40, as: UInt64.self)
        var crc = cp_crc32c(0, block, 44)
        var at = block + JournalFormat.blockHeaderBytes
        for group in groups {
            at.storeBytes(of: UInt16(group.source), as: UInt16.self)
            at.storeBytes(of: group.ingestOffsets == nil ? 0 : 1, toByteOffset: 2, as: UInt16.self)
            at.storeBytes(of: UInt32(group.count), toByteOffset: 4, as: UInt32.self)
            at.storeBytes(of: UInt32(group.stride), toByteOffset: 8, as: UInt32.self)
            at.storeBytes(of: 0, toByteOffset: 12, as: UInt32.self)
            at.storeBytes(of: group.latest, toByteOffset: 16, as: Int64.self)
            at.storeBytes(of: group.ingestTime, toByteOffset: 24, as: Int64.self)
            crc = cp_crc32c(crc, at, JournalFormat.groupHeaderBytes)
            at += JournalFormat.groupHeaderBytes
            let length = group.count * group.stride
            at.copyMemory(from: group.records, byteCount: length)
            clear(at, length)
            crc = cp_crc32c(crc, at + length, JournalFormat.padded(length) - length)
            let sums = at + JournalFormat.padded(length)
            cp_record_checksums(at, group.stride, group.count, group.first, sums.assumingMemoryBound(to: UInt32.self))
            clear(sums, group.count * 4)
            crc = cp_crc32c(crc, sums, JournalFormat.padded(group.count * 4))
            at = sums + JournalFormat.padded(group.count * 4)
            if let offsets = group.ingestOffsets {
                at.copyMemory(from: offsets, byteCount: group.count * 4)
                clear(at, group.count * 4)
                crc = cp_crc32c(crc, at, JournalFormat.padded(group.count * 4))
                at += JournalFormat.padded(group.count * 4)
            }
        }
        block.storeBytes(of: crc, toByteOffset: 44, as: UInt32.self)
    }
    private func clear(_ start: UnsafeMutableRawPointer, _ length: Int) {
        let rest = JournalFormat.padded(length) - length
        if rest > 0 { memset(start + length, 0, rest) }
    }

    /// Waits until everything appended is durable, or failed.
    public func flush() {
        let end = UInt64(published.load(ordering: .acquiring).second)
        if hasThread { work.wake() } else { while turn() {} }
        while durableSequence + 1 < end, error == nil {
            onDurable.wait(nanoseconds: 5_000_000, spins: 50) { durableSequence + 1 >= end || error != nil }
        }
    }

    /// Writes what is left and ends the thread. The writer is of no use after.
    public func close() {
        if let thread {
            isClosing.store(true, ordering: .releasing)
            work.wake()
            pthread_join(thread, nil)
            self.thread = nil
        } else if !hasThread {
            while turn() {}
        }
        file.close()
    }

    private func writeLoop() {
        while true {
            if turn() { continue }
            if error != nil || (isClosing.load(ordering: .acquiring) && !hasWork) { return }
            work.wait(nanoseconds: 100_000_000) { hasWork || isClosing.load(ordering: .acquiring) }
        }
    }
    private var hasWork: Bool {
        published.load(ordering: .acquiring).first != reached.load(ordering: .acquiring) && !writing.load(ordering: .acquiring)
    }

    /// The journal's thread, or a simulation in its place: writes what has piled up and says how far it is durable.
    /// - Returns: false when there was nothing, when writing has failed, or while the engine's thread writes.
    @discardableResult public func turn() -> Bool {
        guard !writing.exchange(true, ordering: .acquiring) else { return false }
        defer { writing.store(false, ordering: .releasing) }
        return write()
    }
    /// Whoever holds `writing`.
    @discardableResult private func write() -> Bool {
        let tail = published.load(ordering: .acquiring)
        guard tail.first != UInt(current) << 32 | UInt(written), !hasFailed.load(ordering: .relaxed) else { return false }
        metrics?.commitBegins()
        do throws(JournalError) {
            while current < Int(tail.first >> 32) {
                let seal = seals[current % chunks.count]
                try file.append(chunks[current % chunks.count] + written, seal.length - written)
                if seal.roll != 0 { try roll(seal.roll) }
                (current, written) = (current + 1, 0)
                reached.store(UInt(current) << 32, ordering: .releasing)
                released.store(current, ordering: .releasing)
                room.wake()
            }
            let filled = Int(tail.first & 0xFFFF_FFFF)
            if filled > written {
                try file.append(chunks[current % chunks.count] + written, filled - written)
                written = filled
                reached.store(UInt(current) << 32 | UInt(written), ordering: .releasing)
            }
            if durability == .disk { try file.sync() }
        } catch {
            failure.withLock { $0 = error }
            hasFailed.store(true, ordering: .releasing)
            onDurable.wake()
            room.wake()
            return false
        }
        syncs.add(1, ordering: .relaxed)
        durable.store(UInt64(tail.second) - 1, ordering: .releasing)
        metrics?.commitEnded(durable: UInt64(tail.second) - 1)
        onDurable.wake()
        return true
    }

    private func roll(_ first: UInt64) throws(JournalError) {
        if durability != .none { try file.sync() }
        file.close()
        segment += 1
        file = try Self.openSegment(storage, directory, segment, topologyHash, first, durability)
    }

    private static func openSegment(
        _ storage: any Storage, _ directory: String, _ segment: Int, _ topologyHash: UInt64, _ first: UInt64,
        _ durability: Durability
    ) throws(JournalError) -> any StoredFile {
        let file = try storage.createToAppend(directory + "/" + JournalFormat.fileName(segment))
        let header = UnsafeMutableRawPointer.allocate(byteCount: JournalFormat.segmentHeaderBytes, alignment: 16)
        defer { header.deallocate() }
        memset(header, 0, JournalFormat.segmentHeaderBytes)
        header.storeBytes(of: JournalFormat.segmentMagic, as: UInt64.self)
        header.storeBytes(of: JournalFormat.version, toByteOffset: 8, as: UInt32.self)
        header.storeBytes(of: UInt32(segment), toByteOffset: 12, as: UInt32.self)
        header.storeBytes(of: first, toByteOffset: 16, as: UInt64.self)
        header.storeBytes(of: topologyHash, toByteOffset: 24, as: UInt64.self)
        header.storeBytes(of: cp_crc32c(0, header, 60), toByteOffset: 60, as: UInt32.self)
        try file.append(header, JournalFormat.segmentHeaderBytes)
        // A later segment may follow before a record comes into this one; without its header it would be damage then.
        if durability != .none { try file.sync() }
        // The folder's entry must be durable too, or a crash loses the whole segment.
        try storage.syncFolder(directory)
        return file
    }
}

/// Starts a named thread; the caller joins it.
func spawnThread(_ name: String, _ body: @escaping @Sendable () -> Void) -> pthread_t {
    final class Box: Sendable {
        let name: String, body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) { (self.name, self.body) = (name, body) }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(name, body)).toOpaque()
    let failed = pthread_create(
        &thread, nil,
        { raw in
            guard let raw else { return nil }
            let box = Unmanaged<Box>.fromOpaque(raw).takeRetainedValue()
            cp_name_thread(box.name)
            box.body()
            return nil
        }, box)
    precondition(failed == 0, "cannot start the thread \(name): \(errorText(failed))")
    return thread
}
