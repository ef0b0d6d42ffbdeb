import PlainData
import StreamRuntime
import Synchronization
import WebSockets

/// Publishes streams of elements over WebSocket, on one port: first what is latest of each symbol, then what comes.
///
/// Nothing here waits for a client: each has a bounded queue and, if it says so, a credit of messages; what it does not take
/// waits in its subscription, bounded too.
public final class StreamHub: @unchecked Sendable {
    // What is variable is touched behind `lock` alone.
    private let lock = Mutex(())
    private var streams: [StreamBase] = []
    private var server: WebSocketServer?

    /// A message has at most so many elements, and about so many bytes.
    private static let mostElements = 512, mostBytes = 128 << 10
    public let host: String
    private let admission: StreamGuard

    /// Listens from now on.
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - origins: pages of other servers that may subscribe, `https://desk.example.com`.
    ///   - token: what a client has to know; empty: nothing.
    public init(host: String, port: UInt16, origins: [String] = [], token: String = "") throws(WebSocketError) {
        self.host = host
        let isLocal = ["127.0.0.1", "localhost", "::1"].contains(host)
        admission = StreamGuard(isLocal: isLocal, origins: origins, token: token)
        var configuration = WebSocketServer.Configuration(port: port)
        configuration.address = host
        configuration.maximumMessageBytes = 64 << 10
        configuration.sendQueueBytes = 1 << 20
        let server = try WebSocketServer(configuration, handler: self, pages: self)
        lock.withLock { _ in self.server = server }
    }
    public func asks(origins: [String], token: String) -> Bool { admission.origins == origins && admission.token == token }
    public func stop() { running?.stop(grace: .seconds(1)) }
    public var port: UInt16 { running?.port ?? 0 }
    private var running: WebSocketServer? { lock.withLock { _ in server } }

    /// A stream by this name, which no other has.
    /// - Parameters:
    ///   - backlog: how many elements wait for a slow client before they are conflated or it is cut off.
    ///   - key: the number of the symbol that an element is about.
    public func topic<T: Element>(
        _ name: String, of type: T.Type, names: Names, backlog: Int, slow: SlowClients, counters: Counters,
        key: @escaping (T) -> UInt32
    ) -> StreamTopic<T> {
        let stream = TypedStream<T>(name, names: names, backlog: backlog, slow: slow, counters: counters, key: key)
        lock.withLock { _ in streams.append(stream) }
        return StreamTopic(self, stream)
    }
    // MARK: - The publisher

    func publish<T: Element>(_ sequence: UInt64, _ element: T, on stream: TypedStream<T>) {
        lock.withLock { _ in
            let key = stream.key(element), symbol = stream.remember(key, sequence, element)
            guard !stream.subscriptions.isEmpty else { return }
            let entry = stream.entry(key, sequence, element)
            for id in Array(stream.subscriptions.keys) where stream.subscriptions[id]?.wants(symbol) == true {
                let room = stream.subscriptions[id]?.append(
                    entry, backlog: stream.backlog, conflates: stream.slow == .conflate)
                if let replaced = room ?? nil {
                    stream.noteConflated(replaced)
                    stream.behind.insert(id)
                } else {
                    drop(id, from: stream)
                    stream.noteCut()
                    server?.close(id, code: 1008, reason: "\(stream.name): more than \(stream.backlog) elements wait")
                }
            }
        }
    }
    func flush(_ stream: StreamBase) {
        lock.withLock { _ in for id in stream.behind { send(id, of: stream) } }
    }

    /// What waits for a client, as far as it has room and credit. Behind the lock.
    private func send(_ id: WebSocketServer.ClientID, of stream: StreamBase) {
        guard let server, var subscription = stream.subscriptions[id] else { return }
        stream.subscriptions[id] = nil  // held alone, so that nothing is copied
        subscription.order()
        while subscription.credit != 0, !subscription.waiting.isEmpty {
            let entries = subscription.next(Self.mostElements, bytes: Self.mostBytes)
            let conflated = subscription.conflated > 0 ? ",\"conflated\":\(subscription.conflated)" : ""
            let message = Self.message(stream, conflated, entries)
            guard message.withUnsafeBytes({ server.send($0, to: id) }) == .queued else { break }
            stream.noteSent(entries.count)
            subscription.sent(entries.count)
        }
        if subscription.waiting.isEmpty { stream.behind.remove(id) }
        stream.subscriptions[id] = subscription
        if subscription.credit == 0 { stream.noteClients() }
    }
    private static func message(_ stream: StreamBase, _ more: String, _ entries: ArraySlice<Subscription.Entry>) -> [UInt8] {
        var bytes = Array("{\"stream\":\(ElementJSON.string(stream.name))\(more),\"elements\":[".utf8)
        for (i, entry) in entries.enumerated() {
            if i > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += entry.object
        }
        bytes += Array("]}".utf8)
        return bytes
    }
    private func drop(_ id: WebSocketServer.ClientID, from stream: StreamBase) {
        stream.subscriptions[id] = nil
        stream.behind.remove(id)
        stream.noteClients()
    }

    // MARK: - A client's requests

