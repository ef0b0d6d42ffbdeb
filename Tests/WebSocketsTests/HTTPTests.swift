import Foundation
import Glibc
import Testing

@testable import WebSockets

/// Answers with what it was asked; a large page at /large.
private final class Pages: HTTPHandler {
    static let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        if request.path == "/large" { return HTTPResponse(contentType: "application/octet-stream", body: Self.large) }
        if request.path == "/none" { return HTTPResponse(404, body: "none\n".utf8) }
        let line = "\(request.method) \(request.path) [\(request.query)] \(request.host.split(separator: ":").first ?? "")\n"
        return HTTPResponse(body: line.utf8)
    }
}

@Suite("HTTP beside WebSocket") struct HTTPTests {
    private func server() throws -> (server: WebSocketServer, recorder: ServerRecorder) {
        let recorder = ServerRecorder(echoes: true)
        return (try WebSocketServer(.init(), handler: recorder, pages: Pages()), recorder)
    }

    /// Sends bytes as they are and reads until the server closes or `count` bytes have come.
    private func raw(_ port: UInt16, _ text: String, reading count: Int = .max, milliseconds: Int = 5_000) throws -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = text.withCString { send(socket, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < count {
            let n = recv(socket, &piece, piece.count, 0)
            if n <= 0 { break }
            bytes += piece[0..<n]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("a request is answered with its status, type, length and body; a HEAD without the body")
    func answers() throws {
        let (server, _) = try server()
        defer { server.stop() }
        let get = try raw(server.port, "GET /a/b?x=1&y HTTP/1.1\r\nHost: here:1\r\nConnection: close\r\n\r\n")
        #expect(get.hasPrefix("HTTP/1.1 200 OK\r\n") && get.hasSuffix("\r\n\r\nGET /a/b [x=1&y] here\n"), "\(get)")
        #expect(get.lowercased().contains("content-type: text/plain; charset=utf-8\r\n"))
        #expect(get.lowercased().contains("content-length: 22\r\n"))
        let head = try raw(server.port, "HEAD / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.hasSuffix("\r\n\r\n"), "\(head)")
        #expect(head.lowercased().contains("content-length: 15\r\n"), "the length that a GET would have: \(head)")
        let none = try raw(server.port, "GET /none HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        #expect(none.hasPrefix("HTTP/1.1 404 ") && none.hasSuffix("none\n"), "\(none)")
        let old = try raw(server.port, "GET /old HTTP/1.0\r\n\r\n")
        #expect(old.contains("GET /old [] \n"), "\(old)")
    }

    @Test(
        "what is not HTTP harms nobody",
        arguments: ["\r\n\r\n", "GET\r\n\r\n", "\u{0}\u{1}\u{2}garbage\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"])
    func garbage(text: String) throws {
        let (server, _) = try server()
        defer { server.stop() }
        _ = try raw(server.port, text, reading: 1, milliseconds: 200)
        let get = try raw(server.port, "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        #expect(get.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(get)")
    }

    @Test("a server without pages has none")
    func withoutPages() throws {
        let server = try WebSocketServer(.init(), handler: ServerRecorder())
        defer { server.stop() }
        let get = try raw(server.port, "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        #expect(get.hasPrefix("HTTP/1.1 404 "), "\(get)")
    }

    @Test(
        "an independent client gets pages over one connection, a large one whole, and speaks WebSocket on the same port",
        .enabled(if: python != nil, "needs .venv/bin/python with the package websockets"))
    func independentClient() throws {
        let (server, _) = try server()
        defer { server.stop() }
        let peer = try Peer(
            """
            import asyncio, hashlib, http.client, sys, websockets
            port = int(sys.argv[1])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for _ in range(3):
                connection.request("GET", "/page?q")
                answer = connection.getresponse()
                print(answer.status, answer.read().decode().strip(), flush=True)
            connection.request("GET", "/large")
            print(hashlib.sha256(connection.getresponse().read()).hexdigest(), flush=True)
            connection.request("HEAD", "/large")
            answer = connection.getresponse()
            print(answer.getheader("content-length"), len(answer.read()), flush=True)
            connection.request("POST", "/", body="x" * 100)
            print(connection.getresponse().status, flush=True)
            async def main():
                async with websockets.connect(f"ws://127.0.0.1:{port}/") as ws:
                    await ws.send("both"); print(await ws.recv(), flush=True)
            asyncio.run(main())
            """, "\(server.port)")
        for _ in 0..<3 { #expect(peer.line() == "200 GET /page [q] 127.0.0.1") }
        let digest = try Peer(
            "import hashlib; print(hashlib.sha256(bytes((i * 31) % 256 for i in range(300000))).hexdigest())")
        #expect(peer.line() == digest.line())
        #expect(peer.line() == "300000 0")
        #expect(peer.line() == "200")
        #expect(peer.line() == "both")
    }
}
