import Glibc

/// The bytes of a file from its start to its end, unpacked where it is gzip, zstd (several members or frames included) or a zip of one file, as
/// its first bytes say. Only one block of it is in memory. The path "-" is standard input.
final class ByteFile {
    let path: String
    /// How many bytes were taken off the beginning: where `fill` began, in the unpacked file.
    private(set) var start = 0
    private let descriptor: Int32
    private var unpacker: (any Unpacker)?
    /// What was read to see how the file begins, or given back.
    private var head: [UInt8]
    /// What was unpacked and given back.
    private var given: [UInt8] = []

    init(_ path: String) throws(MarketDataError) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        head = []
        guard descriptor >= 0 else { throw .cannotRead(file: path, cause: String(cString: strerror(errno))) }
        var information = stat()
        if fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFDIR {
            throw .cannotRead(file: path, cause: "it is a folder")
        }
        var bytes = [UInt8](repeating: 0, count: 4)
        var count = 0
        while count < 4 {
            let got = try read(bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[count...]) })
            if got == 0 { break }
            count += got
        }
        head = Array(bytes[..<count])
        try chooseUnpacker()
    }

    /// The same of bytes in memory.
    /// - Parameter name: what messages call it.
    init(_ bytes: [UInt8], named name: String) throws(MarketDataError) {
        (path, descriptor, head) = (name, -1, bytes)
        try chooseUnpacker()
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    private func chooseUnpacker() throws(MarketDataError) {
        if head.starts(with: [0x1F, 0x8B]) {
            unpacker = Gunzip(file: path)
        } else if Unzstd.isBeginning(head) {
            unpacker = Unzstd(file: path)
        } else if Unzip.isBeginning(head) {
            unpacker = Unzip(file: path)
        }
    }

    /// Fills the buffer from its start.
    /// - Returns: how many bytes; 0 at the end of the file only.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        if !given.isEmpty {
            let count = min(given.count, buffer.count)
            buffer.copyBytes(from: given[..<count])
            given.removeFirst(count)
            return count
        }
        if let unpacker {
            return try unpacker.fill(buffer) { (into) throws(MarketDataError) -> Int in try self.plain(into) }
        }
        return try plain(buffer)
    }

    /// The next bytes, so many or as many as there are.
    func take(_ count: Int) throws(MarketDataError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            // A length that a damaged file claims is not believed before the bytes are there.
            let have = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: min(count - have, 1 << 20)))
            var failure: MarketDataError?
            let got = bytes.withUnsafeMutableBytes { all in
                do throws(MarketDataError) {
                    return try fill(UnsafeMutableRawBufferPointer(rebasing: all[have...]))
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            bytes.removeLast(bytes.count - have - got)
            if got == 0 { break }
        }
        start += bytes.count
        return bytes
    }
    /// Puts back what was taken last.
    func giveBack(_ bytes: [UInt8]) {
        given = bytes + given
        start -= bytes.count
    }

    private func plain(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        guard headAt == head.count else {
            let count = min(head.count - headAt, buffer.count)
            buffer.copyBytes(from: head[headAt..<headAt + count])
            headAt += count
            return count
        }
        return descriptor < 0 ? 0 : try read(buffer)
    }
    private var headAt = 0

    private func read(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        while true {
            let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if got >= 0 { return got }
            guard errno == EINTR else { throw .cannotRead(file: path, cause: String(cString: strerror(errno))) }
        }
    }
}

/// Unpacks a stream of packed bytes.
protocol Unpacker: AnyObject {
    /// Fills the buffer from its start with what `read` gives, unpacked.
    /// - Returns: how many bytes; 0 at the end only.
    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int
    ) throws(MarketDataError) -> Int
}
