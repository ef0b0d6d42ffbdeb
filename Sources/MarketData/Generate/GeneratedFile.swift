import CZlib
import Glibc

/// A file being written, compressed where its name ends in `.gz`. It takes its name only when it is whole.
///
/// The gzip header carries no time and no name, so the same zlib gives the same file.
struct GeneratedFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    /// zlib remembers the address of its stream, so the stream must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let compresses: Bool
    private let packed = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)

    init(path: String) throws(GenerateError) {
        self.path = path
        compresses = path.hasSuffix(".gz")
        stream.initialize(to: z_stream())
        descriptor = open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .notWritten(path: path, reason: String(cString: strerror(errno))) }
        guard compresses else { return }
        let gzip = MAX_WBITS + 16
        let size = Int32(MemoryLayout<z_stream>.size)
        let status = deflateInit2_(stream, 9, Z_DEFLATED, gzip, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        guard status == Z_OK else { throw .notWritten(path: path, reason: "zlib refused to start (\(status))") }
    }

    deinit {
        if compresses { deflateEnd(stream) }
        stream.deallocate()
        packed.deallocate()
        close(descriptor)
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(GenerateError) {
        if compresses { try deflate(bytes, Z_NO_FLUSH) } else { try put(bytes) }
    }

    /// Completes the file and gives it its name.
    mutating func finish() throws(GenerateError) {
        if compresses { try deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH) }
        guard rename(path + ".part", path) == 0 else {
            throw .notWritten(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private mutating func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) throws(GenerateError) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            stream.pointee.next_out = packed.baseAddress
            stream.pointee.avail_out = UInt32(packed.count)
            let status = CZlib.deflate(stream, flush)
            // Z_BUF_ERROR: there was nothing left to do.
            guard status != Z_STREAM_ERROR else { throw .notWritten(path: path, reason: "zlib lost its state") }
            try put(
                UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(packed)[..<(packed.count - Int(stream.pointee.avail_out))]))
        } while stream.pointee.avail_out == 0
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(GenerateError) {
        var at = 0
        while at < bytes.count {
            let n = Glibc.write(descriptor, bytes.baseAddress.map { $0 + at }, bytes.count - at)
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw .notWritten(path: path, reason: String(cString: strerror(errno))) }
            at += n
        }
    }
}
