import FloorTesting
import Testing

@testable import WebSockets

@Suite("WebSocket URLs")
struct WebSocketURLTests {
    @Test(
        "the parts are told apart",
        arguments: [
            ("ws://localhost", false, "localhost", 80, "/", "localhost"),
            (
                "wss://ws-feed.exchange.coinbase.com", true, "ws-feed.exchange.coinbase.com", 443, "/",
                "ws-feed.exchange.coinbase.com"
            ),
            ("WS://127.0.0.1:9001/md?a=b/c", false, "127.0.0.1", 9001, "/md?a=b/c", "127.0.0.1:9001"),
            ("wss://[::1]:8443/x", true, "::1", 8443, "/x", "[::1]:8443"),
            ("ws://h?q=1", false, "h", 80, "/?q=1", "h"),
        ])
    func parts(text: String, isSecure: Bool, host: String, port: UInt16, path: String, header: String) throws {
        let url = try WebSocketURL(text)
        #expect(url.isSecure == isSecure && url.host == host && url.port == port && url.path == path)
        #expect(url.hostHeader == header)
    }

    @Test(
        "what is no WebSocket URL is refused, with the reason",
        arguments: [
            ("", "no scheme"), ("localhost:80", "no scheme"), ("http://h", "\"http\""), ("ws://", "no host"),
            ("ws://:80", "no host"),
            ("ws://h:0", "\"0\""), ("ws://h:65536", "\"65536\""), ("ws://h:x", "\"x\""), ("ws://h/a b", "blank"),
            ("ws://u@h", "user names"), ("ws://[::1", "bracket"), ("ws://h#f", "fragment"), ("ws://h\r\nX: y", "blank"),
        ])
    func refused(text: String, reason: String) throws {
        let error = try #require(throws: WebSocketError.self) { try WebSocketURL(text) }
        #expect(error.description.contains(reason))
    }

    @Test("no bytes make the parser fail otherwise")
    func fuzz() {
        var random = Xorshift(state: 7)
        let seeds = ["ws://127.0.0.1:9001/md?a=b", "wss://[::1]:8443/x", "ws://h"]
        for _ in Fuzz.rounds(20_000, of: "WebSocket URL") {
            var text = Array(seeds[Int(random.next() % 3)].utf8)
            for _ in 0...(random.next() % 4) {
                text[Int(random.next() % UInt64(text.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if let url = try? WebSocketURL(String(decoding: text, as: UTF8.self)) {
                #expect(!url.host.isEmpty && url.path.first == "/")
            }
        }
    }
}
