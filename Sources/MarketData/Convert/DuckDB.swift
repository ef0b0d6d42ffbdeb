import Glibc
import PlainData
import TradingModel

/// Why Parquet could not be read or written.
public enum ParquetError: Error, Hashable, Sendable, CustomStringConvertible {
    case noDuckDB(file: String)
    case failed(file: String, reason: String)
    case unknownColumns(file: String, columns: String)

    public var description: String {
        switch self {
        case .noDuckDB(let file):
            "\(file): Parquet goes through DuckDB's command line, which is not here; pip install duckdb-cli, or set FLOOR_DUCKDB to its path"
        case .failed(let file, let reason): "\(file): DuckDB could not do it: \(reason)"
        case .unknownColumns(let file, let columns):
            "\(file): its columns \(columns) are those of no form; docs/files.md has the forms' columns"
        }
    }
}

/// Parquet as a pipe of CSV from or to DuckDB's command line: there is no reader or writer of Parquet here.
final class DuckDB {
    /// The pipe's end for this process, as a path that can be opened.
    var path: String { "/dev/fd/\(end)" }
    private let file: String
    private var process: pid_t
    private var end: Int32
    /// Where what it complains about goes.
    private let complaints: Int32
    /// What the finished file is renamed from.
    private var part: String?

    /// The rows of a Parquet file, as CSV with a header.
    static func reading(_ file: String) throws -> DuckDB {
        try requireReadable(file)
        return try DuckDB(file, query(file, limit: nil), isWriting: false)
    }

    private static func requireReadable(_ file: String) throws {
        guard access(file, R_OK) == 0 else {
            throw MarketDataError.cannotRead(file: file, cause: String(cString: strerror(errno)))
        }
    }

    /// A Parquet file of these elements, from CSV with a header. Times are TIMESTAMP_NS, prices and sizes exact decimals.
    static func writing(_ file: String, _ element: FileElement) throws -> DuckDB {
        let columns = columns(element).map { "\(text($0)): \(text($1))" }.joined(separator: ", ")
        let rows =
            "read_csv('/dev/stdin', auto_detect=false, header=true, delim=',', quote='\"', escape='\"', columns={\(columns)})"
        let query = "COPY (SELECT * FROM \(rows)) TO \(text(file + ".part")) (FORMAT parquet, COMPRESSION zstd)"
        let duck = try DuckDB(file, query, isWriting: true)
        duck.part = file + ".part"
        return duck
    }

