import TradingModel

/// One element for the ledger, with the stamp that the journal's run gave it.
public struct LedgerRow: Sendable {
    public enum Content: Sendable {
        /// An order after an event: the orders' table, and the executions' where the event was one.
        case order(OrderUpdate)
        /// What the venue said, as it said it.
        case report(ExecutionReport)
        case position(PositionUpdate)
        case finding(Finding)
    }
    public var sequence: UInt64
    /// The place among the elements of that sequence that go to the ledger: the same in every run.
    public var ordinal: Int
    public var content: Content

    public init(sequence: UInt64, ordinal: Int, _ content: Content) {
        (self.sequence, self.ordinal, self.content) = (sequence, ordinal, content)
    }
}

/// All that the records `firstSequence ... lastSequence` had for the ledger. A sequence is never split over batches.
public struct LedgerBatch: Sendable {
    public var firstSequence: UInt64, lastSequence: UInt64
    /// By ascending stamp.
    public var rows: [LedgerRow]

    public init(firstSequence: UInt64, lastSequence: UInt64, rows: [LedgerRow]) {
        precondition(firstSequence <= lastSequence, "a batch's sequences ascend")
        (self.firstSequence, self.lastSequence, self.rows) = (firstSequence, lastSequence, rows)
    }
}

/// A difference that a reconciliation found, as the ledger keeps it: the reconciler's own words.
public struct LedgerBreak: Sendable, Hashable {
    /// The same for the same difference, in every run.
    public var id: String
    /// `B4` … `B10`.
    public var code: String
    public var symbol: String, key: String
    public var ours: String, theirs: String, exposure: String, evidence: String
    public var state: String

    public init(
        id: String, code: String, symbol: String, key: String, ours: String, theirs: String, exposure: String, evidence: String,
        state: String = "OPEN"
    ) {
        (self.id, self.code, self.symbol, self.key) = (id, code, symbol, key)
        (self.ours, self.theirs, self.exposure, self.evidence) = (ours, theirs, exposure, evidence)
        self.state = state
    }
}

/// Why the ledger could not do what was asked. The journal is not touched by any of it.
public enum LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)
    /// The file is of another version of the program.
    case otherVersion(path: String, found: Int, wanted: Int)
    case failed(String, path: String, reason: String)

    public var description: String {
        switch self {
        // A full or read-only disk is no fault of the file's, and SQLite calls both an error of I/O too.
        case .cannotOpen(let path, let reason) where reason.contains("disk"):
            "ledger \(path): cannot be opened (\(reason)): no room, or a disk that fails"
        case .cannotOpen(let path, let reason) where reason.contains("readonly"):
            "ledger \(path): cannot be opened (\(reason))"
        case .cannotOpen(let path, let reason):
            "ledger \(path): cannot be opened (\(reason)); delete it to have it rebuilt from the journal"
        case .otherVersion(let path, let found, let wanted):
            "ledger \(path): has layout \(found), this program writes \(wanted); delete it to have it rebuilt from the journal"
        case .failed(let what, let path, let reason):
            "ledger \(path): \(what) failed (\(reason)); nothing of the batch was kept"
        }
    }
}
