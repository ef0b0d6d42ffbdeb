import CZstd

/// The unpacking of zstd frames (RFC 8878) that follow each other.
final class Unzstd: Unpacker {
    private let file: String
    private let stream: OpaquePointer
    private let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
    private var input: ZSTD_inBuffer
    private var readBytes = 0
    private var isInFrame = false

    init(file: String) {
        guard let stream = ZSTD_createDStream() else { preconditionFailure("zstd refuses to start: no memory") }
        (self.file, self.stream) = (file, stream)
        input = ZSTD_inBuffer(src: packed.baseAddress, size: 0, pos: 0)
    }

    deinit {
        ZSTD_freeDStream(stream)
        packed.deallocate()
    }

    /// Whether bytes begin a frame, or one that is to be skipped, as parallel packers write first.
    static func isBeginning(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
            || bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...].starts(with: [0x2A, 0x4D, 0x18])
    }

    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from read: (UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int
    ) throws(MarketDataError) -> Int {
        var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        while output.pos < output.size {
            if input.pos == input.size {
                let count = try read(packed)
                if count == 0 {
                    if isInFrame { throw .badZstd(file: file, atByte: readBytes, cause: "it ends in the middle") }
                    break
                }
                readBytes += count
                (input.size, input.pos) = (count, 0)
            }
            let left = ZSTD_decompressStream(stream, &output, &input)
            if ZSTD_isError(left) != 0 {
                throw .badZstd(
                    file: file, atByte: readBytes - (input.size - input.pos), cause: String(cString: ZSTD_getErrorName(left)))
            }
            isInFrame = left != 0
        }
        return output.pos
    }
}
