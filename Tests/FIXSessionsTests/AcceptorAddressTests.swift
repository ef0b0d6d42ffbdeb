import FIXSessions
import FloorTesting
import Glibc
import Testing

@Suite("where an acceptor listens")
struct AcceptorAddressTests {
    /// Whether somebody takes a connection there. All of 127.0.0.0/8 is this machine.
    private func answers(_ address: String, _ port: Int) -> Bool {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        place.sin_addr.s_addr = inet_addr(address)
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    @Test("at the address that it is told, and at no other; 0.0.0.0 is all")
    func address() throws {
        for (host, others) in [("127.0.0.1", false), ("127.0.0.3", false), ("0.0.0.0", true)] {
            let pair = Pair()
            let engine = try FIXEngine([pair.acceptor { $0.host = host }], handler: Recorder())
            try engine.start()
            defer { engine.stop(graceMilliseconds: 0) }
            #expect(eventually { answers(host == "0.0.0.0" ? "127.0.0.1" : host, pair.port) }, "\(host)")
            #expect(answers("127.0.0.2", pair.port) == others, "\(host)")
        }
    }

    @Test("a name, or another machine's address, is refused in words")
    func refusals() throws {
        let pair = Pair()
        let error = #expect(throws: FIXEngineError.self) {
            try FIXEngine([pair.acceptor { $0.host = "broker.example" }], handler: Recorder())
        }
        #expect(error?.description.contains("the IPv4 address to listen on") == true)
        // 192.0.2.0/24 is nobody's: RFC 5737.
        let engine = try FIXEngine([pair.acceptor { $0.host = "192.0.2.1" }], handler: Recorder())
        #expect(throws: FIXEngineError.self) { try engine.start() }
    }
}
