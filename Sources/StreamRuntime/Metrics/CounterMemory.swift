import CPlatform
import Glibc
import PlainData
import Synchronization

/// Zeroed memory in chunks that never move, filled with records: a head, the cell, then the texts that name it.
///
///     record head  64 B   bytes of the record, kind, bytes of the cell, texts
///     cell                plain words, as `Cells.swift` has them
///     texts               length (2 bytes) and UTF-8, one after the other
///
/// A record begins at a multiple of 64 and lies within one chunk; a head of zero ends the chunk. The counters file is the
/// chunks one after the other.
final class CounterMemory: @unchecked Sendable {
    // The list of chunks is guarded by `lock`; the words in them have one writer each, and readers that may be late.
    static let chunkBytes = 256 << 10
    static let headBytes = 64

    struct RecordHead {
        var byteCount: UInt32 = 0
        var kind: UInt32 = 0
        var cellBytes: UInt32 = 0, texts: UInt32 = 0
    }
    private let lock = Mutex<Void>(())
    private var chunks: [UnsafeMutableRawPointer]
    /// Bytes of the last chunk, and records in all.
    private var used = CountersHeader.byteCount, records: UInt64 = 0
    let header: UnsafeMutablePointer<CountersHeader>

    init() {
        chunks = [Self.makeChunk()]
        header = chunks[0].bindMemory(to: CountersHeader.self, capacity: 1)
        header.initialize(to: CountersHeader())
        header.pointee.chunks = 1
    }
    deinit { for chunk in chunks { munmap(chunk, Self.chunkBytes) } }

    private static func makeChunk() -> UnsafeMutableRawPointer {
        let memory = mmap(nil, chunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            preconditionFailure("no memory for \(chunkBytes) bytes of counters: \(errorText(errno))")
        }
        return memory
    }

    /// A new record, of zeros.
    /// - Returns: its number, from 1, and where its cell lies.
    func append(_ kind: CellKind, texts: [String]) -> (number: UInt64, cell: UnsafeMutableRawPointer) {
        let texts = texts.map { Array($0.utf8.prefix(1_024)) }
        let bytes = texts.reduce(Self.headBytes + kind.byteCount) { $0 + 2 + $1.count }
        let padded = (bytes + 63) & ~63
        return lock.withLock { _ in
            if used + padded > Self.chunkBytes - Self.headBytes {
                chunks.append(Self.makeChunk())
                used = 0
                header.pointee.chunks += 1
            }
            let record = chunks[chunks.count - 1] + used
            var at = record + Self.headBytes + kind.byteCount
            for text in texts {
                at.storeBytes(of: UInt16(text.count), as: UInt16.self)
                text.withUnsafeBytes { (at + 2).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(at), byteCount: $0.count) }
                at += 2 + text.count
            }
            // Last, so that who reads meanwhile sees the record whole or not at all.
            record.storeBytes(
                of: RecordHead(
                    byteCount: UInt32(padded), kind: kind.rawValue, cellBytes: UInt32(kind.byteCount), texts: UInt32(texts.count)),
                as: RecordHead.self)
            used += padded
            records += 1
            return (records, record + Self.headBytes)
        }
    }

    /// The chunks as they are, in order.
    var list: [UnsafeMutableRawPointer] { lock.withLock { _ in chunks } }

    /// A copy of everything. A word may be a batch older than its neighbour.
    func snapshot() -> [UInt8] {
        let list = self.list
        return [UInt8](unsafeUninitializedCapacity: list.count * Self.chunkBytes) { bytes, count in
            guard let base = bytes.baseAddress else { return }
            for (i, chunk) in list.enumerated() { memcpy(base + i * Self.chunkBytes, chunk, Self.chunkBytes) }
            count = list.count * Self.chunkBytes
        }
    }
}
