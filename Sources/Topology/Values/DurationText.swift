/// Durations as a topology writes them: a whole number and a unit, `250ms`, `1m`, `1d`.
public enum DurationText {
    /// Units in nanoseconds, the longest first.
    static let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
        ("us", 1_000), ("ns", 1),
    ]

    /// The duration in ns, or nil when the text is none or passes 292 years.
    public static func nanoseconds(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), let unit = units.first(where: { $0.name == text.dropFirst(digits.count) }) else {
            return nil
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds)
        return overflow ? nil : product
    }

    /// The shortest way to write it: the longest unit that divides it.
    static func canonical(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        for unit in units where nanoseconds % unit.nanoseconds == 0 { return "\(nanoseconds / unit.nanoseconds)\(unit.name)" }
        return "\(nanoseconds)ns"
    }

    public static let howToWrite = "write a whole number and a unit (ns, us, ms, s, m, h, d), like 250ms, 1m or 1d"
}

/// Sizes in bytes: a whole number, or one with a unit, `64KiB`, `16MB`.
enum SizeText {
    private static let units: [(name: String, bytes: Int64)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
        ("", 1),
    ]

    /// The size in bytes, or nil when the text is none.
    static func bytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text.dropFirst(digits.count)
        guard let count = Int64(digits), let unit = units.first(where: { $0.name.lowercased() == suffix.lowercased() }) else {
            return nil
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : product
    }

    static let howToWrite = "write a whole number of bytes, or one with a unit (KB, MB, GB, KiB, MiB, GiB), like 64KiB"
}
