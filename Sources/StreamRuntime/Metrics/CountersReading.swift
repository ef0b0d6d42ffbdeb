import CPlatform
import Glibc
import PlainData

/// Why counters cannot be read.
public enum CountersError: Error, Equatable, CustomStringConvertible {
    case missing(path: String, cause: String)
    case foreign(path: String)
    case otherVersion(path: String, found: UInt32)
    case otherLayout(path: String)
    case damaged(path: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let path, let cause):
            "\(path): no counters: \(cause); a floor writes them while it runs with --data"
        case .foreign(let path): "\(path): not a counters file"
        case .otherVersion(let path, let found):
            "\(path): counters of version \(found), this floor reads version \(CountersHeader.version); use the floor that wrote it"
        case .otherLayout(let path): "\(path): counters of another build of floor; read them with the floor that wrote them"
        case .damaged(let path, let reason): "\(path): the counters are damaged: \(reason)"
        }
    }
}

/// Every counter as it was at one instant. A word may be a batch older than its neighbour; none is half a word.
public struct CountersReading: Sendable {
    struct Record<Cell: BitwiseCopyable & Sendable>: Sendable {
        let number: UInt64, name: String, cell: Cell
        /// What stands behind the name.
        let texts: [String]
        var histogram = HistogramFigures()
    }
    private(set) var header = CountersHeader()
    private(set) var threads: [Record<ThreadCell>] = []
    private(set) var stages: [Record<StageCell>] = []
    private(set) var edges: [Record<EdgeCell>] = []
    private(set) var sources: [Record<SourceCell>] = []
    private(set) var journals: [Record<JournalCell>] = []
    private(set) var checkpoints: [Record<CheckpointCell>] = []
    private(set) var series: [Record<SeriesCell>] = []
    private(set) var paths: [Record<PathCell>] = []

    /// This process's own, brought up to now.
    public init(_ counters: Counters) throws(CountersError) {
        counters.sample()
        try self.init(bytes: counters.memory.snapshot(), path: "the counters")
    }
    /// Those that a process keeps, or kept, in a file.
    public init(path: String) throws(CountersError) {
        try self.init(bytes: try Self.read(path), path: path)
    }

    init(bytes: [UInt8], path: String) throws(CountersError) {
        guard bytes.count >= 16, bytes.load(at: 0, as: UInt64.self) == CountersHeader.magic else { throw .foreign(path: path) }
        let version = bytes.load(at: 8, as: UInt32.self)
        guard version == CountersHeader.version else { throw .otherVersion(path: path, found: version) }
        guard bytes.count >= CountersHeader.byteCount else {
            throw .damaged(path: path, reason: "it is cut off after \(bytes.count) bytes")
        }
        header = bytes.load(at: 0, as: CountersHeader.self)
        let sum = bytes.withUnsafeBytes { raw in
            raw.baseAddress.map { UInt64(cp_crc32c(0, $0, CountersHeader.constantBytes)) }
        }
        guard sum == header.checksum else { throw .damaged(path: path, reason: "its header fails its checksum") }
        guard header.layout == CellKind.layoutHash, header.chunkBytes == CounterMemory.chunkBytes else {
            throw .otherLayout(path: path)
        }
        let chunkBytes = CounterMemory.chunkBytes
        guard header.chunks >= 1, header.chunks <= bytes.count / chunkBytes else {
            throw .damaged(path: path, reason: "it has \(bytes.count) bytes where \(header.chunks) × \(chunkBytes) belong")
        }
        var number: UInt64 = 0
        for chunk in 0..<Int(header.chunks) {
            let end = (chunk + 1) * chunkBytes
            var at = chunk == 0 ? CountersHeader.byteCount : chunk * chunkBytes
            while at + CounterMemory.headBytes <= end {
                let head = bytes.load(at: at, as: CounterMemory.RecordHead.self)
                if head.byteCount == 0 { break }
                number += 1
                guard let kind = CellKind(rawValue: head.kind), Int(head.cellBytes) == kind.byteCount,
                    head.byteCount % 64 == 0, Int(head.byteCount) >= CounterMemory.headBytes + kind.byteCount,
                    at + Int(head.byteCount) <= end,
                    let texts = Self.texts(
                        bytes, at + CounterMemory.headBytes + kind.byteCount, at + Int(head.byteCount), head.texts)
                else { throw .damaged(path: path, reason: "the record at byte \(at) is none") }
                add(kind, number, texts, bytes, at + CounterMemory.headBytes)
                at += Int(head.byteCount)
            }
        }
    }

    private static func texts(_ bytes: [UInt8], _ from: Int, _ end: Int, _ count: UInt32) -> [String]? {
        var texts: [String] = [], at = from
        guard count >= 1, count <= 64 else { return nil }
        for _ in 0..<count {
            guard at + 2 <= end else { return nil }
            let length = Int(bytes.load(at: at, as: UInt16.self))
            guard at + 2 + length <= end else { return nil }
            texts.append(String(decoding: bytes[(at + 2)..<(at + 2 + length)], as: UTF8.self))
            at += 2 + length
        }
        return texts
    }

    private mutating func add(_ kind: CellKind, _ number: UInt64, _ texts: [String], _ bytes: [UInt8], _ at: Int) {
        func record<C: BitwiseCopyable>(_ type: C.Type, _ histogram: HistogramFigures = HistogramFigures()) -> Record<C> {
            Record(
                number: number, name: texts[0], cell: bytes.load(at: at, as: type), texts: Array(texts.dropFirst()),
                histogram: histogram)
        }
        func histogram(after cellBytes: Int) -> HistogramFigures {
            HistogramFigures(
                sum: bytes.load(at: at + cellBytes - 8, as: UInt64.self),
                buckets: (0..<Histogram.size).map { bytes.load(at: at + cellBytes + 8 * $0, as: UInt64.self) })
        }
        switch kind {
        case .thread: threads.append(record(ThreadCell.self))
        case .stage: stages.append(record(StageCell.self, histogram(after: MemoryLayout<StageCell>.size)))
        case .edge: edges.append(record(EdgeCell.self))
        case .source: sources.append(record(SourceCell.self))
        case .journal: journals.append(record(JournalCell.self))
        case .checkpoint: checkpoints.append(record(CheckpointCell.self))
        case .series: series.append(record(SeriesCell.self))
        case .path: paths.append(record(PathCell.self, histogram(after: MemoryLayout<PathCell>.size)))
        }
    }

    private static func read(_ path: String) throws(CountersError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .missing(path: path, cause: errorText(errno)) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .missing(path: path, cause: "it is not a file")
        }
        let count = min(Int(status.st_size), 1 << 30)
        guard count > 0 else { throw .damaged(path: path, reason: "it is empty") }
        guard let memory = mmap(nil, count, PROT_READ, MAP_SHARED, file, 0), memory != MAP_FAILED else {
            throw .missing(path: path, cause: errorText(errno))
        }
        defer { munmap(memory, count) }
        return [UInt8](UnsafeRawBufferPointer(start: memory, count: count))
    }
}

extension [UInt8] {
    /// A value at any place; the caller has checked that it lies within.
    func load<T: BitwiseCopyable>(at offset: Int, as type: T.Type) -> T {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
}
