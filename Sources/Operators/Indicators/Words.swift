import PlainData

/// State whose fields are all of 64 bits (`Int64`, `Double`, and what is made of those): saved word by word, so that no field
/// can be left out.
public protocol Words: State {}

extension Words {
    public mutating func state(_ coder: inout StateCoder) {
        precondition(MemoryLayout<Self>.size % 8 == 0 && MemoryLayout<Self>.alignment >= 8, "\(Self.self) is not made of words")
        var words = [UInt64](repeating: 0, count: MemoryLayout<Self>.size / 8)
        if coder.isSaving { withUnsafeBytes(of: self) { bytes in words.withUnsafeMutableBytes { $0.copyMemory(from: bytes) } } }
        for i in words.indices { coder.field(&words[i]) }
        if !coder.isSaving {
            withUnsafeMutableBytes(of: &self) { bytes in words.withUnsafeBytes { bytes.copyMemory(from: $0) } }
        }
    }
}
