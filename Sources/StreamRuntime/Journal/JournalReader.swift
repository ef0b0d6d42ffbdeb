import CPlatform
import Glibc

/// One block of the journal, valid until the next is read.
public struct JournalBlock {
    public let first: UInt64
    public let count: Int
    public let lastWatermark: Int64
    public let ingestTime: Int64
    public let path: String
    public let offset: Int
    public var end: UInt64 { first + UInt64(count) }
}

/// What a crash left at the end of the last segment: bytes that were never acknowledged.
public struct TornTail: Hashable, Sendable, CustomStringConvertible {
    public let path: String, offset: Int, bytes: Int

    public var description: String {
        bytes == 0
            ? "\(path): empty; a run ended before it wrote anything there"
            : "\(path): the last \(bytes) bytes, from byte \(offset), are an unfinished write that was never acknowledged"
    }
}

/// Reads a journal from its first record to its last, block by block, checking everything on the way.
///
/// Reads through a buffer rather than a mapping, so that memory stays flat whatever the day's length.
public final class JournalReader {
    public let directory: String
    public let segments: [Int]
    /// The groups of the block read last.
    public private(set) var groups: [JournalGroup] = []
    /// Set when the end was reached and something unfinished lay there.
    public private(set) var tail: TornTail?
    /// The hash of the topology whose records these are.
    public private(set) var topologyHash: UInt64 = 0
    /// The sequence that comes after the last record read.
    public internal(set) var nextSequence: UInt64 = 1
    /// When the block came in that was read or skipped last, nanoseconds since 1970; 0 before the first.
    var lastIngestTime: Int64 = 0

    let storage: any Storage
    private var buffer: UnsafeMutableRawPointer, capacity: Int
    var at = 0, have = 0, file: (any StoredFile)?, fileOffset = 0
    var opened = 0
    private var isAtStart = true
    private(set) var path = ""

    /// - Throws: when the folder cannot be listed.
    public init(directory: String, storage: any Storage = DiskStorage(), bufferBytes: Int = 1 << 20) throws(JournalError) {
        (self.directory, self.storage) = (directory, storage)
        let names = try storage.list(directory)
        segments = names.compactMap { name in
            name.hasSuffix(".jrnl") ? Int(name.dropLast(5)) : nil
        }.sorted()
        capacity = bufferBytes
        buffer = .allocate(byteCount: bufferBytes, alignment: 4_096)
        groups.reserveCapacity(64)
    }
    deinit {
        buffer.deallocate()
        file?.close()
    }

    /// The next block, or nil at the end.
    public func next() throws(JournalError) -> JournalBlock? {
        while true {
            if file == nil {
                guard opened < segments.count else { return nil }
                try openSegment()
                if tail != nil { return nil }
            }
            let isLast = opened == segments.count
            let available = try fill(JournalFormat.blockHeaderBytes)
            if available == 0 {
                closeSegment()
                continue
            }
            let start = fileOffset
            guard available >= JournalFormat.blockHeaderBytes else { return try endHere(isLast, start) }
            if load(UInt32.self, 0) != JournalFormat.blockMagic {
                if isLast, try isUnwritten(JournalFormat.blockHeaderBytes) { return try endHere(isLast, start) }
                throw .badBlock(
                    path: path, offset: start, sequence: nextSequence, reason: "does not begin with the mark of a block")
            }
            let body = Int(load(UInt32.self, 4)), count = Int(load(UInt32.self, 16))
            guard body % 16 == 0, body <= JournalFormat.mostBlockBytes else {
                throw .badBlock(
                    path: path, offset: start, sequence: nextSequence, reason: "has an impossible length of \(body) bytes")
            }
            let length = JournalFormat.blockHeaderBytes + body
            let there = try fill(length)
            guard there >= length else {
                if let sum = lengthOfGroups(within: there), sum != body {
                    throw .badBlock(
                        path: path, offset: start, sequence: nextSequence,
                        reason: "gives its length as \(body) bytes, but its groups come to \(sum)")
                }
                return try endHere(isLast, start)
            }
            let block = JournalBlock(
                first: load(UInt64.self, 8), count: count, lastWatermark: load(Int64.self, 24), ingestTime: load(Int64.self, 32),
                path: path, offset: start)
            guard try decode(block, body: body, groups: Int(load(UInt32.self, 20)), isLast) else {
                return try endHere(isLast, start)
            }
            (nextSequence, lastIngestTime) = (block.end, block.ingestTime)
            at += length
            fileOffset += length
            return block
        }
    }

