import Glibc
import PlainData
import TradingModel

/// Why a file could not be written.
public struct WriteError: Error, CustomStringConvertible {
    public let path: String, code: Int32
    public var description: String { "\(path): cannot write: \(String(cString: strerror(code)))" }
}

/// Writes elements as CSV: a header with the fields' names, then one row each, numbers exactly.
public final class CSVWriter<T: Element> {
    private let path: String
    private let file: Int32
    private var text: RowText
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
        (self.path, text, written, self.patience) = (path, RowText(names), length, patience)
        file = path == "-" ? 1 : open(path, O_CREAT | (length == 0 ? O_TRUNC : 0) | O_WRONLY | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw WriteError(path: path, code: errno) }
        if length > 0, ftruncate(file, off_t(length)) != 0 || lseek(file, 0, SEEK_END) < 0 {
            throw WriteError(path: path, code: errno)
        }
        if length == 0 { text.header(of: T.self) }  // A table without rows has one too.
    }
    /// Where the writer stands when everything is in the file.
    public func position() throws(WriteError) -> Int64 {
        try flush()
        return written
    }
    deinit { if file > 2 { close(file) } }

    public func write(_ element: T) throws(WriteError) {
        text.row(element)
        if text.bytes.count > 1 << 16 { try flush() }
    }

    /// Puts everything written so far into the file.
    public func flush() throws(WriteError) {
        var at = 0
        while at < text.bytes.count {
            var count = text.bytes.count - at
            if let patience {
                guard patience.waits(for: file) else {
                    unread += Int64(count)
                    break
                }
                count = min(count, Patience.mostBytes)
            }
            let n = text.bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + at }, count) }
            if n < 0, errno != EINTR { throw WriteError(path: path, code: errno) }
            at += max(0, n)
            written += Int64(max(0, n))
        }
        text.bytes.removeAll(keepingCapacity: true)
    }
}
