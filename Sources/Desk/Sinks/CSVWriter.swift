import Glibc
import PlainData

/// Why a file could not be written.
public struct WriteError: Error, CustomStringConvertible {
    public let path: String, code: Int32
    public var description: String { "\(path): cannot write: \(String(cString: strerror(code)))" }
}

/// Writes elements as CSV: a header with the fields' names, then one row each, numbers exactly.
public final class CSVWriter<T: Element> {
    private let path: String, names: Names
    private let file: Int32
    private var buffer: [UInt8] = []
    private var hasHeader = false
    /// How many bytes are in the file, and how many nobody took.
    private var written: Int64 = 0
    private(set) var unread: Int64 = 0
    private let patience: Patience?

    /// - Parameters:
    ///   - path: the file to write anew, or `-` for standard output.
    ///   - length: how much of what is there is kept, to go on behind it: where a checkpoint says that the writer stood.
    public convenience init(_ path: String, names: Names, keeping length: Int64 = 0) throws(WriteError) {
        try self.init(path, names: names, keeping: length, patience: nil)
    }
    /// - Parameter patience: for a file that may take nothing for a while, or never again.
    init(_ path: String, names: Names, keeping length: Int64 = 0, patience: Patience?) throws(WriteError) {
        (self.path, self.names, written, hasHeader, self.patience) = (path, names, length, length > 0, patience)
        file = path == "-" ? 1 : open(path, O_CREAT | (length == 0 ? O_TRUNC : 0) | O_WRONLY | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw WriteError(path: path, code: errno) }
        if length > 0, ftruncate(file, off_t(length)) != 0 || lseek(file, 0, SEEK_END) < 0 {
            throw WriteError(path: path, code: errno)
        }
        buffer.reserveCapacity(1 << 16)
    }
    /// Where the writer stands when everything is in the file.
    public func position() throws(WriteError) -> Int64 {
        try flush()
        return written
    }
    deinit { if file > 2 { close(file) } }

    public func write(_ element: T) throws(WriteError) {
        var row = CSVRow(buffer: buffer, names: names, isHeader: !hasHeader)
        if !hasHeader {
            element.fields(&row)
            row.endRow()
            row.isHeader = false
            hasHeader = true
        }
        element.fields(&row)
        row.endRow()
        buffer = []
        swap(&buffer, &row.buffer)
        if buffer.count > 1 << 16 - 1_024 { try flush() }
    }

    /// Puts everything written so far into the file.
    public func flush() throws(WriteError) {
        var at = 0
        while at < buffer.count {
            var count = buffer.count - at
            if let patience {
                guard patience.waits(for: file) else {
                    unread += Int64(count)
                    break
                }
                count = min(count, Patience.mostBytes)
            }
            let n = buffer.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + at }, count) }
            if n < 0, errno != EINTR { throw WriteError(path: path, code: errno) }
            at += max(0, n)
            written += Int64(max(0, n))
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// One row under construction: the fields' names, or their values.
private struct CSVRow: FieldVisitor {
    var buffer: [UInt8]
    let names: Names
    var isHeader: Bool
    private var isFirst = true

    init(buffer: consuming [UInt8], names: Names, isHeader: Bool) {
        (self.buffer, self.names, self.isHeader) = (buffer, names, isHeader)
    }

    mutating func time(_ name: StaticString, _ nanoseconds: Int64) {
        append(isHeader ? name.description : UTC.text(nanoseconds))
    }
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {
        append(isHeader ? name.description : value.text(names))
    }
    mutating func endRow() {
        buffer.append(10)
        isFirst = true
    }
    private mutating func append(_ text: String) {
        if !isFirst { buffer.append(44) }
        isFirst = false
        // RFC 4180: a field with a comma, a quote or a line break is quoted, its quotes doubled.
        guard text.utf8.contains(where: { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }) else {
            return buffer.append(contentsOf: text.utf8)
        }
        buffer.append(34)
        for byte in text.utf8 {
            if byte == 34 { buffer.append(34) }
            buffer.append(byte)
        }
        buffer.append(34)
    }
}
