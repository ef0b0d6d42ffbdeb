import Glibc
import PlainData
import StreamRuntime

/// A disk in memory that keeps what a real one must keep, and no more.
///
/// A process that dies leaves everything it wrote. A machine that loses its power leaves what was synced, and of the rest
/// a prefix, cut at any byte, or the length that the file had with zeros in some sectors. A new, renamed or removed name
/// survives it once the folder was synced; else some of the last changes of a folder are undone, the newest first.
final class SimulatedDisk: Storage, @unchecked Sendable {  // one thread steps a simulation
    final class Node {
        var bytes: [UInt8] = []
        /// So many of the first bytes survive the machine.
        var durable = 0
        /// What a truncation that is not synced has taken off the durable bytes.
        var cut: [UInt8] = []
    }
    private enum Change {
        case set(String, Node), remove(String), rename(String, String, Node)
    }

    let fate: Fate
    private var random: SplitMix64
    private var names: [String: Node] = [:], durableNames: [String: Node] = [:]
    /// Per folder, what was done to its names since it was synced.
    private var pending: [String: [Change]] = [:]
    private var locks: Set<String> = []
    /// From now on `sync` says yes and does nothing: a disk with a cache that it does not own up to.
    var lies = false { didSet { hasLied = hasLied || lies } }
    /// Whether it ever did, so that what it said to have kept may be gone.
    private(set) var hasLied = false
    /// The next sync of the journal fails: the disk could not write what it was given.
    var failsNextSync = false
    /// A sync of the journal has failed, and nobody has ended the run yet.
    var hasRefusedSync = false
    /// The next write fails, with the disk's word for it.
    var failsNextWrite = false
    /// Deliberate breaks of the code under test; see `Mutation`.
    var mutation: Mutation?
    private(set) var syncs = 0

    init(fate: Fate, seed: UInt64) { (self.fate, random) = (fate, SplitMix64(seed: seed)) }

    // MARK: Storage

    func openToRead(_ path: String) throws(JournalError) -> any StoredFile {
        guard !fate.isDead, let node = names[path] else {
            throw .io(operation: "open", path: path, errno: fate.isDead ? EIO : ENOENT)
        }
        return SimulatedFile(node, path, self, hidden: hiddenBytes(path, node))
    }
    func createToAppend(_ path: String) throws(JournalError) -> any StoredFile {
        try step("before creating \(path)", path)
        guard names[path] == nil else { throw .io(operation: "create the file", path: path, errno: EEXIST) }
        let node = Node()
        names[path] = node
        pending[folder(of: path), default: []].append(.set(path, node))
        try step("after creating \(path)", path)
        return SimulatedFile(node, path, self, hidden: 0)
    }
    func list(_ folder: String) throws(JournalError) -> [String] {
        guard !fate.isDead else { throw .io(operation: "list", path: folder, errno: EIO) }
        return names.keys.filter { self.folder(of: $0) == folder }.map { String($0.dropFirst(folder.count + 1)) }.sorted()
    }
    func rename(_ path: String, to other: String) throws(JournalError) {
        try step("before renaming \(path)", path)
        guard let node = names.removeValue(forKey: path) else { throw .io(operation: "rename", path: path, errno: ENOENT) }
        names[other] = node
        pending[folder(of: path), default: []].append(.rename(path, other, node))
        try step("after renaming \(path)", path)
    }
    func remove(_ path: String) throws(JournalError) {
        try step("before removing \(path)", path)
        if mutation == .keepsTornTails, path.hasSuffix(".jrnl") { return }
        guard names.removeValue(forKey: path) != nil else { throw .io(operation: "remove", path: path, errno: ENOENT) }
        pending[folder(of: path), default: []].append(.remove(path))
        try step("after removing \(path)", path)
    }
    func truncate(_ path: String, to bytes: Int) throws(JournalError) {
        try step("before truncating \(path)", path)
        if mutation == .keepsTornTails { return }
        guard let node = names[path] else { throw .io(operation: "truncate", path: path, errno: ENOENT) }
        if bytes < node.durable {
            node.cut = Array(node.bytes[bytes..<node.durable]) + node.cut
            node.durable = bytes
        }
        node.bytes.removeLast(max(0, node.bytes.count - bytes))
        try step("after truncating \(path)", path)
    }
    func makeFolder(_ path: String) throws(JournalError) { try step("before making \(path)", path) }
    func size(of path: String) -> Int? { fate.isDead ? nil : names[path]?.bytes.count }
    func sync(_ path: String) throws(JournalError) {
        guard let node = names[path] else { throw .io(operation: "sync", path: path, errno: ENOENT) }
        try sync(node, path)
    }
    func syncFolder(_ path: String) throws(JournalError) {
        try step("before syncing the folder \(path)", path)
        if !lies, mutation != .syncsNothing { for change in pending.removeValue(forKey: path) ?? [] { apply(change) } }
        try step("after syncing the folder \(path)", path)
    }
    func lock(_ path: String) throws(JournalError) -> any StorageLock {
        guard !fate.isDead else { throw .io(operation: "lock", path: path, errno: EIO) }
        guard locks.insert(path).inserted else { throw .locked(path: path, holder: "the same floor") }
        return SimulatedLock(path, self)
    }

