/// One description of a state's fields serves to save and to restore it: little-endian, field by field, so that the
/// same state gives the same bytes on every machine.
public struct StateCoder {
    public private(set) var bytes: [UInt8]
    public let isSaving: Bool
    /// Set when the bytes end before the state does; everything read after that is zero.
    public private(set) var isTruncated = false
    /// The version of the state that is being restored: an operator that reads older ones asks for it. 0 while saving.
    public let version: Int
    private var offset = 0

    public init() { (bytes, isSaving, version) = ([], true, 0) }
    public init(restoring bytes: [UInt8], version: Int = 1) { (self.bytes, isSaving, self.version) = (bytes, false, version) }

    /// Whether a restore has read exactly what was saved.
    public var isAtEnd: Bool { offset == bytes.count && !isTruncated }

    /// These bytes are no such state: as if they had ended here.
    public mutating func refuse() { isTruncated = true }

    public mutating func field<T: FixedWidthInteger & BitwiseCopyable>(_ value: inout T) {
        let width = MemoryLayout<T>.size
        if isSaving {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
            return
        }
        guard offset + width <= bytes.count else {
            isTruncated = true
            value = 0
            return
        }
        var raw: T = 0
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes[offset..<offset + width]) }
        value = T(littleEndian: raw)
        offset += width
    }

    public mutating func field(_ value: inout Double) {
        var bits = value.bitPattern
        field(&bits)
        value = Double(bitPattern: bits)
    }

    public mutating func field(_ value: inout Bool) {
        var byte: UInt8 = value ? 1 : 0
        field(&byte)
        value = byte != 0
    }

    public mutating func field<let n: Int>(_ values: inout InlineArray<n, Double>) {
        for i in values.indices { field(&values[i]) }
    }

    /// An enumeration that is one byte; bytes that name no case leave the value as it was.
    public mutating func field<E: RawRepresentable>(code value: inout E) where E.RawValue == UInt8 {
        var raw = value.rawValue
        field(&raw)
        value = E(rawValue: raw) ?? value
    }

    public mutating func field(_ text: inout String) {
        var count = UInt32(text.utf8.count)
        field(&count)
        guard !isSaving else { return bytes.append(contentsOf: text.utf8) }
        let end = offset + Int(count)
        guard end <= bytes.count else {
            isTruncated = true
            text = ""
            return
        }
        text = String(decoding: bytes[offset..<end], as: UTF8.self)
        offset = end
    }

    /// An element as the journal keeps it: its bytes.
    public mutating func element<T: Element>(_ value: inout T) {
        let width = MemoryLayout<T>.size
        if isSaving {
            withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
            return
        }
        guard offset + width <= bytes.count else {
            isTruncated = true
            return
        }
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes[offset..<offset + width]) }
        offset += width
    }
    /// Elements in their order.
    public mutating func elements<T: Element>(_ values: inout [T]) {
        var count = UInt32(values.count)
        field(&count)
        let width = MemoryLayout<T>.size
        if isSaving {
            for i in values.indices { element(&values[i]) }
            return
        }
        values = []
        guard offset + Int(count) * width <= bytes.count else {
            isTruncated = true
            return
        }
        for _ in 0..<count {
            values.append(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) })
            offset += width
        }
    }

    public mutating func field<T: State>(_ value: inout T) { value.state(&self) }

    public mutating func field<T: State>(_ table: inout Dense<T>) {
        var count = UInt64(table.count)
        field(&count)
        if !isSaving {
            // No entry is without bytes: a larger count is a lie.
            guard count <= UInt64(bytes.count) else {
                isTruncated = true
                return
            }
            table.resize(to: Int(count))
        }
        for i in 0..<table.count { table[i].state(&self) }
    }

    public mutating func field<T: State>(_ values: inout [T], filler: T) {
        var count = UInt64(values.count)
        field(&count)
        if !isSaving { values = Array(repeating: filler, count: isTruncated ? 0 : Int(min(count, UInt64(bytes.count)))) }
        for i in values.indices { values[i].state(&self) }
    }
}

/// Plain state with a fixed list of fields.
public protocol State: BitwiseCopyable {
    mutating func state(_ coder: inout StateCoder)
}

extension Int64: State {
    public mutating func state(_ coder: inout StateCoder) { coder.field(&self) }
}

extension UInt64: State {
    public mutating func state(_ coder: inout StateCoder) { coder.field(&self) }
}

extension Double: State {
    public mutating func state(_ coder: inout StateCoder) { coder.field(&self) }
}
