import FloorTesting
import PlainData
import StreamRuntime
import Testing

@testable import Console

@Suite("what a console's answer is") struct ParsingTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("an answer is its status and as much of the body as its length says")
    func answers() {
        #expect(
            PlainHTTP.parse(bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc")) == .init(status: 200, body: bytes("ab")))
        #expect(PlainHTTP.parse(bytes("HTTP/1.0 503 No\r\n\r\nabc")) == .init(status: 503, body: bytes("abc")))
        for text in [
            "", "HTTP/1.1 200 OK\r\n", "HTTP/2 200\r\n\r\n", "SMTP 200\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
            "HTTP/1.1 999 OK\r\n\r\n",
        ] { #expect(PlainHTTP.parse(bytes(text)) == nil, "\(text)") }
    }

    @Test("no bytes make the reader of answers fall", arguments: Fuzz.seeds(300, of: "HTTP answers"))
    func fuzzAnswers(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var text = bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n{\"a\": 12345}")
        for _ in 0..<random.below(8) { text[random.below(text.count)] = UInt8(truncatingIfNeeded: random.next()) }
        if random.below(3) == 0 { text.removeLast(random.below(text.count)) }
        if let answer = PlainHTTP.parse(text) { #expect(answer.body.count <= text.count) }
    }

    @Test("no bytes make the reader of reports fall", arguments: Fuzz.seeds(100, of: "reports"))
    func fuzzReports(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), text = FloorReport(try FloorFigures(Counters())).json()
        for _ in 0..<(1 + random.below(6)) { text[random.below(text.count)] = UInt8(32 + random.below(95)) }
        if let report = FloorReport(json: text) { #expect(!TopFrame.text(report).isEmpty) }
    }
}
