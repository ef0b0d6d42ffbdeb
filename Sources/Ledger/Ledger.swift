import GRDB
import PlainData
import TradingModel

/// The day in tables: a projection of the journal into one SQLite file, for people and for queries.
///
/// Every batch is one transaction that also stores the sequence it reaches. A batch that is not beyond that sequence
/// does nothing, so the ledger can be killed at any instruction, or deleted, and run over the journal again: the same
/// content, each row once. SQLite runs in WAL mode with `synchronous = NORMAL`: after a power failure the file is
/// whole but may be some batches behind, which the same replay makes up for.
///
/// - Throws: `LedgerError`, with the file's path and the next step.
public final class Ledger: Sendable {
    public let path: String
    let pool: DatabasePool
    let names: Names

    /// Opens the file, or makes it with empty tables.
    /// - Parameter names: the texts that the rows' numbers stand for.
    public init(path: String, names: Names) throws(LedgerError) {
        (self.path, self.names) = (path, names)
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        let found: Int
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            found = try pool.write { db in
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                guard version == 0 else { return version }
                try db.execute(sql: Schema.create)
                return Schema.version
            }
        } catch {
            throw .cannotOpen(path: path, reason: "\(error)")
        }
        guard found == Schema.version else {
            throw .otherVersion(path: path, found: found, wanted: Schema.version)
        }
    }

    /// The sequence up to which every row is in the tables; 0 for an empty ledger.
    public func progress() throws(LedgerError) -> UInt64 {
        try read("reading the progress") { try Self.progress($0) }
    }

    /// Books all rows beyond the progress, in one transaction with the sequence that the batch reaches.
    /// - Returns: how many rows were new.
    @discardableResult
    public func apply(_ batch: LedgerBatch) throws(LedgerError) -> Int {
        do {
            return try pool.write { db in
                let progress = try Self.progress(db)
                guard batch.lastSequence > progress else { return 0 }
                let writer = RowWriter(db: db, names: names)
                var count = 0
                for row in batch.rows where row.sequence > progress {
                    precondition(row.sequence <= batch.lastSequence, "a batch's rows lie within its sequences")
                    try writer.write(row)
                    count += 1
                }
                try db.cachedStatement(sql: "UPDATE progress SET sequence = ?")
                    .execute(arguments: [Int64(bitPattern: batch.lastSequence)])
                return count
            }
        } catch {
            throw .failed("batch \(batch.firstSequence)…\(batch.lastSequence)", path: path, reason: "\(error)")
        }
    }

    /// Stores what a reconciliation found, in place of what an earlier one of the same day found.
    public func replaceBreaks(_ breaks: [LedgerBreak]) throws(LedgerError) {
        do {
            try pool.write { db in
                try db.execute(sql: "DELETE FROM breaks")
                for row in breaks {
                    try db.cachedStatement(sql: "INSERT OR REPLACE INTO breaks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
                        arguments: [
                            row.id, row.code, row.symbol, row.key, row.ours, row.theirs, row.exposure, row.evidence, row.state,
                        ])
                }
            }
        } catch {
            throw .failed("storing \(breaks.count) breaks", path: path, reason: "\(error)")
        }
    }

    static func progress(_ db: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(db, sql: "SELECT sequence FROM progress") ?? 0)
    }

    func read<T>(_ what: String, _ body: (Database) throws -> T) throws(LedgerError) -> T {
        do { return try pool.read(body) } catch { throw .failed(what, path: path, reason: "\(error)") }
    }
}
