import CZlib

/// The unpacking of one gzip stream (RFC 1952), whose members follow each other.
final class Gunzip: Unpacker {
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
