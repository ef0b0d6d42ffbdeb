import CPlatform

/// The floor's own tick file: a header, then blocks, each whole in itself and checked by CRC32C. Little-endian.
///
///     header    64 B   magic "FLOORTIC", version (u32), header's length (u32), zeros, CRC32C of the 60 bytes before it
///     block     32 B   magic "TBLK", kind (u8), columns (u8), zero (u16), rows (u32), body's length (u32), zero (u32),
///                      rows of this kind before the block (u64), CRC32C of the 28 bytes before it and of the body
///       body           of trades, quotes, bars and book events: a column each after the other (`TickColumn`);
///                      of symbols: rows × (length u16, UTF-8), numbered on from those before; of the end: 4 × u64 counts
///
/// A symbol's block comes before the first block that uses it. The end says how many rows of each kind there are, so that a file
/// that was cut between two blocks is seen.
enum TickFormat {
    static var magic: [UInt8] { Array("FLOORTIC".utf8) }
    static var version: UInt32 { 1 }
    static var headerBytes: Int { 64 }
    static var blockHeaderBytes: Int { 32 }
    static var blockMagic: UInt32 { 0x4B4C_4254 }  // "TBLK"
    /// No body is longer: eleven columns of words, or symbols.
    static var longestBody: Int { 1 << 20 }
    static let rowKinds: [TickKind] = [.trades, .quotes, .bars, .book]

    static func header() -> [UInt8] {
        var bytes = magic
        append(version, &bytes)
        append(UInt32(headerBytes), &bytes)
        bytes += [UInt8](repeating: 0, count: headerBytes - 4 - bytes.count)
        append(bytes.withUnsafeBytes { sum(0, $0) }, &bytes)
        return bytes
    }

    static func block(_ kind: TickKind, columns: Int, rows: Int, before: UInt64, body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(blockMagic, &bytes)
        bytes += [kind.rawValue, UInt8(columns), 0, 0]
        append(UInt32(rows), &bytes)
        append(UInt32(body.count), &bytes)
        append(UInt32(0), &bytes)
        append(before, &bytes)
        let head = bytes.withUnsafeBytes { sum(0, $0) }
        append(body.withUnsafeBytes { sum(head, $0) }, &bytes)
        return bytes + body
    }

    /// CRC32C, going on from a state.
    static func sum(_ state: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        bytes.baseAddress.map { cp_crc32c(state, $0, bytes.count) } ?? state
    }

    /// What a file's first rows are; nil where it has none, or is damaged before them, which its reader will say.
    static func firstKind(of path: String) throws(MarketDataError) -> FileElement? {
        let file = try ByteFile(path)
        _ = try file.take(headerBytes)
        while true {
            let head = try file.take(blockHeaderBytes)
            guard head.count == blockHeaderBytes, let kind = TickKind(rawValue: head[4]), kind != .end else { return nil }
            if let at = rowKinds.firstIndex(of: kind) { return FileElement.ofTickFiles[at] }
            let length = head[12..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard length <= longestBody else { return nil }
            _ = try file.take(length)
        }
    }

    static func append<T: FixedWidthInteger>(_ value: T, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
