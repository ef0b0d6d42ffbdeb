import CPlatform
import PlainData

/// The state of a whole floor after one record: from here and the journal's tail it goes on as if it had never ended.
///
///     header    64 B   magic, version, parts, sequence, topology hash, length, CRC32C
///     part             name length, version, state length, CRC32C of all else in the part; name; state
///     part …
///
/// Little-endian. Every part stands for itself: the watermarks, the names, each source's count, each operator, each sink.
public struct Checkpoint: Sendable, Equatable {
    /// One named piece of state, in the version of the code that wrote it.
    public struct Part: Sendable, Equatable {
        public var name: String, version: Int, bytes: [UInt8]

        public init(name: String, version: Int, bytes: [UInt8]) {
            (self.name, self.version, self.bytes) = (name, version, bytes)
        }
    }
    /// The last record that the state contains.
    public var sequence: UInt64
    /// The hash of the topology whose state it is.
    public var topologyHash: UInt64
    public var parts: [Part]

    public init(sequence: UInt64, topologyHash: UInt64, parts: [Part]) {
        (self.sequence, self.topologyHash, self.parts) = (sequence, topologyHash, parts)
    }

    public func part(_ name: String) -> Part? { parts.first { $0.name == name } }
}

extension Checkpoint {
    static let magic: UInt64 = 0x0031_5054_4B43_4654  // "TFCKPT1\0"
    static let version: UInt32 = 1
    static let headerBytes = 64
    private static let partHeaderBytes = 16

    /// The file's bytes.
    public func encoded() -> [UInt8] {
        var body = Bytes()
        for part in parts {
            let name = Array(part.name.utf8)
            var head = Bytes()
            head.append(UInt16(name.count))
            head.append(UInt16(part.version))
            head.append(UInt64(part.bytes.count))
            let content = name + part.bytes
            let sum = Checkpoint.checksum(head.storage + content)
            head.append(sum)
            body.storage += head.storage
            body.storage += content
        }
        var header = Bytes()
        header.append(Checkpoint.magic)
        header.append(Checkpoint.version)
        header.append(UInt32(parts.count))
        header.append(sequence)
        header.append(topologyHash)
        header.append(UInt64(body.storage.count))
        header.storage += [UInt8](repeating: 0, count: Checkpoint.headerBytes - 4 - header.storage.count)
        header.append(Checkpoint.checksum(header.storage))
        return header.storage + body.storage
    }

    /// - Throws: `CheckpointFlaw` for anything that is not exactly what `encoded` makes.
    public init(_ bytes: [UInt8]) throws(CheckpointFlaw) {
        guard bytes.count >= Checkpoint.headerBytes else { throw .unfinished(bytes: bytes.count) }
        var reader = Reader(bytes)
        guard reader.take(UInt64.self) == Checkpoint.magic else { throw .notACheckpoint }
        let format = reader.take(UInt32.self), count = reader.take(UInt32.self)
        (sequence, topologyHash) = (reader.take(UInt64.self), reader.take(UInt64.self))
        let length = reader.take(UInt64.self)
        reader.at = Checkpoint.headerBytes - 4
        guard reader.take(UInt32.self) == Checkpoint.checksum(bytes.prefix(Checkpoint.headerBytes - 4)) else {
            throw .checksum(part: "header")
        }
        guard format == Checkpoint.version else { throw .wrongFormat(found: format) }
        guard UInt64(bytes.count - Checkpoint.headerBytes) == length else { throw .unfinished(bytes: bytes.count) }
        parts = []
        for _ in 0..<count {
            guard reader.left >= Checkpoint.partHeaderBytes else { throw .unfinished(bytes: bytes.count) }
            let head = bytes[reader.at..<reader.at + Checkpoint.partHeaderBytes - 4]
            let nameLength = Int(reader.take(UInt16.self)), version = Int(reader.take(UInt16.self))
            let stateLength = reader.take(UInt64.self), expected = reader.take(UInt32.self)
            guard UInt64(reader.left) >= UInt64(nameLength), UInt64(reader.left - nameLength) >= stateLength else {
                throw .unfinished(bytes: bytes.count)
            }
            let whole = reader.slice(nameLength + Int(stateLength))
            let name = String(decoding: whole.prefix(nameLength), as: UTF8.self)
            guard Checkpoint.checksum(head + whole) == expected else { throw .checksum(part: name) }
            parts.append(Part(name: name, version: version, bytes: Array(whole.dropFirst(nameLength))))
        }
        guard reader.left == 0 else { throw .unfinished(bytes: bytes.count) }
    }

    private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        Array(bytes).withUnsafeBytes { raw in raw.baseAddress.map { cp_crc32c(0, $0, raw.count) } ?? 0 }
    }

    private struct Bytes {
        var storage: [UInt8] = []
        mutating func append<T: FixedWidthInteger>(_ value: T) {
            withUnsafeBytes(of: value.littleEndian) { storage.append(contentsOf: $0) }
        }
    }
    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        var left: Int { bytes.count - at }

        init(_ bytes: [UInt8]) { self.bytes = bytes }
        /// The caller has made sure that there are enough.
        mutating func take<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) -> T {
            defer { at += MemoryLayout<T>.size }
            return T(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: T.self) })
        }
        mutating func slice(_ n: Int) -> ArraySlice<UInt8> {
            defer { at += n }
            return bytes[at..<at + n]
        }
    }
}

/// Why a file holds no checkpoint that can be believed.
public enum CheckpointFlaw: Error, Hashable, Sendable {
    case notACheckpoint
    case wrongFormat(found: UInt32)
    /// The end is missing, or there is more than there should be.
    case unfinished(bytes: Int)
    case checksum(part: String)
}

extension CheckpointFlaw: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notACheckpoint: "not a checkpoint: it does not begin with TFCKPT1"
        case .wrongFormat(let found): "checkpoint format \(found), this floor reads format \(Checkpoint.version)"
        case .unfinished(let bytes): "unfinished: its \(bytes) bytes are not what its header counts"
        case .checksum(let part): "part \(part) fails its checksum: it was changed after it was written"
        }
    }
}
