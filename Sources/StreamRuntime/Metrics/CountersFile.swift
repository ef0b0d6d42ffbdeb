import CPlatform
import Glibc
import PlainData
import Synchronization

/// Keeps counters current: samples them ten times a second, notes their history once a second, and copies them to a mapped
/// file, so that they can be read when the process no longer answers or no longer is.
///
/// The threads that count never touch the file: a store into a mapped file waits, now and then, for the disk.
public final class CountersKeeper: @unchecked Sendable {  // what follows is the keeper's thread's once it runs
    private let counters: Counters
    private let path: String?
    private var file: Int32 = -1, isInPlace = false
    private var mapped: [UnsafeMutableRawPointer] = []
    private var thread: pthread_t?
    private let isClosing = Atomic<Bool>(false)
    private let wakeup = Wakeup()
    private var turns = 0
    /// Called once when the file cannot be kept; the counters go on in memory.
    private let notice: @Sendable (String) -> Void

    /// - Parameter path: of the counters file, which is made anew; nil keeps none.
    public init(_ counters: Counters, path: String?, notice: @escaping @Sendable (String) -> Void) {
        (self.counters, self.path, self.notice) = (counters, path, notice)
        counters.sample()
        if let path {
            // Beside the old one first: who has that mapped goes on seeing what it was.
            file = open(path + ".new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            if file < 0 { giveUp("cannot be made: \(errorText(errno))") }
        }
        copy()
        if file >= 0, let path {
            isInPlace = rename(path + ".new", path) == 0
            if !isInPlace { giveUp("cannot be put in place: \(errorText(errno))") }
        }
        thread = spawnThread("counters") { [unowned self] in
            while !self.isClosing.load(ordering: .acquiring) {
                self.turn()
                self.wakeup.wait(nanoseconds: 100_000_000, spins: 1) { self.isClosing.load(ordering: .relaxed) }
            }
        }
    }
    deinit { finish() }

    /// Copies once more and ends. The file stays.
    public func finish() {
        guard let thread else { return }
        isClosing.store(true, ordering: .releasing)
        wakeup.wake()
        pthread_join(thread, nil)
        self.thread = nil
        counters.sample()
        copy()
        for chunk in mapped { munmap(chunk, CounterMemory.chunkBytes) }
        mapped = []
        if file >= 0 { close(file) }
        file = -1
    }

    private func turn() {
        counters.sample()
        if turns % 10 == 0 { counters.noteHistory() }
        turns += 1
        copy()
    }

    private func giveUp(_ reason: String) {
        if let path {
            notice("\(path): \(reason); the counters are kept in memory only")
            unlink(path + ".new")
            if isInPlace { unlink(path) }  // what no longer changes must not be taken for the present
        }
        if file >= 0 { close(file) }
        file = -1
    }

    /// Copies what has changed, page by page, so that a floor at rest writes next to nothing.
    private func copy() {
        guard file >= 0 else { return }
        let chunks = counters.memory.list, bytes = CounterMemory.chunkBytes, page = 4_096
        while mapped.count < chunks.count {
            let offset = off_t(mapped.count * bytes)
            // Room first: a store into a mapped hole of a full disk would end the process.
            let status = posix_fallocate(file, offset, off_t(bytes))
            guard status == 0 else { return giveUp("cannot grow to \(Int(offset) + bytes) bytes: \(errorText(status))") }
            guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset), memory != MAP_FAILED else {
                return giveUp("cannot be mapped: \(errorText(errno))")
            }
            mapped.append(memory)
        }
        // The header last: it says how many chunks there are.
        for (at, chunk) in chunks.enumerated().reversed() {
            for offset in stride(from: 0, to: bytes, by: page).reversed()
            where memcmp(mapped[at] + offset, chunk + offset, page) != 0 {
                memcpy(mapped[at] + offset, chunk + offset, page)
            }
        }
    }
}

extension Counters {
    /// Once a second, by the keeper alone: what each cumulative figure was, so that any reader can say what happened lately.
    func noteHistory() {
        let header = memory.header, now = cp_ticks()
        var note = HistoryNote(slot: Int(header.pointee.samples % UInt64(CountersHeader.historySlots)), now: now)
        for (i, chunk) in memory.list.enumerated() {
            var at = i == 0 ? CountersHeader.byteCount : 0
            while at + CounterMemory.headBytes <= CounterMemory.chunkBytes {
                let head = (chunk + at).load(as: CounterMemory.RecordHead.self)
                guard head.byteCount > 0, let kind = CellKind(rawValue: head.kind) else { break }
                note.take(kind, chunk + at + CounterMemory.headBytes)
                at += Int(head.byteCount)
            }
        }
        header.pointee.sampleTicks[note.slot] = now
        header.pointee.samples &+= 1
    }
}

/// Writes one slot of every record's history.
private struct HistoryNote {
    let slot: Int, now: UInt64
    private var number: UInt64 = 0
    /// The stages that are at work, and since when. A thread's record comes before its stages'.
    private var running: [UInt64: UInt64] = [:]

    init(slot: Int, now: UInt64) { (self.slot, self.now) = (slot, now) }

    private func ongoing(_ since: UInt64) -> UInt64 { since != 0 && now > since ? now &- since : 0 }

    mutating func take(_ kind: CellKind, _ cell: UnsafeMutableRawPointer) {
        number += 1
        switch kind {
        case .thread:
            let thread = cell.assumingMemoryBound(to: ThreadCell.self)
            var stages = thread.pointee.stageTicks
            if thread.pointee.running != 0 {
                running[thread.pointee.running] = thread.pointee.since
                stages &+= ongoing(thread.pointee.since)
            }
            thread.pointee.history[slot] = .init(
                parked: thread.pointee.parkedTicks &+ ongoing(thread.pointee.parkedSince),
                waiting: thread.pointee.waitTicks &+ ongoing(thread.pointee.waitSince), stages: stages,
                records: thread.pointee.records)
        case .stage:
            let stage = cell.assumingMemoryBound(to: StageCell.self)
            let since = running[number] ?? stage.pointee.busySince
            stage.pointee.history[slot] = .init(
                busy: stage.pointee.busyTicks &+ ongoing(since),
                blocked: stage.pointee.blockedTicks &+ ongoing(stage.pointee.blockedSince), elements: stage.pointee.elements)
        case .edge:
            let edge = cell.assumingMemoryBound(to: EdgeCell.self)
            edge.pointee.history[slot] = edge.pointee.taken
        case .journal:
            let journal = cell.assumingMemoryBound(to: JournalCell.self)
            journal.pointee.history[slot] = .init(
                busy: journal.pointee.busyTicks &+ ongoing(journal.pointee.commitSince),
                blocked: journal.pointee.blockedTicks &+ ongoing(journal.pointee.blockedSince))
        case .source, .checkpoint, .series, .path: break
        }
    }
}
