/// The tables. Prices are whole numbers of 1e-9, quantities of 1e-8, times nanoseconds since 1970 UTC, money a decimal
/// text of 17 places: exact, all of them. The views beside them show decimals.
enum Schema {
    static let version = 1

    static let create = """
        CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL);
        INSERT INTO progress VALUES (1, 0);

        CREATE TABLE orders (
            root_id TEXT PRIMARY KEY, cl_ord_id TEXT NOT NULL, parent_id TEXT, symbol TEXT NOT NULL, account TEXT NOT NULL,
            strategy TEXT NOT NULL, side TEXT NOT NULL, ord_status TEXT NOT NULL, order_qty INTEGER NOT NULL,
            cum_qty INTEGER NOT NULL, leaves_qty INTEGER NOT NULL, avg_px INTEGER, cum_notional TEXT NOT NULL,
            pending INTEGER NOT NULL, certainty TEXT NOT NULL, first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL, entered INTEGER NOT NULL, updated INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE executions (
            sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, time INTEGER NOT NULL, root_id TEXT NOT NULL,
            cl_ord_id TEXT NOT NULL, exec_id TEXT NOT NULL, exec_ref_id TEXT, exec_type TEXT NOT NULL, symbol TEXT NOT NULL,
            account TEXT NOT NULL, strategy TEXT NOT NULL, side TEXT NOT NULL, quantity INTEGER NOT NULL, price INTEGER,
            is_live INTEGER NOT NULL, PRIMARY KEY (sequence, ordinal)
        ) WITHOUT ROWID;
        CREATE INDEX executions_of_order ON executions (root_id, exec_id);

        CREATE TABLE reports (
            sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, time INTEGER NOT NULL, msg_type TEXT NOT NULL,
            cl_ord_id TEXT NOT NULL, orig_cl_ord_id TEXT, order_id TEXT, exec_id TEXT, exec_ref_id TEXT, exec_type TEXT,
            ord_status TEXT NOT NULL, symbol TEXT, order_qty INTEGER NOT NULL, cum_qty INTEGER NOT NULL,
            leaves_qty INTEGER NOT NULL, last_qty INTEGER NOT NULL, last_px INTEGER, msg_seq_num INTEGER NOT NULL, text TEXT,
            PRIMARY KEY (sequence, ordinal)
        ) WITHOUT ROWID;

        CREATE TABLE positions (
            account TEXT NOT NULL, strategy TEXT NOT NULL, symbol TEXT NOT NULL, quantity INTEGER NOT NULL,
            working_buy INTEGER NOT NULL, working_sell INTEGER NOT NULL, avg_px INTEGER, last_px INTEGER,
            realised TEXT NOT NULL, cash TEXT NOT NULL, sequence INTEGER NOT NULL, updated INTEGER NOT NULL,
            PRIMARY KEY (account, strategy, symbol)
        ) WITHOUT ROWID;

        CREATE TABLE decisions (
            sequence INTEGER NOT NULL, ordinal INTEGER NOT NULL, time INTEGER NOT NULL, cl_ord_id TEXT NOT NULL,
            symbol TEXT NOT NULL, account TEXT NOT NULL, strategy TEXT NOT NULL, check_code TEXT NOT NULL,
            outcome TEXT NOT NULL, measured REAL, allowed REAL, reference_age INTEGER, PRIMARY KEY (sequence, ordinal)
        ) WITHOUT ROWID;

        CREATE TABLE breaks (
            id TEXT PRIMARY KEY, code TEXT NOT NULL, symbol TEXT NOT NULL, key TEXT NOT NULL, ours TEXT NOT NULL,
            theirs TEXT NOT NULL, exposure TEXT NOT NULL, evidence TEXT NOT NULL, state TEXT NOT NULL
        ) WITHOUT ROWID;

        CREATE VIEW orders_readable AS SELECT root_id, cl_ord_id, parent_id, symbol, account, strategy, side, ord_status,
            \(decimal("order_qty", 8)), \(decimal("cum_qty", 8)), \(decimal("leaves_qty", 8)), \(decimal("avg_px", 9)),
            cum_notional, pending, certainty, \(utc("entered")), \(utc("updated")) FROM orders;
        CREATE VIEW executions_readable AS SELECT sequence, \(utc("time")), root_id, cl_ord_id, exec_id, exec_ref_id, exec_type,
            symbol, account, strategy, side, \(decimal("quantity", 8)), \(decimal("price", 9)), is_live FROM executions;
        CREATE VIEW positions_readable AS SELECT account, strategy, symbol, \(decimal("quantity", 8)),
            \(decimal("working_buy", 8)), \(decimal("working_sell", 8)), \(decimal("avg_px", 9)), \(decimal("last_px", 9)),
            realised, cash, \(utc("updated")) FROM positions;

        PRAGMA user_version = \(version);
        """

    /// A scaled whole number as a decimal without trailing zeros. The remainder carries the sign of the number, so the
    /// parts are printed by their digits alone; the sign comes from the text, which has one for every number.
    private static func decimal(_ column: String, _ scale: Int) -> String {
        let one = "1" + String(repeating: "0", count: scale)
        return """
            CASE WHEN \(column) IS NULL THEN NULL ELSE (CASE WHEN \(column) < 0 THEN '-' ELSE '' END) ||
            rtrim(rtrim(printf('%s.%0\(scale)d', ltrim(\(column) / \(one), '-'), ltrim(\(column) % \(one), '-')), '0'), '.')
            END AS \(column)
            """
    }

    /// Nanoseconds as ISO 8601 in UTC.
    private static func utc(_ column: String) -> String {
        """
        strftime('%Y-%m-%dT%H:%M:%S', \(column) / 1000000000, 'unixepoch') || printf('.%09dZ', \(column) % 1000000000)
        AS \(column)
        """
    }
}
