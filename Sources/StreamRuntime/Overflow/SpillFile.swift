import Glibc
import PlainData
import Synchronization

/// What a spill file holds is not what was written there.
public struct SpillError: Error, CustomStringConvertible {
    public let path: String, block: UInt64
    public var description: String {
        "\(path): block \(block) of what had no room in memory is damaged; the run ends here. "
            + "With --data it can be resumed, and what was lost there is made again"
    }
}

/// What a spill file is made of: a header of 32 bytes that has a checksum of everything, and a body.
protocol SpillUnit: AnyObject {
    var base: UnsafeMutableRawPointer { get }
    /// How many elements are in it, and how many bytes it has with its header.
    var count: Int { get }
    var bytes: Int { get }
    func removeAll()
    /// Makes the header: this is the file's `number`th.
    func seal(_ number: UInt64)
    /// Takes over a header that was read, and makes room for the body.
    /// - Returns: how many bytes follow; nil when it is no such header.
    func bodyBytes() -> Int?
    /// Whether what was read is the `number`th as it was written.
    func accept(_ number: UInt64) -> Bool
}
let spillHeaderBytes = 32

/// Elements that find no room in memory, on the disk, first in, first out.
///
/// A file of many segments, each removed when it was read: with nothing waiting there is no file. It is no part of the day's
/// record: the journal can make all of it again, so nothing is synced, and what a crash left is removed at the next start.
/// Memory: none but the caller's blocks.
final class SpillFile<Block: SpillUnit>: @unchecked Sendable {
    // One thread appends and one reads; what they share is guarded by `shared`. The reader's file is the reader's.
    private let folder: String, name: String
    private let storage: any Storage
    private let segmentBytes: Int, mostBytes: Int

    private struct Segment {
        var number: Int
        /// Blocks that were written and not yet read; bytes written.
        var unread = 0, bytes = 0
    }
    private struct Shared {
        var segments: [Segment] = []
        /// Open while the last segment may grow.
        var writer: (any StoredFile)?
        var nextSegment = 1
        var elements = 0, bytes = 0
        var written: UInt64 = 0
    }
    private let shared = Mutex(Shared())
    private var reader: (file: any StoredFile, segment: Int)?
    private var nextBlock: UInt64 = 0

    /// - Parameters:
    ///   - folder: where the segments lie; it must be there. Those that a crash has left are removed.
    ///   - mostBytes: past that the disk counts as full.
    init(
        in folder: String, name: String, storage: any Storage = DiskStorage(), segmentBytes: Int = 64 << 20, mostBytes: Int = .max
    ) throws(JournalError) {
        (self.folder, self.name, self.storage) = (folder, name, storage)
        (self.segmentBytes, self.mostBytes) = (segmentBytes, mostBytes)
        let start = "spill-\(name)-"
        for file in try storage.list(folder) where file.hasPrefix(start) && Int(file.dropFirst(start.count)) != nil {
            try storage.remove(folder + "/" + file)
        }
    }
    deinit { removeAll() }

    /// How many elements lie there, and how many bytes they take.
    var elements: Int { shared.withLock { $0.elements } }
    var bytes: Int { shared.withLock { $0.bytes } }

    private func path(_ segment: Int) -> String { "\(folder)/spill-\(name)-\(segment)" }

    /// Appends a block, or throws and leaves what there was.
    func append(_ block: Block) throws(JournalError) {
        try shared.withLock { (shared: inout Shared) throws(JournalError) in
            guard shared.bytes + block.bytes <= mostBytes else {
                throw .io(operation: "spill \(block.bytes) bytes", path: path(shared.nextSegment), errno: ENOSPC)
            }
            if let last = shared.segments.last, last.bytes + block.bytes > segmentBytes { closeWriter(&shared) }
            block.seal(shared.written)
            do throws(JournalError) {
                if shared.writer == nil { try begin(&shared) }
                try shared.writer?.append(block.base, block.bytes)
            } catch {
                // Part of the block may be there, behind what counts: nothing more is written to that segment.
                closeWriter(&shared)
                dropEmpty(&shared)
                throw error
            }
            shared.written += 1
            shared.segments[shared.segments.count - 1].unread += 1
            shared.segments[shared.segments.count - 1].bytes += block.bytes
            shared.elements += block.count
            shared.bytes += block.bytes
        }
    }
    private func begin(_ shared: inout Shared) throws(JournalError) {
        shared.writer = try storage.createToAppend(path(shared.nextSegment))
        shared.segments.append(Segment(number: shared.nextSegment))
        shared.nextSegment += 1
    }
    private func closeWriter(_ shared: inout Shared) {
        shared.writer?.close()
        shared.writer = nil
    }
    /// Removes a last segment to which nothing could be written.
    private func dropEmpty(_ shared: inout Shared) {
        guard let last = shared.segments.last, last.bytes == 0 else { return }
        shared.segments.removeLast()
        try? storage.remove(path(last.number))
    }

    /// Reads the oldest block.
    /// - Returns: false when there is none.
    func read(into block: Block) throws -> Bool {
        guard let segment = shared.withLock({ $0.segments.first.flatMap { $0.unread > 0 ? $0.number : nil } }) else {
            return false
        }
        let file = try opened(segment)
        block.removeAll()
        guard try fill(file, block.base, spillHeaderBytes), let rest = block.bodyBytes(),
            try fill(file, block.base + spillHeaderBytes, rest), block.accept(nextBlock)
        else { throw SpillError(path: path(segment), block: nextBlock) }
        nextBlock += 1
        shared.withLock { shared in
            shared.segments[0].unread -= 1
            shared.elements -= block.count
            guard shared.segments[0].unread == 0, shared.segments.count > 1 || shared.elements == 0 else { return }
            // Read to its end, and nobody appends meanwhile: `append` holds the lock too.
            if shared.segments.count == 1 { closeWriter(&shared) }
            shared.bytes -= shared.segments.removeFirst().bytes
            reader?.file.close()
            reader = nil
            try? storage.remove(path(segment))
        }
        return true
    }
    private func opened(_ segment: Int) throws(JournalError) -> any StoredFile {
        if let reader, reader.segment == segment { return reader.file }
        let file = try storage.openToRead(path(segment))
        reader = (file, segment)
        return file
    }
    private func fill(_ file: any StoredFile, _ buffer: UnsafeMutableRawPointer, _ count: Int) throws(JournalError) -> Bool {
        var at = 0
        while at < count {
            let n = try file.read(into: buffer + at, count - at)
            if n == 0 { return false }
            at += n
        }
        return true
    }

    /// Removes everything. Neither thread may be at work.
    func removeAll() {
        reader?.file.close()
        reader = nil
        shared.withLock { shared in
            closeWriter(&shared)
            for segment in shared.segments { try? storage.remove(path(segment.number)) }
            (shared.segments, shared.elements, shared.bytes) = ([], 0, 0)
        }
    }
}
