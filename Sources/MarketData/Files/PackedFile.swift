import CZlib
import CZstd
import Glibc

/// Why a file was not written. What was written so far lies beside it, under its name with `.part`.
public struct WritingError: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String, reason: String
    public var description: String { "\(path) was not written: \(reason); check the folder and the space left" }
}

/// A file being written, packed where its name ends in `.gz` or `.zst`. It takes its name only when it is whole. The path "-" is
/// standard output.
///
/// The gzip header carries no time and no name, so the same library gives the same file.
final class PackedFile {
    private enum Packing { case none, gzip, zstd }

    private let path: String
    private let descriptor: Int32
    private let packing: Packing
    /// Whether the descriptor is closed, and the file named, at the end.
    private let isOwned: Bool
    /// zlib remembers the address of its stream, so the stream must not move.
    private let gzip = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let zstd: OpaquePointer?
    private let packed = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 17)
    /// Bytes handed to the file.
    private(set) var written = 0

    /// - Parameter level: of gzip, 1 to 9.
    init(_ path: String, level: Int32 = 6) throws(WritingError) {
        self.path = path
        isOwned = path != "-"
        packing = path.hasSuffix(".gz") ? .gzip : path.hasSuffix(".zst") ? .zstd : .none
        gzip.initialize(to: z_stream())
        zstd = packing == .zstd ? ZSTD_createCStream() : nil
        descriptor = path == "-" ? STDOUT_FILENO : open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WritingError(path: path, reason: String(cString: strerror(errno))) }
        switch packing {
        case .none: break
        case .gzip:
            let size = Int32(MemoryLayout<z_stream>.size)
            let status = deflateInit2_(gzip, level, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
            guard status == Z_OK else { throw WritingError(path: path, reason: "zlib refused to start (\(status))") }
        case .zstd:
            guard zstd != nil else { throw WritingError(path: path, reason: "zstd refused to start") }
            // Each frame says its checksum, so that damage is seen.
            ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)
        }
    }

    /// Into a descriptor that stays its owner's, as it is.
    init(descriptor: Int32, of path: String) {
        (self.path, self.descriptor, packing, isOwned, zstd) = (path, descriptor, .none, false, nil)
        gzip.initialize(to: z_stream())
    }

    deinit {
        if packing == .gzip { deflateEnd(gzip) }
        if let zstd { ZSTD_freeCStream(zstd) }
        gzip.deallocate()
        packed.deallocate()
        if isOwned, descriptor >= 0 { close(descriptor) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(WritingError) {
        switch packing {
        case .none: try put(bytes)
        case .gzip: try deflate(bytes, Z_NO_FLUSH)
        case .zstd: try compress(bytes, ZSTD_e_continue)
        }
    }

    /// Completes the file and gives it its name.
    func finish() throws(WritingError) {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        if packing == .gzip { try deflate(nothing, Z_FINISH) }
        if packing == .zstd { try compress(nothing, ZSTD_e_end) }
        guard isOwned else { return }
        guard rename(path + ".part", path) == 0 else {
            throw WritingError(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) throws(WritingError) {
        gzip.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        gzip.pointee.avail_in = UInt32(bytes.count)
        repeat {
            gzip.pointee.next_out = packed.baseAddress
            gzip.pointee.avail_out = UInt32(packed.count)
            let status = CZlib.deflate(gzip, flush)
            // Z_BUF_ERROR: there was nothing left to do.
            guard status != Z_STREAM_ERROR else { throw WritingError(path: path, reason: "zlib lost its state") }
            try put(
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(packed)[..<(packed.count - Int(gzip.pointee.avail_out))]))
        } while gzip.pointee.avail_out == 0
    }

    private func compress(_ bytes: UnsafeRawBufferPointer, _ end: ZSTD_EndDirective) throws(WritingError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            var output = ZSTD_outBuffer(dst: packed.baseAddress, size: packed.count, pos: 0)
            let left = ZSTD_compressStream2(zstd, &output, &input, end)
            guard ZSTD_isError(left) == 0 else {
                throw WritingError(path: path, reason: "zstd: " + String(cString: ZSTD_getErrorName(left)))
            }
            try put(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(packed)[..<output.pos]))
            if end == ZSTD_e_end ? left == 0 : input.pos == input.size { return }
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(WritingError) {
        var at = 0
        while at < bytes.count {
            let n = Glibc.write(descriptor, bytes.baseAddress.map { $0 + at }, bytes.count - at)
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw WritingError(path: path, reason: String(cString: strerror(errno))) }
            at += n
        }
        written += bytes.count
    }
}
