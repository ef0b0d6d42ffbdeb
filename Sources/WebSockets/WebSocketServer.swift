import CWebSockets
import Glibc

/// What a server tells its owner. Every call comes from the server's own service thread, one at a time.
public protocol WebSocketServerHandler: AnyObject, Sendable {
    /// Whether a client is let in, by what its handshake says; turned away it is told 403.
    func webSocketServer(_ server: WebSocketServer, admits request: HTTPRequest) -> Bool
    func webSocketServer(_ server: WebSocketServer, opened client: WebSocketServer.ClientID)
    /// A whole message; the bytes are valid until the return.
    func webSocketServer(
        _ server: WebSocketServer, received message: UnsafeRawBufferPointer, isBinary: Bool, from client: WebSocketServer.ClientID
    )
    func webSocketServer(_ server: WebSocketServer, closed client: WebSocketServer.ClientID, _ closure: WebSocketClosure)
    /// A client's queue has become half empty, or empty.
    func webSocketServer(_ server: WebSocketServer, hasRoomFor client: WebSocketServer.ClientID)
}

extension WebSocketServerHandler {
    public func webSocketServer(_ server: WebSocketServer, admits request: HTTPRequest) -> Bool { true }
    public func webSocketServer(_ server: WebSocketServer, hasRoomFor client: WebSocketServer.ClientID) {}
}

/// A WebSocket server (RFC 6455) with a service thread of its own and a bounded queue a client.
///
/// It lives until `stop()`, which its owner must call: the thread keeps the server and its handler alive. All its
/// methods may be called from any thread, and from the handler's calls (`stop` and those that wait excepted).
public final class WebSocketServer: @unchecked Sendable {
    /// Names a connection for as long as the server lives; never used twice.
    public struct ClientID: Hashable, Comparable, CustomStringConvertible, Sendable {
        let number: UInt64
        public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
        public var description: String { String(number) }
    }

    public struct Configuration: Sendable {
        /// The address to listen on: the loopback address unless it is meant to be reached from elsewhere.
        public var address = "127.0.0.1"
        /// 0: the system chooses; `port` tells which.
        public var port: UInt16 = 0
        /// PEM files; with both the server speaks TLS only.
        public var certificateFile: String?
        public var privateKeyFile: String?
        public var maximumClients = 256
        /// A longer message closes its connection with code 1009.
        public var maximumMessageBytes = 1 << 20
        /// Room for the messages that wait for one client, in bytes; one message may have just under half of it.
        public var sendQueueBytes = 4 << 20
        /// Silence of a client after which it is pinged, and after which it counts as lost. 0: never, so that a client
        /// which stops reading (flow control) keeps its connection.
        public var pingSeconds: UInt16 = 0
        public var hangupSeconds: UInt16 = 0

        public init(port: UInt16 = 0) { self.port = port }
    }

    /// One connection. Guarded by the lock of `clients`.
    final class Client {
        let id: ClientID
        let peer: OpaquePointer
        var queue: SendQueue
        var close: WebSocketClosure?

        init(id: ClientID, peer: OpaquePointer, queueBytes: Int) {
            self.id = id
            self.peer = peer
            queue = SendQueue(capacity: queueBytes)
        }
    }

    /// In the order in which they came.
    struct Clients {
        var list: [Client] = []
        var nextNumber: UInt64 = 1
        var isStopping = false

        /// The list is sorted by id, being appended to only.
        func find(_ id: ClientID) -> Client? {
            var low = 0
            var high = list.count
            while low < high {
                let middle = (low + high) / 2
                if list[middle].id < id { low = middle + 1 } else { high = middle }
            }
            return low < list.count && list[low].id == id ? list[low] : nil
        }
    }

    public let configuration: Configuration
    /// The port that is listened on.
    public let port: UInt16
    let handler: any WebSocketServerHandler
    /// Who answers plain HTTP requests on the same port.
    let pages: (any HTTPHandler)?
    let service: ServiceThread
    let clients = Monitor(Clients())

    /// Listens from now on.
    /// - Parameter pages: who answers plain HTTP requests on the same port; nil answers them with 404.
    public init(
        _ configuration: Configuration, handler: any WebSocketServerHandler, pages: (any HTTPHandler)? = nil
    ) throws(WebSocketError) {
        self.configuration = configuration
        (self.handler, self.pages) = (handler, pages)
        for file in [configuration.certificateFile, configuration.privateKeyFile].compactMap(\.self) { try checkReadable(file) }
        do {
            service = try Self.makeService(configuration, answersHTTP: pages != nil)
        } catch {
            throw .cannotListen(
                address: configuration.address, port: configuration.port, cause: causeOfListenFailure(error.cause))
        }
        port = UInt16(truncatingIfNeeded: cws_port(service.context))
        service.start(name: "websocket-serve", owner: self)
    }

