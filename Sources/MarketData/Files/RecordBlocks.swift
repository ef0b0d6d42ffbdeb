import Glibc

/// A file of binary records as blocks of bytes, each block in one piece of memory that is used again for the next. What a
/// block's reader leaves over begins the next one.
final class RecordBlocks {
    let file: ByteFile
    private var storage: UnsafeMutableRawBufferPointer
    private var filled = 0
    /// Where in the file, unpacked, the block begins.
    private(set) var offset = 0

    init(_ file: ByteFile, blockBytes: Int = 256 << 10) {
        self.file = file
        storage = .allocate(byteCount: blockBytes, alignment: 64)
    }

    deinit { storage.deallocate() }

    /// The next bytes, beginning with those that were left of the last block.
    /// - Parameter rest: how many of them were left.
    /// - Returns: the block, valid until the next call; no longer than `rest` at the end of the file.
    func next(keeping rest: Int) throws(MarketDataError) -> UnsafeRawBufferPointer {
        offset += filled - rest
        if rest == storage.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 64)
            larger.copyMemory(from: UnsafeRawBufferPointer(storage))
            storage.deallocate()
            storage = larger
        } else if rest > 0, let base = storage.baseAddress {
            memmove(base, base + (filled - rest), rest)
        }
        filled = rest
        filled += try file.fill(UnsafeMutableRawBufferPointer(rebasing: storage[rest...]))
        return UnsafeRawBufferPointer(rebasing: storage[..<filled])
    }
}