    private static func query(_ file: String, limit: Int?) -> String {
        "COPY (SELECT * FROM read_parquet(\(text(file)))\(limit.map { " LIMIT \($0)" } ?? "")) TO '/dev/stdout' (FORMAT csv, HEADER)"
    }
    /// A text in SQL.
    private static func text(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func columns(_ element: FileElement) -> [(String, String)] {
        let (price, amount) = ("DECIMAL(19,9)", "DECIMAL(20,8)")
        let time = [("time", "TIMESTAMP_NS")], symbol = [("symbol", "VARCHAR")]
        switch element {
        case .trades:
            return time + symbol + [("price", price), ("size", amount), ("aggressor", "VARCHAR"), ("trade_id", "UBIGINT")]
        case .quotes: return time + symbol + [("bid", price), ("bid_size", amount), ("ask", price), ("ask_size", amount)]
        case .bars:
            return time + [("close_time", "TIMESTAMP_NS")] + symbol + ["open", "high", "low", "close"].map { ($0, price) }
                + [("volume", amount), ("vwap", price), ("trades", "UINTEGER")]
        case .book:
            return time + symbol + [("action", "VARCHAR"), ("side", "VARCHAR"), ("price", price), ("size", amount)]
                + [
                    ("order_id", "UBIGINT"), ("orders", "UINTEGER"), ("sequence", "UBIGINT"), ("flags", "UTINYINT"),
                    ("quality", "VARCHAR"),
                ]
        case .corrections:
            return time + symbol + [("trade_id", "UBIGINT"), ("price", price), ("size", amount)]
                + [("new_trade_id", "UBIGINT"), ("new_price", price), ("new_size", amount)]
        case .statuses: return time + TradingStatus.fieldNames.dropFirst().map { ($0, "VARCHAR") }
        case .definitions:
            // Its other numbers are counts and codes; texts are empty more often than not.
            let prices: Set = [
                "strike_price", "min_price_increment", "min_price_increment_amount", "display_factor", "price_ratio",
                "high_limit_price", "low_limit_price", "max_price_variation", "unit_of_measure_qty",
            ]
            let times: Set = ["activation", "expiration"]
            let counts: Set = [
                "instrument_id", "underlying_id", "maturity_year", "maturity_month", "maturity_day", "contract_multiplier",
                "original_contract_size", "min_lot_size", "min_lot_size_block", "min_lot_size_round_lot", "min_trade_vol",
                "max_trade_vol", "leg_count", "leg_index", "leg_instrument_id", "leg_ratio_qty_numerator",
                "leg_ratio_qty_denominator",
            ]
            return time
                + InstrumentDefinition.fieldNames.dropFirst().map { name in
                    (
                        name,
                        prices.contains(name)
                            ? price : times.contains(name) ? "TIMESTAMP_NS" : counts.contains(name) ? "BIGINT" : "VARCHAR"
                    )
                }
        }
    }

    /// The form whose columns a file has.
    static func format(of file: String) throws -> FileFormat {
        try requireReadable(file)
        let probe = try DuckDB(file, query(file, limit: 0), isWriting: false)
        let bytes = try ByteFile(probe.path).take(1 << 16)
        try probe.finish()
        let header = String(decoding: bytes.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
        guard let format = MarketFile.detect(header: header) else {
            throw ParquetError.unknownColumns(file: file, columns: header)
        }
        return format
    }

    private init(_ file: String, _ query: String, isWriting: Bool) throws {
        guard let program = Self.program else { throw ParquetError.noDuckDB(file: file) }
        var ends: [Int32] = [0, 0]
        // A file without a name: nobody has to remove it.
        guard let unnamed = tmpfile() else { throw ParquetError.failed(file: file, reason: String(cString: strerror(errno))) }
        let complaints = dup(fileno(unnamed))
        fclose(unnamed)
        guard complaints >= 0, pipe(&ends) == 0 else {
            throw ParquetError.failed(file: file, reason: String(cString: strerror(errno)))
        }
        for descriptor in ends + [complaints] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let (own, other) = isWriting ? (ends[1], ends[0]) : (ends[0], ends[1])
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, other, isWriting ? STDIN_FILENO : STDOUT_FILENO)
        if isWriting {
            posix_spawn_file_actions_adddup2(&actions, complaints, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO)
        // Where it ends before it has read all, what it says about that is worth more than a signal.
        if isWriting { signal(SIGPIPE, SIG_IGN) }
        // No settings of the user's change what comes out.
        let texts = [program, "-batch", "-init", "/dev/null", "-c", query]
        var arguments: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var process: pid_t = 0
        let status = posix_spawn(&process, program, &actions, nil, arguments, environ)
        close(other)
        (self.file, self.process, end, self.complaints) = (file, process, own, complaints)
        guard status == 0 else {
            self.process = 0
            throw ParquetError.failed(file: file, reason: "\(program): \(String(cString: strerror(status)))")
        }
    }

    deinit {
        closeEnd()
        if process > 0 {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(complaints)
    }

    private func closeEnd() {
        if end >= 0 { close(end) }
        end = -1
    }

    /// The descriptor to write to; it is this object's.
    var descriptor: Int32 { end }

    /// When all is read or written: waits for DuckDB, and says what it complained about.
    func finish() throws {
        closeEnd()
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        process = 0
        guard status == 0 else {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = pread(complaints, &bytes, bytes.count, 0)
            let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
            if let part { unlink(part) }
            throw ParquetError.failed(file: file, reason: lines.first.map(String.init) ?? "it ended with status \(status)")
        }
        if let part, rename(part, file) != 0 { throw WritingError(path: file, reason: String(cString: strerror(errno))) }
    }

    /// `FLOOR_DUCKDB`, or `duckdb` on the path or in `.venv`.
    private static var program: String? {
        if let said = getenv("FLOOR_DUCKDB") {
            let path = String(cString: said)
            return access(path, X_OK) == 0 ? path : nil
        }
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map(String.init)
        return (folders + [".venv/bin"]).map { $0 + "/duckdb" }.first { access($0, X_OK) == 0 }
    }
}
