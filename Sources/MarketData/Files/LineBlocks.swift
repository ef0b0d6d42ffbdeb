import Glibc

/// A file as blocks of whole lines, each block in one piece of memory that is used again for the next.
final class LineBlocks {
    let path: String
    private let file: ByteFile
    /// What stands between fields, where it is no comma: made one.
    private let separator: UInt8
    private var storage: UnsafeMutableRawBufferPointer
    /// The bytes behind the last whole line, which begin the next block.
    private var restStart = 0
    private var restEnd = 0
    private var lines = 0

    static var longestLine: Int { 16 << 20 }

    init(_ path: String, blockBytes: Int = 256 << 10, separator: UInt8 = 44) throws(MarketDataError) {
        (self.path, self.separator) = (path, separator)
        file = try ByteFile(path)
        storage = .allocate(byteCount: blockBytes, alignment: 64)
    }

    deinit { storage.deallocate() }

    /// The next lines, each ended by a line feed (the file's last one perhaps not); nil at the end. The bytes stay
    /// valid until the next call.
    func next() throws(MarketDataError) -> UnsafeRawBufferPointer? {
        guard let base = storage.baseAddress else { return nil }
        var filled = restEnd - restStart
        if filled > 0 { memmove(base, base + restStart, filled) }
        var searched = 0
        while true {
            if filled == storage.count { try grow(filled) }
            let got = try file.fill(UnsafeMutableRawBufferPointer(rebasing: storage[filled...]))
            guard got > 0, let start = storage.baseAddress else {
                (restStart, restEnd) = (0, 0)
                return filled == 0 ? nil : UnsafeRawBufferPointer(rebasing: storage[..<filled])
            }
            if separator != 44 {
                for at in filled..<filled + got where storage[at] == separator { storage[at] = 44 }
            }
            filled += got
            var whole = filled
            while whole > searched, start.load(fromByteOffset: whole - 1, as: UInt8.self) != 10 { whole -= 1 }
            if whole > searched {
                (restStart, restEnd) = (whole, filled)
                return UnsafeRawBufferPointer(rebasing: storage[..<whole])
            }
            searched = filled
        }
    }

    private func grow(_ filled: Int) throws(MarketDataError) {
        guard storage.count < Self.longestLine else { throw .lineTooLong(file: path, line: lines + 1, limit: Self.longestLine) }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 64)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<filled]))
        storage.deallocate()
        storage = larger
    }

    /// Tells how many lines were read, for the message about a line that is too long.
    func count(lines: Int) { self.lines = lines }
}
