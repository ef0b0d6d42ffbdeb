/// Why a connection or a listening server could not be had. Nothing is left behind: no thread, no socket.
public enum WebSocketError: Error, Hashable, Sendable {
    case invalidURL(String, reason: String)
    case unreadableFile(String, cause: String)
    case cannotStart(cause: String)
    case cannotListen(address: String, port: UInt16, cause: String)
    case connectionFailed(host: String, port: UInt16, cause: String)
}

extension WebSocketError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidURL(let url, let reason):
            "WebSocket URL \"\(url)\": \(reason); expected ws://HOST[:PORT][/PATH] or wss://…"
        case .unreadableFile(let path, let cause):
            "certificate file \"\(path)\" cannot be read: \(cause)"
        case .cannotStart(let cause):
            "the WebSocket service could not be started: \(cause)"
        case .cannotListen(let address, let port, let cause):
            "cannot listen on \(address):\(port): \(cause)"
        case .connectionFailed(let host, let port, let cause):
            "cannot connect to \(host):\(port): \(cause)"
        }
    }
}

/// How an open connection ended.
public struct WebSocketClosure: Hashable, Sendable {
    /// RFC 6455 section 7.4: the code of the side that closed first; `noCode` and `abnormal` are never on the wire.
    /// Codes that libwebsockets does not know (1012 to 1014, registered after the RFC) are shown as 1002.
    public let code: UInt16
    /// At most 123 bytes of UTF-8; empty where none was given.
    public let reason: String

    public static let normal: UInt16 = 1000
    public static let goingAway: UInt16 = 1001
    public static let noCode: UInt16 = 1005
    /// The connection was lost: there was no closing handshake.
    public static let abnormal: UInt16 = 1006
    public static let tooLong: UInt16 = 1009

    public init(code: UInt16, reason: String = "") {
        self.code = code
        self.reason = reason
    }
}

extension WebSocketClosure: CustomStringConvertible {
    public var description: String {
        if code == Self.abnormal { return "connection lost (1006)" }
        return reason.isEmpty ? "closed with code \(code)" : "closed with code \(code) \"\(reason)\""
    }
}

/// What became of a message offered for sending. A full queue is no error: the peer is slow.
public enum SendResult: Hashable, Sendable {
    case queued
    /// There is no room: the message was not taken. Offer it again later, or leave it out and count it.
    case full
    /// The connection is closed or closing.
    case gone
}

/// What a handler answers to a message: whether it takes more.
public enum WebSocketReading: Sendable {
    case goOn
    /// Read nothing more until `resumeReading()`. What the peer sends meanwhile waits in the sockets, and then at
    /// the peer: nothing is dropped.
    case stop
}