    /// Cuts an unfinished tail off, so that appending can go on. What is cut was never acknowledged to anybody.
    public func repair() throws(JournalError) {
        guard let tail else { return }
        if tail.offset == 0 {
            // Not even the header was whole. Left there it would be a hole as soon as another segment follows.
            try storage.remove(tail.path)
            return try storage.syncFolder(directory)
        }
        // On the disk before another segment follows: behind that one, what is unfinished here would be damage.
        try storage.truncate(tail.path, to: tail.offset)
        try storage.sync(tail.path)
    }

    func closeSegment() {
        file?.close()
        file = nil
    }

    func load<T: BitwiseCopyable>(_: T.Type, _ offset: Int) -> T {
        buffer.loadUnaligned(fromByteOffset: at + offset, as: T.self)
    }

    private func endHere(_ isLast: Bool, _ start: Int) throws(JournalError) -> JournalBlock? {
        guard isLast else {
            throw .badBlock(path: path, offset: start, sequence: nextSequence, reason: "is cut short, but later segments follow")
        }
        tail = TornTail(path: path, offset: start, bytes: (try file?.size() ?? 0) - start)
        closeSegment()
        return nil
    }

    func openSegment() throws(JournalError) {
        path = directory + "/" + JournalFormat.fileName(segments[opened])
        let file = try storage.openToRead(path)
        self.file = file
        opened += 1
        (at, have, fileOffset) = (0, 0, 0)
        guard try fill(JournalFormat.segmentHeaderBytes) >= JournalFormat.segmentHeaderBytes,
            load(UInt64.self, 0) == JournalFormat.segmentMagic
        else {
            // Created a moment before the crash, header unfinished: nothing was ever in it.
            let isUnfinished = if have < JournalFormat.segmentHeaderBytes { true } else { try restIsZero() }
            if isUnfinished, opened == segments.count {
                tail = TornTail(path: path, offset: 0, bytes: try file.size())
                closeSegment()
                return
            }
            throw .notAJournal(path: path)
        }
        guard load(UInt32.self, 8) == JournalFormat.version else { throw .wrongVersion(path: path, found: load(UInt32.self, 8)) }
        guard cp_crc32c(0, buffer + at, 60) == load(UInt32.self, 60) else { throw .badSegmentHeader(path: path) }
        let first = load(UInt64.self, 16)
        topologyHash = load(UInt64.self, 24)
        if isAtStart {
            (nextSequence, isAtStart) = (first, false)
        } else if first != nextSequence {
            throw .gap(path: path, expected: nextSequence, found: first)
        }
        at += JournalFormat.segmentHeaderBytes
        fileOffset += JournalFormat.segmentHeaderBytes
    }

