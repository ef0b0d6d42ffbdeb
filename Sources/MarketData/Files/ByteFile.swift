import CZlib
import Glibc

/// The bytes of a file from its start to its end, unpacked where it is gzip (several members included). Only one block
/// of it is in memory. The path "-" is standard input.
final class ByteFile {
    let path: String
    private let descriptor: Int32
    private var unpacker: Gunzip?
    /// What was read to see how the file begins.
    private var head: [UInt8]

    init(_ path: String) throws(MarketDataError) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        head = []
        guard descriptor >= 0 else { throw .cannotRead(file: path, cause: String(cString: strerror(errno))) }
        var information = stat()
        if fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFDIR {
            throw .cannotRead(file: path, cause: "it is a folder")
        }
        try readHead()
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    private func readHead() throws(MarketDataError) {
        var bytes = [UInt8](repeating: 0, count: 4)
        var count = 0
        while count < 4 {
            let got = try read(bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[count...]) })
            if got == 0 { break }
            count += got
        }
        head = Array(bytes[..<count])
        if head.starts(with: [0x1F, 0x8B]) {
            unpacker = Gunzip(file: path)
        } else if head == [0x28, 0xB5, 0x2F, 0xFD] {
            throw .unsupportedCompression(file: path, kind: "zstd")
        } else if head == [0x50, 0x4B, 0x03, 0x04] {
            throw .unsupportedCompression(file: path, kind: "zip")
        }
    }

    /// Fills the buffer from its start.
    /// - Returns: how many bytes; 0 at the end of the file only.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        if let unpacker {
            return try unpacker.fill(buffer) { (into) throws(MarketDataError) -> Int in try self.plain(into) }
        }
        return try plain(buffer)
    }

    private func plain(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        guard head.isEmpty else {
            let count = min(head.count, buffer.count)
            buffer.copyBytes(from: head[..<count])
            head.removeFirst(count)
            return count
        }
        return try read(buffer)
    }

    private func read(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        while true {
            let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if got >= 0 { return got }
            guard errno == EINTR else { throw .cannotRead(file: path, cause: String(cString: strerror(errno))) }
        }
    }
}

/// The unpacking of one gzip stream (RFC 1952), whose members follow each other.
final class Gunzip {
    private let file: String
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var readBytes = 0
    private var isInMember = false

    init(file: String) {
        self.file = file
        stream.initialize(to: z_stream())
        // 15 window bits; 16 more ask for the gzip wrapper with its check sum.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib refuses to start: \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        packed.deallocate()
    }

    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int
    ) throws(MarketDataError) -> Int {
        guard buffer.count > 0 else { return 0 }
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(buffer.count)
        while stream.pointee.avail_out > 0 {
            if stream.pointee.avail_in == 0 {
                let count = try read(packed)
                if count == 0 {
                    if isInMember { throw .badGzip(file: file, atByte: readBytes, cause: "it ends in the middle") }
                    break
                }
                readBytes += count
                stream.pointee.next_in = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = UInt32(count)
            }
            isInMember = true
            let status = inflate(stream, Z_NO_FLUSH)
            if status == Z_STREAM_END {
                isInMember = false
                inflateReset(stream)
            } else if status != Z_OK && status != Z_BUF_ERROR {
                let cause = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
                throw .badGzip(file: file, atByte: readBytes - Int(stream.pointee.avail_in), cause: cause)
            }
        }
        return buffer.count - Int(stream.pointee.avail_out)
    }
}
