/// The parts of an `http://` or `https://` URL.
public struct HTTPURL: Hashable, Sendable {
    public let isSecure: Bool
    /// A name or an address; an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16
    /// What stands before every path; no slash at its end.
    public let path: String

    public init(isSecure: Bool, host: String, port: UInt16, path: String = "") {
        (self.isSecure, self.host, self.port, self.path) = (isSecure, host, port, path)
    }
    public init(_ text: String) throws(WebSocketError) {
        let lower = text.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else {
            throw .invalidURL(text, reason: "it is neither http:// nor https://")
        }
        let url = try WebSocketURL("ws" + text.dropFirst(4))
        (isSecure, host, port) = (url.isSecure, url.host, url.port)
        path = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
    }
    var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

/// What came for an HTTP request. The bytes are valid until the handler returns.
public enum HTTPAnswer {
    case body(UnsafeRawBufferPointer, status: Int)
    case failure(String)
}

/// The parts of a `ws://` or `wss://` URL (RFC 6455 section 3).
public struct WebSocketURL: Hashable, Sendable {
    public let isSecure: Bool
    /// A name or an address; an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16
    /// Path and query; "/" where none was given.
    public let path: String

    public init(_ text: String) throws(WebSocketError) {
        func invalid(_ reason: String) -> WebSocketError { .invalidURL(text, reason: reason) }
        guard let schemeEnd = text.firstRange(of: "://") else { throw invalid("it has no scheme") }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "ws": isSecure = false
        case "wss": isSecure = true
        case let scheme: throw invalid("the scheme is \"\(scheme)\"")
        }
        let rest = text[schemeEnd.upperBound...]
        if rest.contains("#") { throw invalid("a fragment is not allowed") }
        if rest.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) { throw invalid("it holds a blank") }
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        if authority.contains("@") { throw invalid("user names are not supported") }

        let hostEnd: Substring.Index
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { throw invalid("the bracket is not closed") }
            host = String(authority[authority.index(after: authority.startIndex)..<bracket])
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<hostEnd])
        }
        if host.isEmpty { throw invalid("it names no host") }
        let portText = authority[hostEnd...]
        if portText.isEmpty {
            port = isSecure ? 443 : 80
        } else {
            guard portText.first == ":", let number = UInt16(portText.dropFirst()), number > 0 else {
                throw invalid("the port \"\(portText.dropFirst())\" is not a number from 1 to 65535")
            }
            port = number
        }
        let path = rest[authorityEnd...]
        self.path = path.first == "/" ? String(path) : "/" + path
    }

    /// The value of the Host header: the port stands in it where it is not the scheme's own.
    var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}
