import CPlatform
import PlainData
import Testing

@Suite("checksums") struct ChecksumTests {
    /// One bit at a time, from the polynomial: RFC 3720, appendix B.4, reflected.
    private func bitwise(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var state: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
        }
        return ~state
    }

    @Test("a CRC-32C is the standard's: nine digits, and 32 zeros")
    func known() {
        #expect(cp_crc32c(0, Array("123456789".utf8), 9) == 0xE306_9283)
        #expect(cp_crc32c(0, Array(repeating: 0, count: 32) as [UInt8], 32) == 0x8A91_36AA)
    }
    @Test("a CRC-32C of any length and from any place is what the polynomial says, one bit at a time")
    func anyLength() {
        var random = SplitMix64(seed: 1)
        let bytes = (0..<6_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for length in [0, 1, 7, 8, 255, 1_023, 1_024, 1_025, 2_048, 4_095, 4_096, 5_000] {
            let from = random.below(900)
            let part = bytes[from..<from + length]
            #expect(cp_crc32c(0, Array(part), length) == bitwise(part), "\(length) bytes from \(from)")
        }
    }
    @Test("a CRC-32C of pieces one after the other is that of the whole")
    func chained() {
        var random = SplitMix64(seed: 2)
        let bytes = (0..<20_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for _ in 0..<50 {
            let cut = random.below(bytes.count)
            let first = cp_crc32c(0, Array(bytes[..<cut]), cut)
            let whole = cp_crc32c(0, bytes, bytes.count)
            #expect(cp_crc32c(first, Array(bytes[cut...]), bytes.count - cut) == whole, "cut at \(cut)")
        }
    }
}
