import Foundation
import Glibc

/// How many inputs a parser's fuzz test tries: its usual number, times the environment variable `FLOOR_FUZZ`.
///
/// `make fuzz` sets it, and names a file in `FLOOR_FUZZ_TALLY` in which every test says what it was given.
public enum Fuzz {
    public static let factor = max(1, Int(ProcessInfo.processInfo.environment["FLOOR_FUZZ"] ?? "") ?? 1)

    /// The rounds of one run. More rounds of a seeded test go on where the usual ones end, so they are new inputs.
    /// - Parameter cheap: so many times more in a longer run, for a parser whose inputs take microseconds.
    public static func rounds(_ usual: Int, of parser: String, cheap: Int = 1) -> Range<Int> {
        let count = usual * factor * (factor > 1 ? cheap : 1)
        note(count, parser)
        return 0..<count
    }

    /// The seeds of a test that tries so many inputs a seed.
    public static func seeds(_ usual: Int, of parser: String, inputs: Int = 1) -> ClosedRange<UInt64> {
        note(usual * factor * inputs, parser)
        return 1...UInt64(usual * factor)
    }

    /// One write call on a file opened for appending, so that tests in parallel do not mix their lines.
    private static func note(_ count: Int, _ parser: String) {
        guard let path = ProcessInfo.processInfo.environment["FLOOR_FUZZ_TALLY"] else { return }
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
        guard file >= 0 else { return }
        defer { close(file) }
        let line = "\(parser)\t\(count)\n"
        _ = line.withCString { write(file, $0, strlen($0)) }
    }
}
