import CWebSockets
import Glibc

/// What a client tells its owner. Every call comes from the client's own service thread, one at a time.
public protocol WebSocketClientHandler: AnyObject, Sendable {
    func webSocketOpened(_ client: WebSocketClient)
    /// A whole message, put together from its fragments; the bytes are valid until the return.
    func webSocket(_ client: WebSocketClient, received message: UnsafeRawBufferPointer, isBinary: Bool) -> WebSocketReading
    /// All that the socket had is handed over: after one message where it is quiet, after many where they come fast.
    func webSocketTurnEnded(_ client: WebSocketClient)
    /// The connection that was open is gone. `connect()` makes another.
    func webSocket(_ client: WebSocketClient, closed closure: WebSocketClosure)
    /// No connection came about. `connect()` tries again.
    func webSocket(_ client: WebSocketClient, failed error: WebSocketError)
    /// The time set by `setTimer(after:)` has passed.
    func webSocketTimerFired(_ client: WebSocketClient)
    /// What came for `fetch`.
    func webSocket(_ client: WebSocketClient, fetched tag: UInt64, _ answer: HTTPAnswer)
}

extension WebSocketClientHandler {
    public func webSocket(_ client: WebSocketClient, fetched tag: UInt64, _ answer: HTTPAnswer) {}
    public func webSocketTimerFired(_ client: WebSocketClient) {}
    public func webSocketTurnEnded(_ client: WebSocketClient) {}
}

/// A WebSocket client (RFC 6455) with one connection at a time and a service thread of its own.
///
/// It lives until `stop()`, which its owner must call: the thread keeps the client and its handler alive. All its
/// methods may be called from any thread, and from the handler's calls (`stop()` excepted).
///
///     let client = try WebSocketClient(.init(url: WebSocketURL("wss://example.com/feed")), handler: feed)
///     client.connect()
///     …
///     client.stop()
public final class WebSocketClient: @unchecked Sendable {
    public struct Configuration: Sendable {
        public var url: WebSocketURL
        /// A PEM file with the certificate authorities to trust instead of the system's. The host name is always checked.
        public var caFile: String?
        public var connectTimeoutSeconds: UInt16 = 10
        /// Silence after which a ping is sent, and after which the connection counts as lost. 0: never.
        public var pingSeconds: UInt16 = 10
        public var hangupSeconds: UInt16 = 20
        /// A longer message closes the connection with code 1009.
        public var maximumMessageBytes = 16 << 20
        /// Room for messages that wait to be sent, in bytes; one message may have just under half of it.
        public var sendQueueBytes = 1 << 20
        /// Offer permessage-deflate (RFC 7692).
        public var offersCompression = false
        /// `fetch` is asked for https: loads the certificates even where the connection itself is not secure.
        public var fetchesSecurely = false

        public init(url: WebSocketURL, caFile: String? = nil) {
            self.url = url
            self.caFile = caFile
        }
    }

    /// What other threads ask of the service thread.
    private struct Requests: ~Copyable {
        var connect = false
        var resume = false
        var timer: Duration?
        var fetches: [(url: HTTPURL, path: String, tag: UInt64)] = []
        var close: WebSocketClosure?
        var isOpen = false
        var isStopping = false
        var hasEnded = true  // No connection, nor the attempt at one.
        var queue: SendQueue
    }

    private final class RequestBox {
        var requests: Requests
        init(queueBytes: Int) { requests = Requests(queue: SendQueue(capacity: queueBytes)) }
    }

    public let configuration: Configuration
    private let handler: any WebSocketClientHandler
    private let service: ServiceThread
    private let shared: Monitor<RequestBox>
    /// The connection or the attempt at one. `@unchecked Sendable`: touched on the service thread only.
    private var peer: OpaquePointer?

    /// Makes the client and its thread; nothing is sent before `connect()`.
    public init(_ configuration: Configuration, handler: any WebSocketClientHandler) throws(WebSocketError) {
        self.configuration = configuration
        self.handler = handler
        shared = Monitor(RequestBox(queueBytes: configuration.sendQueueBytes))
        if let caFile = configuration.caFile { try checkReadable(caFile) }
        do {
            service = try Self.makeService(configuration)
        } catch {
            throw .cannotStart(cause: error.cause)
        }
        service.start(name: "websocket", owner: self)
    }

