import CPlatform
import Glibc

/// How a journal lies on disk. Little-endian; every block starts at a multiple of 16 bytes.
///
///     journal/00000001.jrnl
///     segment header  64 B   magic, version, segment, first sequence, topology hash, CRC32C
///     block           48 B   magic, body length, first sequence, records, groups, watermark, ingest time, CRC32C
///       group         32 B   source, stride, records, newest event time, ingest offset
///         records     count × stride, padded to 16
///         checksums   count × 4, padded to 16: CRC32C of (sequence, record)
///         ingest      count × 4, padded to 16: nanoseconds after the block's ingest time (only where they differ)
///       group …
///
/// A record's own checksum names the record that a flipped bit hit; the block's covers all that lies around the records.
public enum JournalFormat {
    static let segmentMagic: UInt64 = 0x0031_4C4E_524A_4654  // "TFJRNL1\0"
    static let blockMagic: UInt32 = 0x314B_4C42  // "BLK1"
    static let version: UInt32 = 1
    static let segmentHeaderBytes = 64
    static let blockHeaderBytes = 48
    static let groupHeaderBytes = 32
    static let mostBlockBytes = 8 << 20

    @inline(__always) static func padded(_ n: Int) -> Int { (n + 15) & ~15 }

    static func fileName(_ segment: Int) -> String {
        let digits = String(segment)
        return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".jrnl"
    }
}

/// One run of records of one source inside a batch, as the sequencer hands it over and the reader gives it back.
public struct JournalGroup {
    public var source: Int
    public var stride: Int
    public var count: Int
    public var first: UInt64
    public var records: UnsafeMutableRawPointer
    /// The newest event time among them.
    public var latest: Int64
    /// When they came in, nanoseconds since 1970: all of them, or each in `ingestTimes`.
    public var ingestTime: Int64
    public var ingestOffsets: UnsafePointer<UInt32>?

    public init(
        source: Int, stride: Int, count: Int, first: UInt64, records: UnsafeMutableRawPointer, latest: Int64, ingestTime: Int64,
        ingestOffsets: UnsafePointer<UInt32>?
    ) {
        (self.source, self.stride, self.count, self.first, self.records) = (source, stride, count, first, records)
        (self.latest, self.ingestTime, self.ingestOffsets) = (latest, ingestTime, ingestOffsets)
    }

    public func ingestTime(_ i: Int) -> Int64 { ingestTime + Int64(ingestOffsets?[i] ?? 0) }
}

/// What can be wrong with a journal.
public enum JournalError: Error, Hashable, Sendable {
    case io(operation: String, path: String, errno: Int32)
    case notAJournal(path: String)
    case wrongVersion(path: String, found: UInt32)
    case badSegmentHeader(path: String)
    case badBlock(path: String, offset: Int, sequence: UInt64, reason: String)
    case badRecord(path: String, offset: Int, sequence: UInt64, source: Int)
    case gap(path: String, expected: UInt64, found: UInt64)
    case otherText(sequence: UInt64, number: UInt32, text: String)
    case locked(path: String, holder: String)
    case notADay(path: String)
    case alreadyADay(path: String, reason: String)
}

extension JournalError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .io(let operation, let path, let code):
            "\(path): cannot \(operation): \(errorText(code))"
        case .notAJournal(let path):
            "\(path): not a journal segment: it does not begin with TFJRNL1"
        case .wrongVersion(let path, let found):
            "\(path): journal version \(found), this floor reads version \(JournalFormat.version)"
        case .badSegmentHeader(let path):
            "\(path): the segment's header fails its checksum; restore the file from a copy"
        case .badBlock(let path, let offset, let sequence, let reason):
            "\(path): the block at byte \(offset), which should begin with record \(sequence), \(reason)"
        case .badRecord(let path, let offset, let sequence, let source):
            "\(path): record \(sequence) (source \(source), byte \(offset)) fails its checksum: it was changed after it was written"
        case .gap(let path, let expected, let found):
            "\(path): record \(expected) should come next, but record \(found) does: a segment is missing"
        case .otherText(let sequence, let number, let text):
            "record \(sequence) gives the number \(number) to \"\(text)\", which is another text's here; "
                + "run the day with the version of floor that recorded it"
        case .locked(let path, let holder):
            "\(path): in use by \(holder); two floors never share a data directory. Stop that one or choose another --data"
        case .notADay(let path):
            "\(path): no recorded day: there is no manifest.json. Record one with floor run TOPOLOGY --data \(path)"
        case .alreadyADay(let path, let reason):
            "\(path): holds another day: \(reason)"
        }
    }
}

func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
