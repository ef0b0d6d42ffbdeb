import CZlib

/// The unpacking of a zip archive of one file (PKWARE, "APPNOTE.TXT", sections 4.3.7 and 4.3.9), as it streams past: by the header in
/// front of the file, not by the directory at the archive's end.
final class Unzip: Unpacker {
    private let file: String
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    /// What of `packed` is not used yet.
    private var at = 0, end = 0
    private var readBytes = 0
    private enum Stage { case header, data, done }
    private var stage = Stage.header
    /// The checksum that the header says; nil where it stands behind the data.
    private var said: UInt32?
    private var sum: UInt = 0

    init(file: String) {
        self.file = file
        stream.initialize(to: z_stream())
        let status = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))  // Without a wrapper.
        precondition(status == Z_OK, "zlib refuses to start: \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        packed.deallocate()
    }

    static func isBeginning(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int
    ) throws(MarketDataError) -> Int {
        if stage == .header { try begin(read) }
        guard stage == .data, buffer.count > 0 else { return 0 }
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(buffer.count)
        while stream.pointee.avail_out > 0, stage == .data {
            if at == end, try !more(1, read) { throw broken("it ends in the middle") }
            stream.pointee.next_in = packed.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: at)
            stream.pointee.avail_in = UInt32(end - at)
            let status = inflate(stream, Z_NO_FLUSH)
            at = end - Int(stream.pointee.avail_in)
            if status == Z_STREAM_END {
                stage = .done
            } else if status != Z_OK && status != Z_BUF_ERROR {
                throw broken(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
            }
        }
        let count = buffer.count - Int(stream.pointee.avail_out)
        sum = crc32(sum, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(count))
        if stage == .done { try close(read) }
        return count
    }

    /// The header of the archive's first file.
    private func begin(_ read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int) throws(MarketDataError) {
        guard try more(30, read) else { throw broken("it ends in its header") }
        let flags = word(6, 2), method = word(8, 2), header = 30 + Int(word(26, 2)) + Int(word(28, 2))
        guard flags & 1 == 0 else { throw .unsupportedCompression(file: file, kind: "an encrypted zip archive") }
        guard method == 8 else { throw .unsupportedCompression(file: file, kind: "zip with method \(method)") }
        said = flags & 8 == 0 ? word(14, 4) : nil
        guard try more(header, read) else { throw broken("it ends in its header") }
        at += header
        stage = .data
    }

    /// What stands behind the data: the checksum, perhaps; then the directory, or another file.
    private func close(_ read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int) throws(MarketDataError) {
        if said == nil {
            guard try more(16, read) else { throw broken("it ends behind its data") }
            let hasSignature = word(0, 4) == 0x0807_4B50
            said = word(hasSignature ? 4 : 0, 4)
            at += hasSignature ? 16 : 12
        }
        guard said == UInt32(truncatingIfNeeded: sum) else { throw broken("its checksum is wrong") }
        if try more(4, read), word(0, 4) == 0x0403_4B50 {
            throw .badName(file: file, rule: "the zip archive holds several files, and a source reads one: unpack it")
        }
    }

    /// Sees to it that so many bytes are there; false where the file ends before.
    private func more(_ count: Int, _ read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int)
        throws(MarketDataError) -> Bool
    {
        if at > 0, let base = packed.baseAddress {
            packed.copyMemory(from: UnsafeRawBufferPointer(start: base + at, count: end - at))
            (at, end) = (0, end - at)
        }
        while end < count {
            let got = try read(UnsafeMutableRawBufferPointer(rebasing: packed[end...]))
            if got == 0 { return false }
            end += got
            readBytes += got
        }
        return true
    }

    private func word(_ offset: Int, _ bytes: Int) -> UInt32 {
        (0..<bytes).reduce(0) { $0 | UInt32(packed[at + offset + $1]) << UInt32(8 * $1) }
    }
    private func broken(_ cause: String) -> MarketDataError {
        .badZip(file: file, atByte: readBytes - (end - at), cause: cause)
    }
}
