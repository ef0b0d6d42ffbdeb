import Glibc

/// What has become of a process, as the kernel says it.
public enum ProcessState: Sendable, Equatable {
    case alive
    /// Stopped by a signal (SIGSTOP, Ctrl-Z) or a debugger: it stands still and may go on.
    case stopped
    case gone

    /// - Parameter start: when the process was started, as `startTime` says it, so that another one with the same number
    ///   is not taken for it; 0 when unknown.
    static func of(_ process: Int64, start: UInt64) -> ProcessState {
        guard let fields = fields(of: process) else { return .gone }
        if start != 0, UInt64(fields.start) != start { return .gone }
        switch fields.state {
        case "T", "t": return .stopped
        case "Z", "X", "x": return .gone
        default: return .alive
        }
    }

    /// When a process was started, in the kernel's clock ticks since the boot.
    static func startTime(of process: Int64) -> UInt64? { fields(of: process).flatMap { UInt64($0.start) } }

    /// A number for this boot of this machine.
    static let boot: UInt64 = {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text(of: "/proc/sys/kernel/random/boot_id") ?? [] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }()

    private static func fields(of process: Int64) -> (state: String, start: String)? {
        guard let bytes = text(of: "/proc/\(process)/stat") else { return nil }
        // The second field is the program's name in parentheses, which may hold anything: look from the last one on.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let rest = bytes[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard rest.count > 19 else { return nil }
        return (rest[0], rest[19])
    }

    private static func text(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let n = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        return n > 0 ? Array(bytes[0..<n]) : nil
    }
}