    /// Does what a client asks for. The snapshot goes out before the lock is given back: nothing can overtake it.
    /// - Returns: false when the client does not read what it is sent.
    private func serve(_ request: StreamRequest, _ id: WebSocketServer.ClientID) throws(StreamRequest.Flaw) -> Bool {
        let named = (request.subscribe ?? []) + (request.unsubscribe ?? []) + (request.streams ?? [])
        let known = lock.withLock { _ in streams.map(\.name) }
        if let stranger = named.first(where: { !known.contains($0) }) {
            throw StreamRequest.Flaw(text: "there is no stream \(stranger); there are \(known.sorted().joined(separator: ", "))")
        }
        return lock.withLock { _ in
            for stream in streams {
                if request.unsubscribe?.contains(stream.name) == true { drop(id, from: stream) }
                if request.subscribe?.contains(stream.name) == true, !subscribe(id, to: stream, request) { return false }
                if let more = request.credit, request.streams?.contains(stream.name) == true,
                    let had = stream.subscriptions[id]?.credit
                {
                    stream.subscriptions[id]?.credit = min(had + more, StreamRequest.mostCredit)
                    stream.noteClients()
                }
            }
            return true
        }
    }
    private func subscribe(_ id: WebSocketServer.ClientID, to stream: StreamBase, _ request: StreamRequest) -> Bool {
        let new = Subscription(symbols: request.symbols.map(Set.init), credit: request.credit)
        for message in Self.snapshot(stream, stream.snapshot(for: new)) where !offer(message, to: id) { return false }
        stream.subscriptions[id] = new
        stream.behind.remove(id)
        stream.noteClients()
        return true
    }
    private func offer(_ message: [UInt8], to id: WebSocketServer.ClientID) -> Bool {
        message.withUnsafeBytes { server?.send($0, to: id) } != .full
    }
    /// In as many messages as it takes; the last one says so. They do not count against the credit.
    private static func snapshot(_ stream: StreamBase, _ entries: [Subscription.Entry]) -> [[UInt8]] {
        var messages: [[UInt8]] = [], rest = entries[...]
        repeat {
            let piece = rest.prefix(mostElements)
            rest = rest.dropFirst(piece.count)
            messages.append(message(stream, ",\"snapshot\":true,\"last\":\(rest.isEmpty)", piece))
        } while !rest.isEmpty
        return messages
    }
    private func forget(_ id: WebSocketServer.ClientID) {
        lock.withLock { _ in for stream in streams where stream.subscriptions[id] != nil { drop(id, from: stream) } }
    }
    private func sendWaiting(to id: WebSocketServer.ClientID) {
        lock.withLock { _ in for stream in streams where stream.behind.contains(id) { send(id, of: stream) } }
    }
    /// Who is subscribed to what: how much credit is left (null: no limit), what waits, and what became of the rest.
    private var clientList: [UInt8] {
        let list = lock.withLock { _ in
            streams.flatMap { stream in
                stream.subscriptions.sorted { $0.key < $1.key }.map { id, subscription in
                    "{\"client\":\(id.description),\"stream\":\(ElementJSON.string(stream.name)),"
                        + "\"credit\":\(subscription.credit.map(String.init) ?? "null"),\"waiting\":\(subscription.waiting.count),"
                        + "\"sent\":\(subscription.sentInAll),\"conflated\":\(subscription.conflatedInAll)}"
                }
            }
        }
        return Array("{\"clients\":[\(list.joined(separator: ","))]}".utf8)
    }
    /// What there is to subscribe to.
    private var listing: [UInt8] {
        let list = lock.withLock { _ in
            streams.map { "{\"stream\":\(ElementJSON.string($0.name)),\"element\":\(ElementJSON.string($0.elementName))}" }
        }
        return Array("{\"streams\":[\(list.joined(separator: ","))]}".utf8)
    }
}

extension StreamHub: WebSocketServerHandler {
    public func webSocketServer(_ server: WebSocketServer, admits request: HTTPRequest) -> Bool {
        admission.verdict(request) == .welcome
    }
    public func webSocketServer(_ server: WebSocketServer, opened client: WebSocketServer.ClientID) {
        _ = listing.withUnsafeBytes { server.send($0, to: client) }
    }
    public func webSocketServer(_ server: WebSocketServer, closed client: WebSocketServer.ClientID, _ closure: WebSocketClosure) {
        forget(client)
    }
    public func webSocketServer(_ server: WebSocketServer, hasRoomFor client: WebSocketServer.ClientID) {
        sendWaiting(to: client)
    }
    public func webSocketServer(
        _ server: WebSocketServer, received message: UnsafeRawBufferPointer, isBinary: Bool, from client: WebSocketServer.ClientID
    ) {
        let isHeard: Bool
        do throws(StreamRequest.Flaw) { isHeard = try serve(StreamRequest(message), client) } catch {
            let answer = Array("{\"error\":\(ElementJSON.string(error.text))}".utf8)
            isHeard = answer.withUnsafeBytes { server.send($0, to: client) } != .full
        }
        guard isHeard else {
            forget(client)
            return server.close(client, code: 1008, reason: "answers are not read")
        }
        sendWaiting(to: client)
    }
}

extension StreamHub: HTTPHandler {
    public func respond(to request: HTTPRequest) -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            return HTTPResponse(405, body: "only GET and HEAD\n".utf8)
        }
        if case .refused(let status, let reason) = admission.verdict(request, isPage: !request.path.hasSuffix(".json")) {
            return HTTPResponse(status, body: (reason + "\n").utf8)
        }
        switch request.path {
        case "/": return HTTPResponse(contentType: "text/html; charset=utf-8", body: StreamPage.html.utf8)
        case "/streams.js": return HTTPResponse(contentType: "text/javascript; charset=utf-8", body: StreamPage.script.utf8)
        case "/streams.css": return HTTPResponse(contentType: "text/css; charset=utf-8", body: StreamPage.css.utf8)
        case "/streams.json": return HTTPResponse(contentType: "application/json", body: listing)
        case "/clients.json": return HTTPResponse(contentType: "application/json", body: clientList)
        default:
            return HTTPResponse(404, body: "there is no \(request.path); there are /, /streams.json and /clients.json\n".utf8)
        }
    }
}