    /// Makes at least `wanted` bytes available at `at`, if the file has them; says how many there are.
    func fill(_ wanted: Int) throws(JournalError) -> Int {
        if have - at >= wanted { return have - at }
        if wanted > capacity {
            let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * wanted, alignment: 4_096)
            larger.copyMemory(from: buffer + at, byteCount: have - at)
            buffer.deallocate()
            (buffer, capacity) = (larger, 2 * wanted)
        } else {
            memmove(buffer, buffer + at, have - at)
        }
        (at, have) = (0, have - at)
        while have < wanted {
            let n = try file?.read(into: buffer + have, capacity - have) ?? 0
            if n == 0 { break }
            have += n
        }
        return have
    }

    /// What the groups of the block at hand come to, in bytes: an unfinished block agrees with its header, a header whose
    /// length was changed does not. Nil where the groups' own headers are not all there.
    private func lengthOfGroups(within available: Int) -> Int? {
        var offset = JournalFormat.blockHeaderBytes
        for _ in 0..<load(UInt32.self, 20) {
            guard offset + JournalFormat.groupHeaderBytes <= available else { return nil }
            let n = Int(load(UInt32.self, offset + 4)), stride = Int(load(UInt32.self, offset + 8))
            guard stride > 0, stride <= 4_096, n <= JournalFormat.mostBlockBytes else { return nil }
            let lists = load(UInt16.self, offset + 2) & 1 == 1 ? 2 : 1
            offset += JournalFormat.groupHeaderBytes + JournalFormat.padded(n * stride) + lists * JournalFormat.padded(n * 4)
        }
        return offset - JournalFormat.blockHeaderBytes
    }

    /// Whether nothing but zeros follows: space that was never written.
    private func restIsZero() throws(JournalError) -> Bool {
        while true {
            for i in at..<have where buffer.load(fromByteOffset: i, as: UInt8.self) != 0 { return false }
            (at, have) = (0, 0)
            if try fill(1) == 0 { return true }
        }
    }

    /// - Returns: false for a block whose end was never written although its length was.
    private func decode(_ block: JournalBlock, body: Int, groups count: Int, _ isLast: Bool) throws(JournalError) -> Bool {
        groups.removeAll(keepingCapacity: true)
        var crc = cp_crc32c(0, buffer + at, 44)
        var offset = at + JournalFormat.blockHeaderBytes, sequence = block.first, records = 0
        let end = offset + body
        func broken(_ reason: String) throws(JournalError) -> Bool {
            if isLast, try isUnwritten(JournalFormat.blockHeaderBytes + body) { return false }
            throw JournalError.badBlock(path: path, offset: block.offset, sequence: nextSequence, reason: reason)
        }
        guard block.first == nextSequence else { return try broken("begins with record \(block.first)") }
        for _ in 0..<count {
            guard offset + JournalFormat.groupHeaderBytes <= end else { return try broken("is shorter than its groups") }
            let head = buffer + offset
            let n = Int(head.load(fromByteOffset: 4, as: UInt32.self)),
                stride = Int(head.load(fromByteOffset: 8, as: UInt32.self))
            let hasOffsets = head.load(fromByteOffset: 2, as: UInt16.self) & 1 == 1
            crc = cp_crc32c(crc, head, JournalFormat.groupHeaderBytes)
            offset += JournalFormat.groupHeaderBytes
            guard stride > 0, stride <= 4_096, n <= JournalFormat.mostBlockBytes else {
                return try broken("is shorter than its records")
            }
            let length = JournalFormat.padded(n * stride), sums = JournalFormat.padded(n * 4)
            guard offset + length + sums * (hasOffsets ? 2 : 1) <= end else { return try broken("is shorter than its records") }
            let expected = buffer + offset + length
            crc = cp_crc32c(crc, buffer + offset + n * stride, length - n * stride)
            crc = cp_crc32c(crc, expected, sums)
            if hasOffsets { crc = cp_crc32c(crc, expected + sums, sums) }
            groups.append(
                JournalGroup(
                    source: Int(head.load(as: UInt16.self)), stride: stride, count: n, first: sequence, records: buffer + offset,
                    latest: head.load(fromByteOffset: 16, as: Int64.self),
                    ingestTime: head.load(fromByteOffset: 24, as: Int64.self),
                    ingestOffsets: hasOffsets ? UnsafePointer((expected + sums).assumingMemoryBound(to: UInt32.self)) : nil))
            sequence += UInt64(n)
            records += n
            offset = offset + length + sums * (hasOffsets ? 2 : 1)
        }
        guard crc == load(UInt32.self, 44) else { return try broken("fails its checksum") }
        guard records == block.count, offset == end else { return try broken("does not hold the records that it counts") }
        for group in groups {
            let expected = group.records + JournalFormat.padded(group.count * group.stride)
            let bad = cp_first_bad_record(
                group.records, group.stride, group.count, group.first, expected.assumingMemoryBound(to: UInt32.self))
            guard bad < group.count else { continue }
            let place = block.offset + (group.records - (buffer + at)) + bad * group.stride
            if isLast, try isUnwritten(JournalFormat.blockHeaderBytes + body) { return false }
            throw .badRecord(path: path, offset: place, sequence: group.first + UInt64(bad), source: group.source)
        }
        return true
    }

    /// Whether a part of the block never reached the disk. A power cut can leave a file that is long enough, with any of the
    /// sectors that were not synced still zero; a sector is written whole or not at all, and none of ours is all zero.
    private func isUnwritten(_ length: Int) throws(JournalError) -> Bool {
        let available = min(try fill(length + Self.sector), length + Self.sector)
        var from = 0
        while from < min(length, available) {
            let to = min(available, from + Self.sector - (fileOffset + from) % Self.sector)
            if (from..<to).allSatisfy({ buffer.load(fromByteOffset: at + $0, as: UInt8.self) == 0 }) { return true }
            from = to
        }
        return false
    }
    private static let sector = 512
}
