import FloorTesting
import Glibc
import Testing

@testable import WebSockets

@Suite("connections that fail")
struct FailureTests {
    @Test("a refused connection is an error that names host, port and cause")
    func refused() throws {
        let port = UInt16(freePort())
        let dialed = try Dialed(port: port)
        #expect(dialed.recorder.waits { !$0.failures.isEmpty })
        let error = try #require(dialed.recorder.seen.withLock { $0.failures.first })
        #expect(error.description == "cannot connect to 127.0.0.1:\(port): Connection refused")
        dialed.client.connect()
        #expect(dialed.recorder.waits { $0.failures.count == 2 })
    }

    @Test("a host that does not exist is named")
    func unknownHost() throws {
        let dialed = try Dialed(port: 80, host: "no-such-host.invalid")
        #expect(dialed.recorder.waits(4) { !$0.failures.isEmpty })
        let error = try #require(dialed.recorder.seen.withLock { $0.failures.first })
        #expect(error.description.hasPrefix("cannot connect to no-such-host.invalid:80: "))
    }

    @Test("a peer that is no WebSocket server is an error")
    func notWebSocket() throws {
        let raw = try RawListener(answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        let dialed = try Dialed(port: raw.port)
        #expect(dialed.recorder.waits { !$0.failures.isEmpty })
        let error = try #require(dialed.recorder.seen.withLock { $0.failures.first })
        #expect(error.description.hasSuffix("127.0.0.1:\(raw.port): the server answered HTTP 404, not a WebSocket"))
    }

    @Test("a peer that never answers is given up after the connect timeout")
    func silent() throws {
        let raw = try RawListener(answer: nil)
        let dialed = try Dialed(port: raw.port) { $0.connectTimeoutSeconds = 1 }
        #expect(dialed.recorder.waits(8) { !$0.failures.isEmpty })
        let error = try #require(dialed.recorder.seen.withLock { $0.failures.first })
        #expect(error.description == "cannot connect to 127.0.0.1:\(raw.port): no answer within 1 s")
    }

    @Test("two servers cannot have one port")
    func portTaken() throws {
        let first = try Listening()
        let error = try #require(throws: WebSocketError.self) { try Listening { $0.port = first.port } }
        #expect(error.description.hasPrefix("cannot listen on 127.0.0.1:\(first.port): Address already in use"))
    }

    @Test("a certificate file that is not there is named before anything starts")
    func noSuchFile() throws {
        let error = try #require(throws: WebSocketError.self) { try Dialed(port: 1) { $0.caFile = "/no/such/ca.pem" } }
        #expect(error.description == "certificate file \"/no/such/ca.pem\" cannot be read: No such file or directory")
    }

    @Test("a client that is stopped while it connects ends")
    func stopWhileConnecting() throws {
        let raw = try RawListener(answer: nil)
        let dialed = try Dialed(port: raw.port)
        dialed.client.stop()
        #expect(dialed.recorder.seen.withLock { $0.opened } == 0)
    }
}

/// A plain TCP socket that accepts connections, reads a little, and may answer with fixed bytes.
final class RawListener {
    let port: UInt16
    private let descriptor: Int32

    struct Failed: Error {}

    init(answer: String?) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw Failed() }
        port = UInt16(bigEndian: address.sin_port)
        self.descriptor = descriptor
        guard let answer else { return }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Answer(descriptor: descriptor, text: answer))
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let answer = Unmanaged<Answer>.fromOpaque(argument).takeRetainedValue()
                let connection = accept(answer.descriptor, nil, nil)
                var request = [UInt8](repeating: 0, count: 4096)
                _ = read(connection, &request, request.count)
                _ = answer.text.withCString { write(connection, $0, strlen($0)) }
                usleep(200_000)
                close(connection)
                return nil
            }, box.toOpaque())
        pthread_detach(thread)
    }

    private final class Answer {
        let descriptor: Int32
        let text: String
        init(descriptor: Int32, text: String) {
            self.descriptor = descriptor
            self.text = text
        }
    }

    deinit { close(descriptor) }
}
