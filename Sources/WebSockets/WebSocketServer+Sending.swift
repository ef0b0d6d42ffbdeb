extension WebSocketServer {
    /// The clients whose connection is open, in the order in which they came.
    public var openClients: [ClientID] {
        clients.withLock { clients in clients.list.filter { $0.close == nil }.map(\.id) }
    }

    /// Queues a message for one client, or says that there is no room. Never waits.
    ///
    /// The messages of one thread to one client keep their order.
    public func send(_ message: UnsafeRawBufferPointer, isBinary: Bool = false, to id: ClientID) -> SendResult {
        check(message)
        let (result, wakes) = clients.withLock { offer(message, isBinary, to: id, of: &$0) }
        if wakes { service.wake() }
        return result
    }

    public func send(text: String, to id: ClientID) -> SendResult {
        var text = text
        return text.withUTF8 { send(UnsafeRawBufferPointer($0), to: id) }
    }

    /// The reliable way to feed a client: waits for room for as long as `limit`, so the producer goes no faster than the
    /// client reads, and no message is left out. `.full` after `limit` says that the client has stopped reading.
    ///
    /// Not from the handler: its thread is the one that makes room.
    public func send(
        _ message: UnsafeRawBufferPointer, isBinary: Bool = false, to id: ClientID, waitingAtMost limit: Duration
    ) -> SendResult {
        let result = send(message, isBinary: isBinary, to: id)
        guard result == .full else { return result }
        precondition(!service.isCurrent, "the service thread would wait for itself: use send(_:to:)")
        let waited = clients.wait(atMost: limit) { [self] clients -> (SendResult, Bool)? in
            let (result, wakes) = offer(message, isBinary, to: id, of: &clients)
            return result == .full ? nil : (result, wakes)
        }
        guard let waited else { return .full }
        if waited.1 { service.wake() }
        return waited.0
    }

    public struct BroadcastResult: Hashable, Sendable {
        public var queued = 0
        /// The clients that had no room: this message is missing for them.
        public var full: [ClientID] = []
    }

    /// Queues a message for every open client that has room. Never waits.
    public func broadcast(_ message: UnsafeRawBufferPointer, isBinary: Bool = false) -> BroadcastResult {
        check(message)
        var result = BroadcastResult()
        let wakes = clients.withLock { clients in
            var wakes = false
            for client in clients.list where client.close == nil {
                wakes = client.queue.isEmpty || wakes
                if client.queue.append(message, isBinary: isBinary) { result.queued += 1 } else { result.full.append(client.id) }
            }
            return wakes
        }
        if wakes { service.wake() }
        return result
    }

    /// The reliable broadcast: waits for room at each client for as long as `limit` (in all). Those that are still full
    /// then are named, so that the caller can close them. Not from the handler.
    public func broadcast(
        _ message: UnsafeRawBufferPointer, isBinary: Bool = false, waitingAtMost limit: Duration
    ) -> BroadcastResult {
        var result = broadcast(message, isBinary: isBinary)
        guard !result.full.isEmpty else { return result }
        let end = ContinuousClock.now + limit
        let late = result.full
        result.full = []
        for id in late {
            switch send(message, isBinary: isBinary, to: id, waitingAtMost: max(.zero, end - .now)) {
            case .queued: result.queued += 1
            case .full: result.full.append(id)
            case .gone: break
            }
        }
        return result
    }

    /// Starts the closing handshake, after what is queued for the client has been sent.
    public func close(_ id: ClientID, code: UInt16 = WebSocketClosure.normal, reason: String = "") {
        clients.withLock { clients in
            guard let client = clients.find(id), client.close == nil else { return }
            client.close = WebSocketClosure(code: code, reason: reason)
        }
        service.wake()
    }

    private func check(_ message: UnsafeRawBufferPointer) {
        let longest = SendQueue.longestMessage(capacity: configuration.sendQueueBytes)
        precondition(message.count <= longest, "a message of \(message.count) bytes; at most \(longest) fit the queue")
    }

    /// The answer, and whether the service thread must be woken for it.
    private func offer(
        _ message: UnsafeRawBufferPointer, _ isBinary: Bool, to id: ClientID, of clients: inout Clients
    ) -> (SendResult, Bool) {
        guard let client = clients.find(id), client.close == nil else { return (.gone, false) }
        let wasEmpty = client.queue.isEmpty
        return client.queue.append(message, isBinary: isBinary) ? (.queued, wasEmpty) : (.full, false)
    }
}
