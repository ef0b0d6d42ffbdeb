import Glibc

/// A stream socket in the file system. Paths may be longer than a socket's address: they are reached by way of their open folder.
enum LocalSocket {
    struct Failure: Error { let description: String, code: Int32 }

    static func listen(at path: String) throws(Failure) -> Int32 {
        let socket = try make()
        do throws(Failure) {
            unlink(path)
            try with(path) { address, length in bind(socket, address, length) }
            // Whoever may write to the data directory's group may command; the desk says who may do what.
            chmod(path, 0o660)
            guard Glibc.listen(socket, 16) == 0 else { throw failure(path) }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }
    static func connect(to path: String) throws(Failure) -> Int32 {
        let socket = try make()
        do throws(Failure) {
            try with(path) { address, length in Glibc.connect(socket, address, length) }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }
    /// A read or a write that takes longer fails.
    static func limit(_ socket: Int32, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Up to the first line's end, without it; nil where none came, in time and within `most` bytes.
    static func readLine(_ socket: Int32, most: Int) -> [UInt8]? {
        var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= most {
            let n = recv(socket, &piece, piece.count, 0)
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { return nil }
            if let end = piece[..<n].firstIndex(of: 10) { return bytes + piece[..<end] }
            bytes.append(contentsOf: piece[..<n])
        }
        return nil
    }
    static func write(_ socket: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let n = bytes.withUnsafeBytes { send(socket, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL)) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { return false }
            sent += n
        }
        return true
    }

    private static func make() throws(Failure) -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw failure("a local socket") }
        return socket
    }
    /// O_PATH of open(2): a place, which need not be readable.
    private static let place: Int32 = 0o10_000_000

    private static func with(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) throws(Failure) {
        let slash = path.lastIndex(of: "/"), folder = slash.map { String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let open = Glibc.open(folder.isEmpty ? "/" : folder, place | O_DIRECTORY | O_CLOEXEC)
        guard open >= 0 else { throw failure(folder) }
        defer { close(open) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array("/proc/self/fd/\(open)/\(name)".utf8)
        precondition(bytes.count < MemoryLayout.size(ofValue: address.sun_path), "the socket's own name is short")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard status == 0 else { throw failure(path) }
    }
    private static func failure(_ what: String) -> Failure {
        let code = errno
        return Failure(description: "\(what): \(String(cString: strerror(code)))", code: code)
    }
}
