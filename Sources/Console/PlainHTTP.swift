import Glibc

/// One GET request of HTTP/1.0: enough to ask a console, which answers with a length and closes.
enum PlainHTTP {
    struct Failure: Error {
        let description: String
    }
    struct Answer: Equatable {
        var status: Int
        var body: [UInt8]
    }
    private static let mostBytes = 64 << 20

    static func get(_ path: String, host: String, port: UInt16, seconds: Int = 5) throws(Failure) -> Answer {
        let socket = try connect(host, port, seconds)
        defer { close(socket) }
        let name = port == 80 ? host : "\(host):\(port)"
        try send(socket, Array("GET \(path) HTTP/1.0\r\nHost: \(name)\r\nConnection: close\r\n\r\n".utf8))
        var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < mostBytes {
            let n = recv(socket, &piece, piece.count, 0)
            if n == 0 { break }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw Failure(description: errno == EAGAIN ? "no answer within \(seconds) s" : text(errno)) }
            bytes.append(contentsOf: piece[0..<n])
        }
        guard let answer = parse(bytes) else { throw Failure(description: "the answer is not HTTP, or it is cut off") }
        return answer
    }

    /// - Returns: nil where it is not a whole answer.
    static func parse(_ bytes: [UInt8]) -> Answer? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard let end = bytes.firstRange(of: mark) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let first = lines[0].split(separator: " ")
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]), (100...599).contains(status) else {
            return nil
        }
        var body = bytes[end.upperBound...]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            guard line[..<colon].lowercased() == "content-length" else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            guard let length = Int(value), length >= 0, length <= body.count else { return nil }
            body = body.prefix(length)
        }
        return Answer(status: status, body: Array(body))
    }

    private static func connect(_ host: String, _ port: UInt16, _ seconds: Int) throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0, let list else { throw Failure(description: String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var cause = ECONNREFUSED, next: UnsafeMutablePointer<addrinfo>? = list
        while let address = next {
            let socket = Glibc.socket(address.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else { throw Failure(description: text(errno)) }
            var limit = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if Glibc.connect(socket, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 { return socket }
            cause = errno
            close(socket)
            next = address.pointee.ai_next
        }
        throw Failure(description: text(cause))
    }

    private static func send(_ socket: Int32, _ bytes: [UInt8]) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let n = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw Failure(description: text(errno)) }
            sent += n
        }
    }
    private static func text(_ number: Int32) -> String { String(cString: strerror(number)) }
}
