import PlainData
import StreamRuntime
import Testing
import WebSockets

@testable import Console

@Suite("the console's pages") struct ConsolePagesTests {
    private func ask(_ path: String, method: String = "GET", host: String = "127.0.0.1:9900", local: Bool = true) -> HTTPResponse
    {
        ConsolePages(Counters(), isLocal: local).respond(to: HTTPRequest(method: method, path: path, host: host))
    }
    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test("each path has its page and its type")
    func paths() {
        #expect(ask("/metrics").contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(text(ask("/metrics")).contains("# TYPE floor_operator_busy_ratio gauge\n"))
        #expect(ask("/metrics.json").contentType == "application/json" && FloorReport(json: ask("/metrics.json").body) != nil)
        #expect(text(ask("/healthz")) == "ok: starting\n")
        for (path, type) in [("/", "text/html"), ("/console.css", "text/css"), ("/console.js", "text/javascript")] {
            #expect(ask(path).status == 200 && ask(path).contentType.hasPrefix(type))
        }
        #expect(ask("/other").status == 404 && text(ask("/other")).contains("there is no /other"))
        #expect(ask("/metrics", method: "POST").status == 405 && ask("/metrics", method: "HEAD").status == 200)
    }

    @Test("the page refers to nothing of another host")
    func selfContained() {
        for text in [StatusPage.html, StatusPage.css, StatusPage.script] {
            #expect(!text.contains("http://") && !text.contains("https://") && !text.contains("innerHTML"))
        }
        #expect(StatusPage.html.contains("src=\"/console.js\"") && StatusPage.html.contains("href=\"/console.css\""))
    }

    @Test(
        "a local console answers to this machine's names alone",
        arguments: [
            ("127.0.0.1:9900", true), ("localhost", true), ("localhost:9900", true), ("[::1]:9900", true), ("", true),
            ("evil.example", false), ("evil.example:9900", false), ("127.0.0.1.evil.example", false), ("10.0.0.1", false),
        ] as [(String, Bool)])
    func hosts(host: String, isAllowed: Bool) {
        #expect(ask("/metrics", host: host).status == (isAllowed ? 200 : 403))
        #expect(ask("/metrics", host: host, local: false).status == 200, "one that is meant to be reached asks nothing")
    }
}
