import PlainData

// Only + − × ÷ and sqrt, which IEEE 754 rounds exactly: the same numbers on every machine. The mathematical library's
// exp, log and sin may differ in the last digit from one to the next.

extension SplitMix64 {
    /// A nearly normal number of mean 0 and variance 1: the sum of twelve uniform ones, less six. Never beyond ±6.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }

    /// An independent generator for a part of the whole.
    static func part(of seed: UInt64, _ kind: UInt64, _ index: Int = 0) -> SplitMix64 {
        var mixer = SplitMix64(seed: seed ^ (kind &* 0xA24B_AED4_963E_E407))
        mixer.state &+= UInt64(index) &* 0x9FB2_1C65_1E98_DF25
        return SplitMix64(seed: mixer.next())
    }
}

enum Shape {
    static func square(_ x: Double) -> Double { x * x }

    /// How busy the session is at `x` (0 its open, 1 its close): four times the midday's pace at the open, three and a half at
    /// the close.
    static func activity(_ x: Double) -> Double {
        let fromOpen = square(square(1 - x)) * square(1 - x), toClose = square(square(square(x)))
        return 0.55 + 1.4 * fromOpen + 1.1 * toClose + 0.35 * square(2 * x - 1)
    }
}

/// The names, sectors and standing of the invented instruments.
public enum GeneratedUniverse {
    private static let names = [
        "ALDER", "BIRCH", "CEDAR", "DATE", "ELM", "FIR", "GUM", "HAZEL", "IVY", "JUNIP", "KAURI", "LARCH", "MAPLE", "NUT", "OAK",
        "PINE", "QUINC", "ROWAN", "SPRUC", "TEAK", "UMBU", "VINE", "WILLO", "XYLO", "YEW", "ZELK",
    ]
    static let sectors = ["ENERGY", "FINANCE", "HEALTH", "INDUSTRY", "TECHNOLOGY"]

    /// `ALDER`, `BIRCH` … and from the 27th on `S027`.
    public static func symbol(_ index: Int) -> String {
        if index < names.count { return names[index] }
        let digits = String(index + 1)
        return "S" + String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
    }
    static func sector(_ index: Int) -> Int { index % sectors.count }

    /// The share of the trading that falls to an instrument, before it is normalised: Zipf's law.
    static func activity(_ index: Int) -> Double { 1 / Double(index + 1) }
}
