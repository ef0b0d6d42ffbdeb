import PlainData

/// Somebody whose state belongs into a checkpoint, under a name that is its own.
public struct CheckpointPart {
    public let name: String
    /// The version of the state that is written now, and the oldest that `code` still reads.
    public let version: Int, oldest: Int
    let code: (inout StateCoder) -> Void

    /// - Parameter code: saves or restores, as the coder says; an older state is recognised by `coder.version`.
    public init(_ name: String, version: Int = 1, oldest: Int? = nil, code: @escaping (inout StateCoder) -> Void) {
        (self.name, self.version, self.oldest, self.code) = (name, version, oldest ?? version, code)
    }

    public func save() -> Checkpoint.Part {
        var coder = StateCoder()
        code(&coder)
        return Checkpoint.Part(name: name, version: version, bytes: coder.bytes)
    }

    /// - Throws: before anything is touched when the version cannot be read.
    func check(_ part: Checkpoint.Part, at sequence: UInt64) throws(CheckpointError) {
        guard (oldest...version).contains(part.version) else {
            throw .otherVersion(part: name, found: part.version, oldest: oldest, newest: version, sequence: sequence)
        }
    }
    public func restore(_ part: Checkpoint.Part, at sequence: UInt64) throws(CheckpointError) {
        try check(part, at: sequence)
        var coder = StateCoder(restoring: part.bytes, version: part.version)
        code(&coder)
        guard coder.isAtEnd else { throw .doesNotFit(part: name, sequence: sequence) }
    }
}

/// Why a sound checkpoint cannot be gone on from.
public enum CheckpointError: Error, Hashable, Sendable {
    case otherVersion(part: String, found: Int, oldest: Int, newest: Int, sequence: UInt64)
    case doesNotFit(part: String, sequence: UInt64)
    case missing(part: String, sequence: UInt64)
}

extension CheckpointError: CustomStringConvertible {
    private static let advice =
        "finish the day with the floor that recorded it, or remove the day's checkpoints/*.ckpt to recover from the journal alone"

    public var description: String {
        switch self {
        case .otherVersion(let part, let found, let oldest, let newest, let sequence):
            "checkpoint of record \(sequence): the state of \(part) is of version \(found), this floor reads "
                + (oldest == newest ? "version \(newest)" : "versions \(oldest) to \(newest)") + "; \(Self.advice)"
        case .doesNotFit(let part, let sequence):
            "checkpoint of record \(sequence): the state of \(part) does not fit this floor's; \(Self.advice)"
        case .missing(let part, let sequence):
            "checkpoint of record \(sequence): it has no state of \(part); \(Self.advice)"
        }
    }
}

/// All parts of one floor, in their order.
public struct CheckpointParts {
    public private(set) var parts: [CheckpointPart] = []

    public init() {}

    public mutating func add(_ part: CheckpointPart) {
        precondition(!parts.contains { $0.name == part.name }, "two parts of a checkpoint are named \(part.name)")
        parts.append(part)
    }
    public func save() -> [Checkpoint.Part] { parts.map { $0.save() } }

    /// Whether all of them can be read; nothing is touched yet.
    public func check(_ checkpoint: Checkpoint) throws(CheckpointError) {
        for part in parts {
            guard let saved = checkpoint.part(part.name) else {
                throw .missing(part: part.name, sequence: checkpoint.sequence)
            }
            try part.check(saved, at: checkpoint.sequence)
        }
    }
    public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
        try check(checkpoint)
        for part in parts {
            guard let saved = checkpoint.part(part.name) else { continue }
            try part.restore(saved, at: checkpoint.sequence)
        }
    }
}
