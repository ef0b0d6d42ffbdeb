import Glibc

/// A socket that listens on this machine alone, on a port that the system chose: for venues that the bench plays itself.
struct LoopbackListener {
    let descriptor: Int32, port: Int

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else {
            let cause = String(cString: strerror(errno))
            close(listener)
            throw Refusal.answer("no socket to listen on: \(cause)")
        }
        (descriptor, port) = (listener, Int(UInt16(bigEndian: address.sin_port)))
    }
}
