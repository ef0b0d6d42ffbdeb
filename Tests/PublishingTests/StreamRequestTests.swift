import FloorTesting
import PlainData
import Testing

@testable import Publishing

@Suite("requests of subscribers") struct StreamRequestTests {
    private func read(_ text: String) throws(StreamRequest.Flaw) -> StreamRequest {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { bytes in Result { () throws(StreamRequest.Flaw) in try StreamRequest(bytes) } }
        return try result.get()
    }

    @Test("a request is read whole")
    func whole() throws {
        let request = try read(#"{"subscribe": ["bars", "oms"], "symbols": ["AAPL"], "credit": 7}"#)
        #expect(request.subscribe == ["bars", "oms"] && request.symbols == ["AAPL"] && request.credit == 7)
        #expect(try read(#"{"streams": ["bars"], "credit": 2}"#).streams == ["bars"])
    }

    @Test(
        "what is wrong is said, with what there is",
        arguments: [
            ("[]", "one JSON object"), ("{", "one JSON object"), (#"{"subscrib": []}"#, "there is no key subscrib"),
            (#"{"subscribe": "bars"}"#, "lists of texts"), (#"{"subscribe": ["a"], "credit": -1}"#, "credit is -1"),
            (#"{"credit": 1}"#, "streams with credit"),
        ])
    func flaws(_ text: String, _ said: String) {
        let flaw = #expect(throws: StreamRequest.Flaw.self) { try read(text) }
        #expect(flaw?.text.contains(said) == true, "\(flaw?.text ?? "")")
    }

    @Test("whatever bytes come, a request or a flaw comes of them")
    func fuzz() {
        let seed = Array(#"{"subscribe": ["bars"], "symbols": ["A\u0041"], "credit": 12, "streams": []}"#.utf8)
        for round in Fuzz.rounds(2_000, of: "stream request") {
            var random = SplitMix64(seed: UInt64(round)), bytes = seed
            for _ in 0...random.next() % 4 {
                switch random.next() % 3 {
                case 0: bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
                default: bytes += bytes.prefix(Int(random.next() % UInt64(bytes.count)))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            let read = bytes.withUnsafeBytes { bytes in Result { () throws(StreamRequest.Flaw) in try StreamRequest(bytes) } }
            switch read {
            case .success(let request):
                #expect(request.subscribe != nil || request.unsubscribe != nil || request.streams != nil)
                #expect(request.credit.map { (0...StreamRequest.mostCredit).contains($0) } ?? true)
            case .failure(let flaw): #expect(!flaw.text.isEmpty)
            }
        }
    }
}