    // MARK: Files

    fileprivate func append(_ bytes: UnsafeRawPointer, _ count: Int, to node: Node, _ path: String) throws(JournalError) {
        try step("before writing \(count) bytes to \(path)", path)
        if failsNextWrite {
            failsNextWrite = false
            node.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: random.below(count + 1)))
            throw .io(operation: "append \(count) bytes", path: path, errno: ENOSPC)
        }
        let whole = UnsafeRawBufferPointer(start: bytes, count: count)
        guard fate.passes("halfway through writing \(count) bytes to \(path)") else {
            node.bytes.append(contentsOf: whole.prefix(random.below(count + 1)))
            throw dead(path)
        }
        node.bytes.append(contentsOf: whole)
        try step("after writing \(count) bytes to \(path)", path)
    }
    fileprivate func sync(_ node: Node, _ path: String) throws(JournalError) {
        try step("before syncing \(path)", path)
        syncs += 1
        if failsNextSync, path.hasSuffix(".jrnl") {
            (failsNextSync, hasRefusedSync) = (false, true)
            if mutation == .ignoresFailedSyncs { return }
            throw .io(operation: "sync", path: path, errno: EIO)
        }
        if !lies, mutation != .syncsNothing { (node.durable, node.cut) = (node.bytes.count, []) }
        try step("after syncing \(path)", path)
    }
    fileprivate func unlock(_ path: String) { locks.remove(path) }

    private func step(_ name: @autoclosure () -> String, _ path: String) throws(JournalError) {
        guard fate.passes(name()) else { throw dead(path) }
    }
    private func dead(_ path: String) -> JournalError { .io(operation: "go on: the process died", path: path, errno: EIO) }

    private func folder(of path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    // MARK: What happens to a disk

    /// The process is gone; the operating system still has all that it wrote.
    func processDied() { locks = [] }

    /// The machine is gone too.
    func powerFailed() {
        locks = []
        for folder in pending.keys.sorted() {
            let changes = pending[folder] ?? []
            for change in changes.prefix(random.below(changes.count + 1)) { apply(change) }
        }
        pending = [:]
        names = durableNames
        for path in names.keys.sorted() {
            guard let node = names[path] else { continue }
            if !node.cut.isEmpty, random.below(2) == 0 {
                node.bytes = Array(node.bytes.prefix(node.durable)) + node.cut
            } else if node.bytes.count > node.durable {
                node.bytes = survivors(node)
            }
            (node.durable, node.cut) = (node.bytes.count, [])
        }
    }

    /// What is left of bytes that were not synced: the first of them, cut anywhere; or the file's length with some of its
    /// sectors, which are written whole, in any order, or not at all.
    private func survivors(_ node: Node) -> [UInt8] {
        guard random.below(2) == 0 else {
            return Array(node.bytes.prefix(node.durable + random.below(node.bytes.count - node.durable + 1)))
        }
        var bytes = node.bytes, sector = node.durable / 512
        let lostFrom = random.below(2) == 0 ? sector + random.below((bytes.count - 1) / 512 - sector + 1) : Int.max
        while sector * 512 < bytes.count {
            if lostFrom == .max ? random.below(2) == 0 : sector >= lostFrom {
                for i in max(node.durable, sector * 512)..<min(bytes.count, (sector + 1) * 512) { bytes[i] = 0 }
            }
            sector += 1
        }
        return bytes
    }

    private func apply(_ change: Change) {
        switch change {
        case .set(let path, let node): durableNames[path] = node
        case .remove(let path): durableNames[path] = nil
        case .rename(let path, let other, let node):
            durableNames[path] = nil
            durableNames[other] = node
        }
    }

    /// The files under a path, in the order of their names.
    func files(under path: String) -> [String] { names.keys.filter { $0.hasPrefix(path) }.sorted() }
    func bytes(of path: String) -> [UInt8] { names[path]?.bytes ?? [] }
    func setBytes(of path: String, _ bytes: [UInt8]) {
        names[path]?.bytes = bytes
        names[path]?.durable = bytes.count
    }

    /// How many bytes at a file's end a broken recovery does not see: the last block of the last segment.
    private func hiddenBytes(_ path: String, _ node: Node) -> Int {
        guard mutation == .skipsTheLastBlock, path.hasSuffix(".jrnl"), files(under: folder(of: path)).last == path else {
            return 0
        }
        var at = 64, last = 0
        while at + 48 <= node.bytes.count {
            let body = (0..<4).reduce(0) { $0 | Int(node.bytes[at + 4 + $1]) << (8 * $1) }
            last = 48 + body
            at += last
        }
        return at == node.bytes.count ? last : 0
    }
}

