import PlainData

/// The day's `checkpoints/`: `NNNNNNNNNNNNNNNNNNNN.ckpt`, named by the last record that each contains.
///
/// A new one is written beside the others and then named, so that a crash leaves the earlier ones as they were. The one
/// before the newest is kept for the day when the newest cannot be read.
public struct CheckpointFolder: Sendable {
    static let kept = 2
    public let path: String
    private let storage: any Storage

    public init(_ path: String, storage: any Storage = DiskStorage()) { (self.path, self.storage) = (path, storage) }

    private static func fileName(_ sequence: UInt64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits + ".ckpt"
    }
    private func file(_ sequence: UInt64) -> String { path + "/" + Self.fileName(sequence) }

    /// The records after which there are checkpoints, the newest first.
    public func sequences() throws(JournalError) -> [UInt64] {
        try storage.list(path).compactMap { name in
            guard name.hasSuffix(".ckpt"), let sequence = UInt64(name.dropLast(5)), Self.fileName(sequence) == name else {
                return nil
            }
            return sequence
        }.sorted(by: >)
    }

    /// Writes it durably, then removes all but the newest two, and what crashes left unfinished.
    /// - Returns: its size in bytes.
    @discardableResult public func write(_ checkpoint: Checkpoint) throws(JournalError) -> Int {
        let bytes = checkpoint.encoded()
        try storage.writeAtomically(file(checkpoint.sequence), bytes)
        for old in try sequences().dropFirst(Self.kept) { try storage.remove(file(old)) }
        for name in try storage.list(path) where name.hasSuffix(".ckpt.new") { try storage.remove(path + "/" + name) }
        return bytes.count
    }

    /// What is in one file.
    public func read(_ sequence: UInt64) throws -> Checkpoint {
        guard let bytes = try storage.contents(of: file(sequence)) else {
            throw JournalError.io(operation: "open the checkpoint", path: file(sequence), errno: 2)
        }
        do {
            let checkpoint = try Checkpoint(bytes)
            guard checkpoint.sequence == sequence else { throw CheckpointFlaw.checksum(part: "header") }
            return checkpoint
        } catch { throw UnreadableCheckpoint(path: file(sequence), flaw: error) }
    }

    /// The newest that can be read, is of this topology, and is not refused.
    /// - Parameters:
    ///   - refusal: why a sound one cannot be used here, for instance since the journal does not reach it; nil if it can.
    ///   - notice: gets a line for each that was passed over.
    public func newest(
        topologyHash: UInt64, upTo last: UInt64 = .max, refusal: (Checkpoint) throws -> String? = { _ in nil },
        notice: (String) -> Void
    ) throws -> Checkpoint? {
        for sequence in try sequences() where sequence <= last {
            let found: Checkpoint
            do { found = try read(sequence) } catch {
                notice("\(error); passed over")
                continue
            }
            guard found.topologyHash == topologyHash else {
                notice(
                    "\(file(sequence)): of another topology (\(hex(found.topologyHash)), not \(hex(topologyHash))); passed over")
                continue
            }
            if let reason = try refusal(found) {
                notice("\(file(sequence)): \(reason); passed over")
                continue
            }
            return found
        }
        return nil
    }
}

/// A checkpoint's file, and what is wrong with it.
public struct UnreadableCheckpoint: Error, CustomStringConvertible {
    public let path: String, flaw: any Error
    public var description: String { "\(path): \(flaw)" }
}