    private static func makeService(_ configuration: Configuration, answersHTTP: Bool) throws(ServiceFailure) -> ServiceThread {
        let address = strdup(configuration.address)
        let certificate = configuration.certificateFile.map { strdup($0) } ?? nil
        let key = configuration.privateKeyFile.map { strdup($0) } ?? nil
        defer { for text in [address, certificate, key] { free(text) } }
        var settings = cws_settings()
        settings.listens = true
        settings.interface = UnsafePointer(address)
        settings.port = Int32(configuration.port)
        settings.uses_tls = certificate != nil
        settings.certificate_file = UnsafePointer(certificate)
        settings.private_key_file = UnsafePointer(key)
        settings.maximum_message_bytes = configuration.maximumMessageBytes
        settings.maximum_peers = Int32(configuration.maximumClients)
        settings.ping_seconds = configuration.pingSeconds
        settings.hangup_seconds = max(configuration.hangupSeconds, configuration.pingSeconds + 1)
        settings.connect_timeout_seconds = 10
        return try ServiceThread(&settings, relay: EventRelay(), answersHTTP: answersHTTP)
    }

    /// Closes every connection with code 1001 after what is queued for it was sent, and ends the thread. What a client
    /// has not taken within `grace` is discarded. No call to the handler comes after the return. Idempotent.
    public func stop(grace: Duration = .seconds(2)) {
        clients.withLock { clients in
            clients.isStopping = true
            for client in clients.list where client.close == nil {
                client.close = WebSocketClosure(code: WebSocketClosure.goingAway)
            }
        }
        service.wake()
        _ = clients.wait(atMost: grace) { $0.list.isEmpty ? true : nil }
        service.stop()
        clients.signal()
    }
}

extension WebSocketServer: ServiceEvents {
    func woken() {
        let waiting = clients.withLock { clients in
            clients.list.filter { !$0.queue.isEmpty || $0.close != nil }.map(\.peer)
        }
        for peer in waiting { cws_request_writable(peer) }
    }

    func timerFired() {}

    func opened(_ peer: OpaquePointer) {
        let queueBytes = configuration.sendQueueBytes
        let id = clients.withLock { clients in
            let id = ClientID(number: clients.nextNumber)
            clients.nextNumber += 1
            let client = Client(id: id, peer: peer, queueBytes: queueBytes)
            if clients.isStopping { client.close = WebSocketClosure(code: WebSocketClosure.goingAway) }
            clients.list.append(client)
            return id
        }
        cws_set_user(peer, id.number)
        handler.webSocketServer(self, opened: id)
        service.wake()
    }

    func received(_ message: UnsafeRawBufferPointer, isBinary: Bool, from peer: OpaquePointer) {
        handler.webSocketServer(self, received: message, isBinary: isBinary, from: ClientID(number: cws_user(peer)))
    }

    func writable(_ peer: OpaquePointer) -> Bool {
        let id = ClientID(number: cws_user(peer))
        guard let client = clients.withLock({ $0.find(id) }) else { return false }
        let (next, close) = clients.withLock { _ in (client.queue.first(), client.close) }
        if let next {
            // Sent from where it lies: only this thread removes messages.
            guard cws_send(peer, next.message.bindMemory(to: UInt8.self).baseAddress, next.message.count, next.isBinary) else {
                cws_abort(peer)
                return false
            }
            let (rest, crossedHalf) = clients.withLock { _ in
                let half = client.queue.capacity / 2
                let before = client.queue.usedBytes
                client.queue.removeFirst()
                let after = client.queue.usedBytes
                return (!client.queue.isEmpty || client.close != nil, before > half && after <= half)
            }
            // Those who wait for room are told at half, not at every message: they then have much to do at once.
            guard crossedHalf || !rest else { return true }
            clients.signal()
            handler.webSocketServer(self, hasRoomFor: id)
            return clients.withLock { _ in !client.queue.isEmpty || client.close != nil }
        }
        if let close {
            let reason = Array(close.reason.utf8.prefix(123))
            cws_finish(peer, close.code, reason, reason.count)
        }
        return false
    }

    func closed(_ peer: OpaquePointer, _ closure: WebSocketClosure) {
        let id = ClientID(number: cws_user(peer))
        clients.withLock { $0.list.removeAll { $0.id == id } }
        handler.webSocketServer(self, closed: id, closure)
        clients.signal()
    }

    func failed(_ peer: OpaquePointer, cause: String) {}

    func admits(_ request: cws_request) -> Bool { handler.webSocketServer(self, admits: HTTPRequest(request)) }

    func requested(_ request: cws_request, _ answer: OpaquePointer) {
        pages?.answer(request, to: answer)
    }
}
