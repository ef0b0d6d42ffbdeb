import StreamRuntime
import WebSockets

/// Shows a running floor over HTTP: `/metrics` for Prometheus, `/metrics.json`, `/healthz`, and a page for people.
///
/// A thread of its own reads the counters where they lie: no request ever reaches the engine's thread, so all of it answers
/// while the engine hangs. It only reads; there is nothing to be changed here.
public final class Console: Sendable {
    private let server: WebSocketServer
    public let address: ConsoleAddress

    /// Listens from now on.
    /// - Parameter address: port 0 lets the system choose one; `address` then says which.
    public init(_ counters: Counters, at address: ConsoleAddress) throws(ConsoleError) {
        var configuration = WebSocketServer.Configuration(port: address.port)
        configuration.address = address.host
        configuration.maximumClients = 0  // pages only
        let pages = ConsolePages(counters, isLocal: address.isLoopback)
        do { server = try WebSocketServer(configuration, handler: Nobody(), pages: pages) } catch {
            throw .cannotListen(address, cause: "\(error)")
        }
        self.address = ConsoleAddress(host: address.host, port: server.port)
    }
    public var url: String { "http://\(address)/" }
    public func stop() { server.stop(grace: .zero) }
}

/// Why there is no console.
public enum ConsoleError: Error, CustomStringConvertible {
    case cannotListen(ConsoleAddress, cause: String)

    public var description: String {
        switch self {
        case .cannotListen(let address, let cause): "console \(address): \(cause); choose another port with --console"
        }
    }
}

private final class Nobody: WebSocketServerHandler {
    func webSocketServer(_ server: WebSocketServer, opened client: WebSocketServer.ClientID) {}
    func webSocketServer(
        _ server: WebSocketServer, received message: UnsafeRawBufferPointer, isBinary: Bool, from client: WebSocketServer.ClientID
    ) {}
    func webSocketServer(_ server: WebSocketServer, closed client: WebSocketServer.ClientID, _ closure: WebSocketClosure) {}
}
