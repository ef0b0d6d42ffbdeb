/// Where the texts of escaped strings are put: they are rare, so this is grown when needed and then kept.
final class Unescaper {
    private var storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_024, alignment: 8)
    private var used = 0

    deinit { storage.deallocate() }

    /// Forgets what was handed out, and makes room for the escapes of a message of this length.
    ///
    /// A text is never longer than its escaped form, so the room lasts for the whole message and nothing moves.
    @inline(__always)
    func begin(messageBytes: Int) {
        used = 0
        if storage.count < messageBytes { grow(messageBytes) }
    }

    private func grow(_ count: Int) {
        storage.deallocate()
        storage = .allocate(byteCount: count * 2, alignment: 8)
    }

    /// The text of a string, valid until `begin`. The cursor has checked its escapes.
    @inline(__always)
    func text(_ value: JSONValue) -> UnsafeRawBufferPointer { value.hasEscapes ? unescape(value.bytes) : value.bytes }

    private func unescape(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = used
        var at = 0
        while at < bytes.count {
            if bytes[at] != 92 {
                put(bytes[at])
                at += 1
                continue
            }
            let kind = bytes[at + 1]
            at += 2
            switch kind {
            case 98: put(8)
            case 102: put(12)
            case 110: put(10)
            case 114: put(13)
            case 116: put(9)
            case 117:
                var scalar = unit(bytes, at)
                at += 4
                if scalar & 0xFC00 == 0xD800 {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + (unit(bytes, at + 2) & 0x3FF)
                    at += 6
                }
                for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter { put(byte) }
            default: put(kind)
            }
        }
        return UnsafeRawBufferPointer(rebasing: storage[start..<used])
    }

    private func put(_ byte: UInt8) {
        storage[used] = byte
        used += 1
    }

    private func unit(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
        (at..<at + 4).reduce(0) { $0 << 4 | (hexDigit(bytes[$1]) ?? 0) }
    }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for place in 0..<count where self[place] != text.utf8Start[place] { return false }
        return true
    }
}
