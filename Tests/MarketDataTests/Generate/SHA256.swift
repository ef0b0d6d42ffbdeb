/// SHA-256 (FIPS 180-4), for the fingerprints of generated files.
struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// The fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        var found: [UInt32] = [], candidate: UInt64 = 2
        while found.count < 64 {
            if (2..<candidate).allSatisfy({ candidate % $0 != 0 }) {
                // The cube root in 32.32 fixed point, bit by bit, so that no digit is rounded.
                var root: UInt64 = 0
                for bit in (0..<36).reversed() {
                    let trial = UInt128(root | 1 << UInt64(bit))
                    if trial * trial * trial <= UInt128(candidate) << 96 { root |= 1 << UInt64(bit) }
                }
                found.append(UInt32(truncatingIfNeeded: root))
            }
            candidate += 1
        }
        return found
    }()

    static func hex(_ message: [UInt8]) -> String {
        var hash = SHA256()
        var padded = message
        padded.append(0x80)
        while padded.count % 64 != 56 { padded.append(0) }
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: (UInt64(message.count) * 8) >> shift))
        }
        for start in stride(from: 0, to: padded.count, by: 64) { hash.mix(padded[start..<start + 64]) }
        return hash.state.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 8 - text.utf8.count) + text
        }.joined()
    }

    private mutating func mix(_ block: ArraySlice<UInt8>) {
        var words = [UInt32](repeating: 0, count: 64)
        for i in 0..<16 {
            let at = block.startIndex + 4 * i
            words[i] = block[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
        for i in 16..<64 {
            let a = words[i - 15], b = words[i - 2]
            let small0 = rotated(a, 7) ^ rotated(a, 18) ^ a >> 3, small1 = rotated(b, 17) ^ rotated(b, 19) ^ b >> 10
            words[i] = words[i - 16] &+ small0 &+ words[i - 7] &+ small1
        }
        var s = state
        for i in 0..<64 {
            let big1 = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
            let choice = s[4] & s[5] ^ ~s[4] & s[6]
            let first = s[7] &+ big1 &+ choice &+ Self.constants[i] &+ words[i]
            let big0 = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
            s = [first &+ big0 &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        for i in 0..<8 { state[i] = state[i] &+ s[i] }
    }
}
