import Testing
import WebSockets

@testable import Publishing

@Suite("who may subscribe") struct StreamGuardTests {
    private func request(
        host: String = "127.0.0.1:9333", origin: String = "", authorization: String = "", query: String = ""
    ) -> HTTPRequest {
        HTTPRequest(path: "/", query: query, host: host, origin: origin, authorization: authorization)
    }
    private func isWelcome(_ admission: StreamGuard, _ request: HTTPRequest) -> Bool { admission.verdict(request) == .welcome }

    @Test("pages of this server may, those that are listed may, no others; programs have no page")
    func origins() {
        let admission = StreamGuard(isLocal: true, origins: ["https://desk.example.com"], token: "")
        for origin in ["", "http://127.0.0.1:9333", "https://desk.example.com"] {
            #expect(isWelcome(admission, request(origin: origin)), "\(origin)")
        }
        for origin in ["https://evil.example", "null", "http://127.0.0.1:80", "https://desk.example.com.evil.example", "?"] {
            #expect(!isWelcome(admission, request(origin: origin)), "\(origin)")
        }
    }

    @Test("this machine's own streams answer to this machine's names, whatever page asks under another")
    func names() {
        let here = StreamGuard(isLocal: true, origins: [], token: ""),
            anywhere = StreamGuard(isLocal: false, origins: [], token: "")
        let rebound = request(host: "evil.example:9333", origin: "http://evil.example:9333")
        #expect(!isWelcome(here, rebound) && isWelcome(anywhere, rebound))
        #expect(isWelcome(here, request(host: "localhost:9333")) && isWelcome(here, request(host: "[::1]:9333")))
    }

    @Test("a token is asked for in a header or in the query, whole; a page for people needs none")
    func tokens() {
        let admission = StreamGuard(isLocal: true, origins: [], token: "s3cret-token")
        #expect(isWelcome(admission, request(authorization: "Bearer s3cret-token")))
        #expect(isWelcome(admission, request(authorization: "bearer s3cret-token")))
        #expect(isWelcome(admission, request(query: "a=1&token=s3cret-token")))
        for wrong in ["", "Bearer ", "Bearer s3cret-toke", "Bearer s3cret-token2", "Basic s3cret-token", "s3cret-token"] {
            #expect(!isWelcome(admission, request(authorization: wrong)), "\(wrong)")
        }
        #expect(!isWelcome(admission, request(query: "token=")) && !isWelcome(admission, request(query: "xtoken=s3cret-token")))
        #expect(admission.verdict(request(), isPage: true) == .welcome)
        guard case .refused(401, _) = admission.verdict(request()) else {
            Issue.record("not told that a token is missing")
            return
        }
    }
}
