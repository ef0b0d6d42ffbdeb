/// Where a console listens: a port on the loopback address, or an address and a port.
public struct ConsoleAddress: Hashable, Sendable, CustomStringConvertible {
    public var host: String, port: UInt16

    public static let loopback = "127.0.0.1"

    public init(host: String = loopback, port: UInt16) { (self.host, self.port) = (host, port) }

    /// `9900`, `127.0.0.1:9900`, `0.0.0.0:9900`; nil where it is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else {
            guard let port = UInt16(text) else { return nil }
            self.init(port: port)
            return
        }
        let host = String(text[..<colon])
        guard let port = UInt16(text[text.index(after: colon)...]), !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }
    public var description: String { "\(host):\(port)" }

    /// Whether only this machine reaches it.
    var isLoopback: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" || host == "::1" { return true }
        // An address of 127.0.0.0/8, and not a name that begins like one.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts[0] == "127"
    }

    /// The name in a Host header, without its port.
    static func name(inHeader text: String) -> String {
        guard let colon = text.lastIndex(of: ":"), UInt16(text[text.index(after: colon)...]) != nil else { return text }
        return String(text[..<colon])
    }
}