    private static func makeService(_ configuration: Configuration) throws(ServiceFailure) -> ServiceThread {
        let caFile = configuration.caFile.map { strdup($0) } ?? nil
        defer { free(caFile) }
        var settings = cws_settings()
        settings.ca_file = UnsafePointer(caFile)
        settings.uses_tls = configuration.url.isSecure || configuration.fetchesSecurely
        settings.compresses = configuration.offersCompression
        settings.maximum_message_bytes = configuration.maximumMessageBytes
        settings.ping_seconds = configuration.pingSeconds
        settings.hangup_seconds = max(configuration.hangupSeconds, configuration.pingSeconds + 1)
        settings.connect_timeout_seconds = UInt32(configuration.connectTimeoutSeconds)
        return try ServiceThread(&settings, relay: EventRelay())
    }

    // MARK: What any thread may ask

    /// Starts a connection. Does nothing while there is one, or an attempt at one.
    public func connect() {
        shared.withLock { $0.requests.connect = true }
        service.wake()
    }

    /// Queues a text message. What is still queued when the connection ends is discarded.
    public func send(text: String) -> SendResult {
        var text = text
        return text.withUTF8 { send(UnsafeRawBufferPointer($0)) }
    }

    public func send(_ message: UnsafeRawBufferPointer, isBinary: Bool = false) -> SendResult {
        let longest = SendQueue.longestMessage(capacity: configuration.sendQueueBytes)
        precondition(message.count <= longest, "a message of \(message.count) bytes; at most \(longest) fit the queue")
        let (result, wasEmpty) = shared.withLock { box -> (SendResult, Bool) in
            guard box.requests.isOpen, box.requests.close == nil else { return (.gone, false) }
            let wasEmpty = box.requests.queue.isEmpty
            return (box.requests.queue.append(message, isBinary: isBinary) ? .queued : .full, wasEmpty)
        }
        if result == .queued, wasEmpty { service.wake() }
        return result
    }

    /// Reads on after the handler has answered `.stop`.
    ///
    /// A call that overtakes the handler's answer is not lost: it takes effect after it. So the one who makes room must
    /// only call this after the room is there.
    public func resumeReading() {
        shared.withLock { $0.requests.resume = true }
        service.wake()
    }

    /// Calls the handler's `webSocketTimerFired` once after this time, instead of the time set before.
    public func setTimer(after delay: Duration) {
        shared.withLock { $0.requests.timer = delay }
        service.wake()
    }

    /// Gets a page by HTTP, over a connection of its own; certificate and host name are checked as those of the feed's. The
    /// handler is told what came, with the tag.
    public func fetch(_ url: HTTPURL, path: String, tag: UInt64) {
        shared.withLock { $0.requests.fetches.append((url, path, tag)) }
        service.wake()
    }

    /// Starts the closing handshake, after what is queued has been sent.
    public func close(code: UInt16 = WebSocketClosure.normal, reason: String = "") {
        shared.withLock { if $0.requests.isOpen { $0.requests.close = WebSocketClosure(code: code, reason: reason) } }
        service.wake()
    }

    /// Closes the connection with code 1001, or after `grace` without a handshake, and ends the thread. No call to the
    /// handler comes after the return. Idempotent; not from the handler.
    public func stop(grace: Duration = .seconds(1)) {
        shared.withLock {
            $0.requests.isStopping = true
            if $0.requests.isOpen, $0.requests.close == nil {
                $0.requests.close = WebSocketClosure(code: WebSocketClosure.goingAway)
            }
        }
        service.wake()
        _ = shared.wait(atMost: grace) { $0.requests.isOpen ? nil : true }
        service.stop()
    }
}

