import Glibc

extension JournalReader {
    /// Steps over everything up to record `sequence`, which a checkpoint contains: whole segments unread, the blocks of its
    /// own segment unchecked. To be called before the first `next`.
    ///
    /// - Returns: false when no block ends with that record: the journal does not reach it, or is another.
    public func skip(through sequence: UInt64) throws(JournalError) -> Bool {
        guard try findSegment(of: sequence) else { return sequence == 0 }
        try openSegment()
        while tail == nil, nextSequence <= sequence {
            guard try fill(JournalFormat.blockHeaderBytes) >= JournalFormat.blockHeaderBytes,
                load(UInt32.self, 0) == JournalFormat.blockMagic, load(UInt64.self, 8) == nextSequence
            else { return false }
            let length = JournalFormat.blockHeaderBytes + Int(load(UInt32.self, 4))
            guard length <= JournalFormat.mostBlockBytes, try fill(length) >= length else { return false }
            nextSequence += UInt64(load(UInt32.self, 16))
            lastIngestTime = load(Int64.self, 32)
            at += length
            fileOffset += length
        }
        return nextSequence == sequence + 1
    }

    /// Makes the last segment that begins at or before `sequence` the next to be opened.
    private func findSegment(of sequence: UInt64) throws(JournalError) -> Bool {
        for index in segments.indices.reversed() {
            let path = directory + "/" + JournalFormat.fileName(segments[index])
            let file = try storage.openToRead(path)
            defer { file.close() }
            var header = (magic: UInt64(0), version: UInt32(0), segment: UInt32(0), first: UInt64(0))
            let n = try withUnsafeMutableBytes(of: &header) { header throws(JournalError) in
                guard let base = header.baseAddress else { return 0 }
                return try file.read(into: base, header.count)
            }
            guard n == MemoryLayout.size(ofValue: header), header.magic == JournalFormat.segmentMagic else { continue }
            guard header.first <= sequence else { continue }
            opened = index
            return true
        }
        return false
    }
}
