import Synchronization

/// What has no room in a ring between two threads, on the disk, behind what is in the ring.
///
/// The producer writes there from the first block that finds the ring full until the consumer has done with all that lies
/// there; then the ring is used again. So the ring's blocks are always older than those on the disk, and memory holds the
/// ring, the block that is filled, and a page at each end.
final class RingSpill: @unchecked Sendable {
    // `back` and `hasTold` are the producer's, `front` the consumer's; the rest is atomic.
    private let file: SpillFile<SpillPage>, name: String
    private let back = SpillPage(), front = SpillPage()
    private var hasTold = false
    private let waiting = Atomic<Int>(0), written = Atomic<UInt64>(0), longest = Atomic<Int>(0)
    /// False after the disk was found full, until something was taken.
    private let mayTry = Atomic<Bool>(true)
    private let notice: @Sendable (String) -> Void

    init(_ name: String, _ place: SpillPlace, notice: @escaping @Sendable (String) -> Void) throws(JournalError) {
        (self.name, self.notice) = (name, notice)
        file = try SpillFile(
            in: place.folder, name: place.name, storage: place.storage, segmentBytes: place.segmentBytes,
            mostBytes: place.mostBytes)
    }

    /// Whether anything lies there that the consumer has not done with.
    var isWaiting: Bool { waiting.load(ordering: .acquiring) > 0 }
    /// How many elements ever went there.
    var elements: UInt64 { written.load(ordering: .relaxed) }

    // MARK: - The producer

    /// - Returns: false when the disk is full.
    func write(_ fill: (SpillPage) -> Void) -> Bool {
        guard mayTry.load(ordering: .acquiring) else { return false }
        fill(back)
        longest.store(max(back.bodyCount, longest.load(ordering: .relaxed)), ordering: .relaxed)
        do throws(JournalError) { try file.append(back) } catch {
            mayTry.store(false, ordering: .releasing)
            if !hasTold { notice("\(name): \(error); its writer waits instead, and nothing is dropped") }
            hasTold = true
            return false
        }
        hasTold = false
        written.add(UInt64(back.count), ordering: .relaxed)
        waiting.add(1, ordering: .releasing)
        return true
    }
    /// There was room in the ring.
    func found() { mayTry.store(true, ordering: .relaxed) }

    // MARK: - The consumer

    /// The oldest page, until `release`.
    func read() throws -> SpillPage {
        front.longest = longest.load(ordering: .relaxed)
        let isRead = try file.read(into: front)
        precondition(isRead, "\(name): what was written is there to be read")
        return front
    }
    func release() {
        waiting.subtract(1, ordering: .releasing)
        mayTry.store(true, ordering: .releasing)
    }

    /// Removes the files. Neither thread may be at work.
    func removeAll() { file.removeAll() }
}