extension WebSocketClient: ServiceEvents {
    func woken() {
        let fetches = shared.withLock { box in
            defer { if !box.requests.fetches.isEmpty { box.requests.fetches = [] } }
            return box.requests.isStopping ? [] : box.requests.fetches
        }
        for fetch in fetches { start(fetch.url, fetch.path, fetch.tag) }
        let (connects, resumes, timer, sends) = shared.withLock { box -> (Bool, Bool, Duration?, Bool) in
            defer {
                box.requests.connect = false
                box.requests.resume = false
                box.requests.timer = nil
            }
            let connects = box.requests.connect && box.requests.hasEnded && !box.requests.isStopping
            if connects { box.requests.hasEnded = false }
            let sends = box.requests.isOpen && (!box.requests.queue.isEmpty || box.requests.close != nil)
            return (connects, box.requests.resume, box.requests.timer, sends)
        }
        if let timer {
            let (seconds, attoseconds) = timer.components
            cws_set_timer(service.context, UInt64(max(0, seconds) * 1_000_000 + attoseconds / 1_000_000_000_000))
        }
        if connects { startConnecting() }
        if resumes, let peer { cws_set_reading(peer, true) }
        if sends, let peer { cws_request_writable(peer) }
    }

    private func startConnecting() {
        let url = configuration.url
        let connecting = url.host.withCString { host in
            url.path.withCString { path in
                url.hostHeader.withCString { header in
                    var target = cws_target(host: host, port: Int32(url.port), path: path, host_header: header, tls: url.isSecure)
                    return cws_connect(service.context, &target)
                }
            }
        }
        // A connection can only open in a later turn of the loop, so this is never too late.
        peer = connecting
    }

    private func start(_ url: HTTPURL, _ path: String, _ tag: UInt64) {
        url.host.withCString { host in
            path.withCString { path in
                url.hostHeader.withCString { header in
                    var target = cws_target(host: host, port: Int32(url.port), path: path, host_header: header, tls: url.isSecure)
                    cws_fetch(service.context, &target, tag)
                }
            }
        }
    }

    func fetched(_ tag: UInt64, _ answer: HTTPAnswer) { handler.webSocket(self, fetched: tag, answer) }

    func turnEnded() { handler.webSocketTurnEnded(self) }

    func timerFired() { handler.webSocketTimerFired(self) }

    func opened(_ peer: OpaquePointer) {
        self.peer = peer
        shared.withLock { $0.requests.isOpen = true }
        handler.webSocketOpened(self)
    }

    func received(_ message: UnsafeRawBufferPointer, isBinary: Bool, from peer: OpaquePointer) {
        switch handler.webSocket(self, received: message, isBinary: isBinary) {
        case .goOn: break
        case .stop: cws_set_reading(peer, false)
        }
    }

    func writable(_ peer: OpaquePointer) -> Bool {
        let (next, close) = shared.withLock { box in (box.requests.queue.first(), box.requests.close) }
        if let next {
            // Sent from where it lies: only this thread removes messages.
            guard cws_send(peer, next.message.bindMemory(to: UInt8.self).baseAddress, next.message.count, next.isBinary) else {
                cws_abort(peer)
                return false
            }
            return shared.withLock { box in
                box.requests.queue.removeFirst()
                return !box.requests.queue.isEmpty || box.requests.close != nil
            }
        }
        if let close {
            let reason = Array(close.reason.utf8.prefix(123))
            cws_finish(peer, close.code, reason, reason.count)
        }
        return false
    }

    func closed(_ peer: OpaquePointer, _ closure: WebSocketClosure) {
        end()
        handler.webSocket(self, closed: closure)
        shared.signal()
    }

    func failed(_ peer: OpaquePointer, cause: String) {
        end()
        let url = configuration.url
        let known = causeOfConnectFailure(host: url.host, port: url.port, known: cause)
        handler.webSocket(self, failed: .connectionFailed(host: url.host, port: url.port, cause: known))
    }

    private func end() {
        peer = nil
        shared.withLock { box in
            box.requests.isOpen = false
            box.requests.hasEnded = true
            box.requests.close = nil
            box.requests.queue.removeAll()
        }
    }
}
