import FloorTesting
import Foundation
import PlainData
import Testing

@testable import PaperVenue

@Suite("What feed clients ask") struct FeedRequestTests {
    private func parse(_ text: String) throws(FeedRequest.Flaw) -> FeedRequest {
        let bytes = Array(text.utf8)
        let result: Result<FeedRequest, FeedRequest.Flaw> = bytes.withUnsafeBytes { buffer in
            do throws(FeedRequest.Flaw) { return .success(try FeedRequest(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    @Test("channels are names, or objects with products of their own")
    func channels() throws {
        let request = try parse(
            #"{"type":"subscribe","product_ids":["ELM","OAK"],"channels":["matches",{"name":"ticker","product_ids":["FIR"]}]}"#)
        #expect(request.isSubscribe)
        #expect(
            request.wanted == [
                .init(channel: .matches, product: "ELM"), .init(channel: .matches, product: "OAK"),
                .init(channel: .ticker, product: "FIR"),
            ])
        #expect(try parse(#"{"type":"unsubscribe","channels":["ticker"],"product_ids":["A"]}"#).isSubscribe == false)
    }

    @Test(
        "what is no request is told so",
        arguments: [
            ("", "Malformed JSON"), ("[1]", "Malformed JSON"), (#"{"type":"hello"}"#, "Unknown type"),
            (#"{"type":"subscribe","channels":["level2"],"product_ids":["A"]}"#, "Failed to subscribe"),
            (#"{"type":"subscribe","channels":[7]}"#, "Failed to subscribe"),
            (#"{"type":"subscribe","channels":["ticker"]}"#, "Failed to subscribe"),
        ])
    func flaws(text: String, message: String) {
        let flaw = #expect(throws: FeedRequest.Flaw.self) { try parse(text) }
        #expect(flaw?.message == message)
    }

    @Test("the answer lists all subscriptions, as the venue does")
    func answer() {
        var subscription = FeedSubscription()
        subscription.add("A\"B", .ticker)
        subscription.add("C", .ticker)
        subscription.add("C", .ticker)
        subscription.add("C", .heartbeat)
        subscription.remove("C", .heartbeat)
        #expect(
            subscription.message == #"{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["A\"B","C"]}]}"#)
    }

    @Test("damaged requests never do harm", arguments: 1...20 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed), refused = 0
        let text =
            #"{"type":"subscribe","product_ids":["ELM","OAK"],"channels":["matches",{"name":"ticker","product_ids":["F"]}]}"#
        for _ in Fuzz.rounds(300, of: "feed request") {
            var bytes = Array(text.utf8)
            for _ in 0...random.below(4) {
                switch random.below(3) {
                case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
                case 1: bytes.remove(at: random.below(bytes.count))
                default: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count))
                }
            }
            bytes.withUnsafeBytes { if (try? FeedRequest($0)) == nil { refused += 1 } }
        }
        #expect(refused > 0)
    }
}

@Suite("The feed's JSON") struct JSONWriterTests {
    /// The standard library's reader is the judge.
    @Test("numbers, decimals, moments and texts read back", arguments: 1...50 as ClosedRange<UInt64>)
    func readsBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed), json = JSONWriter()
        let number = random.next() >> UInt64(random.below(60)),
            decimal = Int64(bitPattern: random.next()) >> Int64(random.below(60))
        let time = Int64(random.below(4_000_000_000_000_000_000))
        let text = String((0..<random.below(12)).map { _ in Character(Unicode.Scalar(UInt8(random.below(127)))) })
        json.begin("x")
        json.number("n", number)
        json.decimal("d", decimal, scale: 9)
        json.time("t", time)
        json.text("s", escaped: JSONWriter.escaped(text))
        json.end()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any])
        #expect((object["n"] as? NSNumber)?.uint64Value == number)
        #expect(object["d"] as? String == billionths(decimal))
        #expect((object["t"] as? String).flatMap { UTC.parse($0) } == time)
        #expect(object["s"] as? String == text)
    }

    /// By Foundation's decimal arithmetic.
    private func billionths(_ value: Int64) -> String {
        (Foundation.Decimal(value) / Foundation.Decimal(1_000_000_000)).description
    }
}
