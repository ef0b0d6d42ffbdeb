/// FNV-1a, 64 bit: short, stable on every machine, and not cryptographic.
///
/// - Source: Fowler, Noll, Vo; RFC 9923: offset basis 0xcbf29ce484222325, prime 0x100000001b3.
enum Fingerprint {
    static func hexadecimal(of text: String) -> String {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
