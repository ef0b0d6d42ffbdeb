/// Cuts bytes into lines and fields as RFC 4180 has them: quotes around a field, two quotes for one inside, LF or CRLF.
struct CSVRows {
    struct Field {
        /// Where the field begins, in bytes from 1.
        var column: Int
        var bytes: [UInt8]
    }
    enum Flaw: Error {
        case openQuote(column: Int)
        case textAfterQuote(column: Int)
    }
    private let bytes: [UInt8]
    private var at = 0
    /// The line of the row that was read last.
    private(set) var line = 0
    private var nextLine = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }  // a byte order mark
    }

    /// The next row that is not empty; nil at the end.
    mutating func next() throws(Flaw) -> [Field]? {
        while at < bytes.count {
            line = nextLine
            let row = try self.row()
            if row.count > 1 || row.first?.bytes.isEmpty == false { return row }
        }
        return nil
    }

    private mutating func row() throws(Flaw) -> [Field] {
        let start = at
        var fields: [Field] = []
        while true {
            fields.append(try field(from: start))
            guard at < bytes.count, bytes[at] == 0x2C else { break }
            at += 1
        }
        if at < bytes.count, bytes[at] == 0x0D { at += 1 }
        if at < bytes.count, bytes[at] == 0x0A { at += 1 }
        nextLine += 1
        return fields
    }

    private mutating func field(from start: Int) throws(Flaw) -> Field {
        let column = at - start + 1
        guard at < bytes.count, bytes[at] == 0x22 else {
            let first = at
            while at < bytes.count, bytes[at] != 0x2C, !isLineEnd { at += 1 }
            return Field(column: column, bytes: Array(bytes[first..<at]))
        }
        var text: [UInt8] = []
        at += 1
        while at < bytes.count {
            if bytes[at] == 0x22 {
                at += 1
                guard at < bytes.count, bytes[at] == 0x22 else {
                    guard at == bytes.count || bytes[at] == 0x2C || isLineEnd else {
                        throw .textAfterQuote(column: at - start + 1)
                    }
                    return Field(column: column, bytes: text)
                }
            } else if bytes[at] == 0x0A {
                nextLine += 1
            }
            text.append(bytes[at])
            at += 1
        }
        throw .openQuote(column: column)
    }

    /// A carriage return ends a line only before a line feed or at the end of the file.
    private var isLineEnd: Bool {
        bytes[at] == 0x0A || (bytes[at] == 0x0D && (at + 1 == bytes.count || bytes[at + 1] == 0x0A))
    }
}
