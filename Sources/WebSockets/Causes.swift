import Glibc

func checkReadable(_ path: String) throws(WebSocketError) {
    guard access(path, R_OK) == 0 else { throw .unreadableFile(path, cause: errorText(errno)) }
}

/// Why nothing could listen, from what libwebsockets logs: `ERROR on binding fd 27 to port 36027 (-1 98)`, where the
/// last number is the system's.
func causeOfListenFailure(_ log: String) -> String {
    guard let open = log.lastRange(of: "(-1 "), let close = log[open.upperBound...].firstIndex(of: ")"),
        let number = Int32(log[open.upperBound..<close])
    else { return log }
    return errorText(number)
}

/// Why a connection failed. libwebsockets says "Unable to connect" for every cause below the handshake, so those are
/// looked up by trying once more; `known` stands where the second try gets through.
func causeOfConnectFailure(host: String, port: UInt16, known: String) -> String {
    if known.hasPrefix("connect SSL err") {
        return "the TLS handshake failed; is the server's certificate signed by an authority that is trusted here (ca)?"
    }
    guard known == "Unable to connect" || known == "the connection could not be started" else { return known }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0, let list else { return String(cString: gai_strerror(status)) }
    defer { freeaddrinfo(list) }
    return connectError(list.pointee).map(errorText) ?? known
}

/// The error number of a connection attempt that takes at most 300 ms; nil where it succeeds.
private func connectError(_ address: addrinfo) -> Int32? {
    let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue), address.ai_protocol)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS else { return errno }
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&wait, 1, 300) == 1 else { return ETIMEDOUT }
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    return error == 0 ? nil : error
}

private func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }

extension String {
    fileprivate func lastRange(of text: String) -> Range<String.Index>? {
        var found: Range<String.Index>?
        var rest = self[...]
        while let next = rest.firstRange(of: text) {
            found = next
            rest = self[next.upperBound...]
        }
        return found
    }
}