private final class SimulatedFile: StoredFile, @unchecked Sendable {  // one thread steps a simulation
    private let node: SimulatedDisk.Node, path: String, disk: SimulatedDisk, life: Int, end: Int?
    private var at = 0

    init(_ node: SimulatedDisk.Node, _ path: String, _ disk: SimulatedDisk, hidden: Int) {
        (self.node, self.path, self.disk, life) = (node, path, disk, disk.fate.life)
        end = hidden > 0 ? node.bytes.count - hidden : nil
    }

    private func check() throws(JournalError) {
        guard life == disk.fate.life, !disk.fate.isDead else {
            throw .io(operation: "go on: the process died", path: path, errno: EIO)
        }
    }
    func read(into buffer: UnsafeMutableRawPointer, _ count: Int) throws(JournalError) -> Int {
        try check()
        let n = min(count, (end ?? node.bytes.count) - at)
        guard n > 0 else { return 0 }
        UnsafeMutableRawBufferPointer(start: buffer, count: n).copyBytes(from: node.bytes[at..<at + n])
        at += n
        return n
    }
    func append(_ bytes: UnsafeRawPointer, _ count: Int) throws(JournalError) {
        try check()
        try disk.append(bytes, count, to: node, path)
    }
    func sync() throws(JournalError) {
        try check()
        try disk.sync(node, path)
    }
    func size() throws(JournalError) -> Int {
        try check()
        return end ?? node.bytes.count
    }
    func close() {}
}

private final class SimulatedLock: StorageLock, @unchecked Sendable {  // one thread steps a simulation
    private let path: String, disk: SimulatedDisk, life: Int

    init(_ path: String, _ disk: SimulatedDisk) { (self.path, self.disk, life) = (path, disk, disk.fate.life) }
    deinit { release() }
    func release() { if life == disk.fate.life { disk.unlock(path) } }
}
