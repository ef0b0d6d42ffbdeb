import Synchronization

@testable import WebSockets

/// Remembers what a client's handler was told, and lets a test wait for it.
final class ClientRecorder: WebSocketClientHandler {
    struct Seen {
        var opened = 0
        var messages: [[UInt8]] = []
        var kinds: [Bool] = []
        var closures: [WebSocketClosure] = []
        var failures: [WebSocketError] = []
        var timers = 0
    }

    let seen = Monitor(Seen())
    /// Asked after each message: true stops the reading.
    let stopsAfter: @Sendable (_ count: Int) -> Bool

    init(stopsAfter: @escaping @Sendable (_ count: Int) -> Bool = { _ in false }) { self.stopsAfter = stopsAfter }

    func webSocketOpened(_ client: WebSocketClient) { record { $0.opened += 1 } }

    func webSocket(_ client: WebSocketClient, received message: UnsafeRawBufferPointer, isBinary: Bool) -> WebSocketReading {
        let count = record { seen -> Int in
            seen.messages.append(Array(message))
            seen.kinds.append(isBinary)
            return seen.messages.count
        }
        return stopsAfter(count) ? .stop : .goOn
    }

    func webSocket(_ client: WebSocketClient, closed closure: WebSocketClosure) { record { $0.closures.append(closure) } }
    func webSocket(_ client: WebSocketClient, failed error: WebSocketError) { record { $0.failures.append(error) } }
    func webSocketTimerFired(_ client: WebSocketClient) { record { $0.timers += 1 } }

    @discardableResult
    private func record<Result>(_ body: (inout Seen) -> Result) -> Result {
        let result = seen.withLock(body)
        seen.signal()
        return result
    }

    /// False where `condition` did not come true in time.
    func waits(_ seconds: Int = 10, until condition: (Seen) -> Bool) -> Bool {
        seen.wait(atMost: .seconds(seconds)) { condition($0) ? true : nil } ?? false
    }

    var texts: [String] { seen.withLock { $0.messages.map { String(decoding: $0, as: UTF8.self) } } }
}

/// Remembers what a server's handler was told; optionally sends every message back.
final class ServerRecorder: WebSocketServerHandler {
    struct Seen {
        var clients: [WebSocketServer.ClientID] = []
        var messages: [[UInt8]] = []
        var closures: [WebSocketClosure] = []
    }

    let seen = Monitor(Seen())
    let echoes: Bool

    init(echoes: Bool = false) { self.echoes = echoes }

    func webSocketServer(_ server: WebSocketServer, opened client: WebSocketServer.ClientID) {
        record { $0.clients.append(client) }
    }

    func webSocketServer(
        _ server: WebSocketServer, received message: UnsafeRawBufferPointer, isBinary: Bool, from client: WebSocketServer.ClientID
    ) {
        if echoes { _ = server.send(message, isBinary: isBinary, to: client) }
        record { $0.messages.append(Array(message)) }
    }

    func webSocketServer(_ server: WebSocketServer, closed client: WebSocketServer.ClientID, _ closure: WebSocketClosure) {
        record { $0.closures.append(closure) }
    }

    private func record(_ body: (inout Seen) -> Void) {
        seen.withLock(body)
        seen.signal()
    }

    func waits(_ seconds: Int = 10, until condition: (Seen) -> Bool) -> Bool {
        seen.wait(atMost: .seconds(seconds)) { condition($0) ? true : nil } ?? false
    }

    func firstClient() -> WebSocketServer.ClientID? {
        _ = waits { !$0.clients.isEmpty }
        return seen.withLock { $0.clients.first }
    }
}

/// A client connected to a port of this machine, stopped when it goes.
final class Dialed: Sendable {
    let recorder: ClientRecorder
    let client: WebSocketClient

    init(
        port: UInt16, scheme: String = "ws", host: String = "127.0.0.1", path: String = "/",
        recorder: ClientRecorder = ClientRecorder(), configure: (inout WebSocketClient.Configuration) -> Void = { _ in }
    ) throws {
        self.recorder = recorder
        var configuration = WebSocketClient.Configuration(url: try WebSocketURL("\(scheme)://\(host):\(port)\(path)"))
        configure(&configuration)
        client = try WebSocketClient(configuration, handler: recorder)
        client.connect()
    }

    deinit { client.stop() }
}

/// A server on a port that the system chose, stopped when it goes.
final class Listening: Sendable {
    let recorder: ServerRecorder
    let server: WebSocketServer
    var port: UInt16 { server.port }

    init(echoes: Bool = false, configure: (inout WebSocketServer.Configuration) -> Void = { _ in }) throws {
        recorder = ServerRecorder(echoes: echoes)
        var configuration = WebSocketServer.Configuration()
        configure(&configuration)
        server = try WebSocketServer(configuration, handler: recorder)
    }

    deinit { server.stop() }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
