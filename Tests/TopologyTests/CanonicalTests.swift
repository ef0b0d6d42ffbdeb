import Testing

@testable import Topology

@Suite("A topology's meaning has one text and one hash")
struct CanonicalTests {
    @Test("the order of keys, comments and style do not change the hash", arguments: 1...60 as ClosedRange<UInt64>)
    func orderDoesNotMatter(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let topology = RandomTopology(using: &random)
        let first = try checked(topology.text(using: &random))
        for _ in 0..<5 {
            let other = try checked(topology.text(using: &random))
            #expect(other.canonicalText == first.canonicalText)
            #expect(other.hash == first.hash)
            #expect(other.vertices.map(\.name) == first.vertices.map(\.name))
        }
    }

    @Test("the canonical text is a topology with the same canonical text", arguments: 1...60 as ClosedRange<UInt64>)
    func canonicalTextIsAFixedPoint(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let first = try checked(RandomTopology(using: &random).text(using: &random))
        #expect(try checked(first.canonicalText).canonicalText == first.canonicalText)
    }

    @Test("the canonical text of a desk is written by the contract")
    func deskByHand() throws {
        let desk = try checked(DeskCatalog.desk)
        let expected = #"""
            topology: desk
            clock: { kind: wall, every: 5ms }
            instruments:
              - { symbol: BRK.B, lot: 1, tick: 0.01 }
              - { symbol: BTC-USD, currency: USD, lot: 0.00000001, tick: 0.01 }
            sources:
              feed: { kind: feed, url: "wss://feed.example/ws", symbols: [BTC-USD, BRK.B], buffer: 1048576 }
              fills: { kind: loop, of: oms }
              reports: { kind: fix, session: broker }
            operators:
              bars: { kind: time-bars, from: { in: { vertex: feed, overflow: conflate, capacity: 65536 } }, every: 1m, lateness: 0s }
              compliance: { kind: compliance, from: { in: drift } }
              drift: { kind: drift, from: { targets: targets, positions: fills, prices: { vertex: feed.quotes, overflow: conflate } }, band: 0.001 }
              oms: { kind: oms, from: { reports: reports } }
              rsi: { kind: rsi, from: { in: bars }, period: 14, source: close }
              targets: { kind: targets, from: { in: rsi }, weights: { BRK.B: -0.5, BTC-USD: 0.25 }, invert: false }
            sinks:
              decisions: { kind: csv, from: { in: compliance.decisions }, path: decisions.csv }
              late: { kind: csv, from: { in: bars.late }, path: late.csv }
              router: { kind: fix, from: { in: compliance }, session: broker }
              screen: { kind: blotter, from: { in: { vertex: oms, overflow: sample, every: 100ms } } }
            sessions:
              broker: { role: initiator, version: FIX.4.4, sender: FLOOR, target: BROKER, host: 127.0.0.1, port: 9880, heartbeat: 30s, tls: false, log: true, reset: false, unacknowledged: 1000, poss_resend: true, order_id: false, time: milliseconds, status: order, replaces: one }
            limits: { collar: { age: 2s, width: 0.05 }, max_notional: 1000000, restricted: [ABC, DEF] }

            """#
        #expect(desk.canonicalText == expected)
        #expect(try checked(desk.canonicalText).canonicalText == expected)
    }

    @Test(
        "text that YAML would read otherwise survives",
        arguments: [
            "", "null", "~", "- a", "a: b", "#x", "\"q\"", "back\\slash", "line\nbreak", "é∑🚀", "\u{85}\u{2028}", "*a", "&a", "@",
            "{", "-1", "yes",
        ])
    func awkwardText(text: String) throws {
        let escaped = text.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        let file = "topology: t\nsources:\n  f: { kind: feed, url: \"\(escaped.joined())\", symbols: [] }\n"
        let first = try checked(file)
        #expect(first.vertex("f")?.settings.text("url") == text)
        #expect(try checked(first.canonicalText).vertex("f")?.settings.text("url") == text)
    }

    @Test("a value's spelling does not change the hash, its meaning does")
    func spelling() throws {
        func hash(_ every: String) throws -> String {
            try checked(DeskCatalog.rsiOnAFile.replacing("every: 1m", with: "every: \(every)")).hash
        }
        #expect(try hash("60s") == hash("1m"))
        #expect(try hash("60000ms") == hash("1m"))
        #expect(try hash("61s") != hash("1m"))
    }

    @Test("where things are is in the text and not in the hash: a day goes on when a venue or a file has moved")
    func places() throws {
        let desk = DeskCatalog.desk
        let moved = desk.replacing("port: 9880", with: "port: 9881").replacing("host: 127.0.0.1", with: "host: venue.example")
        try #require(moved != desk)
        #expect(try checked(moved).hash == checked(desk).hash && checked(moved).canonicalText != checked(desk).canonicalText)
        #expect(try checked(desk.replacing("sender: FLOOR", with: "sender: FLOUR")).hash != checked(desk).hash)
        let file = DeskCatalog.rsiOnAFile
        let other = file.replacing("path: \"-\"", with: "path: elsewhere.csv")
        try #require(other != file)
        #expect(try checked(other).hash == checked(file).hash)
    }

    /// The vectors of RFC 9923, section 8.
    @Test(
        "the fingerprint is FNV-1a",
        arguments: [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")])
    func vectors(text: String, hash: String) {
        #expect(Fingerprint.hexadecimal(of: text) == hash)
    }
}
