import Glibc

// A block and a batch as they lie in a spill page. All words are of 64 bits; elements begin at a multiple of 64 bytes.
//
//     block   first, is dense, 0, 0, elements padded to 8 B, sequences unless dense, ranks where there are any
//     batch   first, end, last watermark, oldest and newest ingest time, flags, watermarks where they go along

extension Block {
    private static var headBytes: Int { 32 }
    private func sizes(_ stride: Int) -> (elements: Int, sequences: Int, ranks: Int) {
        ((count * stride + 7) & ~7, isDense ? 0 : 8 * count, ranks == nil ? 0 : count * MemoryLayout<Rank>.stride)
    }

    func write(to page: SpillPage, stride: Int) {
        let sizes = sizes(stride)
        let body = page.begin(count: count, body: Self.headBytes + sizes.elements + sizes.sequences + sizes.ranks)
        for (at, word) in [first, isDense ? 1 : 0, 0, 0].enumerated() {
            body.storeBytes(of: word, toByteOffset: 8 * at, as: UInt64.self)
        }
        var at = body + Self.headBytes
        memcpy(at, storage, count * stride)
        memset(at + count * stride, 0, sizes.elements - count * stride)
        at += sizes.elements
        if !isDense { memcpy(at, sequences, sizes.sequences) }
        at += sizes.sequences
        if let ranks { memcpy(at, ranks, sizes.ranks) }
    }

    /// A block in the page's memory, which must not be freed.
    init(reading page: SpillPage, stride: Int, isRanked: Bool) {
        let body = page.body, isDense = body.load(fromByteOffset: 8, as: UInt64.self) != 0
        let elements = body + Self.headBytes
        let words = elements + ((page.count * stride + 7) & ~7)
        let ranks = words + (isDense ? 0 : 8 * page.count)
        self.init(
            storage: elements, sequences: words.assumingMemoryBound(to: UInt64.self),
            ranks: isRanked ? ranks.assumingMemoryBound(to: Rank.self) : nil, capacity: page.count)
        (count, self.isDense, first) = (page.count, isDense, body.load(as: UInt64.self))
    }
}

extension Batch {
    private static var headBytes: Int { 48 }

    func write(to page: SpillPage, withWatermarks: Bool) {
        let has = withWatermarks && !header.pointee.isConstant, count = has ? Int(end - first) : 0
        let body = page.begin(count: 0, body: Self.headBytes + 8 * count)
        let flags: Int64 = (header.pointee.isConstant ? 1 : 0) | (has ? 2 : 0)
        let words = [
            Int64(bitPattern: first), Int64(bitPattern: end), lastWatermark, ingest.oldest, ingest.newest, flags,
        ]
        for (at, word) in words.enumerated() { body.storeBytes(of: word, toByteOffset: 8 * at, as: Int64.self) }
        guard has else { return }
        makeWatermarks()
        memcpy(body + Self.headBytes, watermarks, 8 * count)
    }

    /// - Parameter known: a batch that may be written over.
    static func read(_ page: SpillPage, into known: Batch?) -> Batch {
        let body = page.body
        func word(_ at: Int) -> Int64 { body.load(fromByteOffset: 8 * at, as: Int64.self) }
        let first = UInt64(bitPattern: word(0)), end = UInt64(bitPattern: word(1)), count = Int(end - first)
        let batch = known.flatMap { $0.capacity >= count ? $0 : nil } ?? Batch(capacity: count)
        batch.set(first: first, end: end, lastWatermark: word(2), isConstant: word(5) & 1 != 0)
        batch.ingest = (word(3), word(4))
        if word(5) & 2 != 0 {
            memcpy(batch.watermarks, body + headBytes, 8 * count)
            batch.header.pointee.isFilled = true
        }
        return batch
    }
}
