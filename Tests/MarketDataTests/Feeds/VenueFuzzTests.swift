import FloorTesting
import Foundation
import PlainData
import Testing
import TradingModel
import WebSockets

@testable import MarketData

/// Messages of every venue, damaged: each is decoded or refused by the decoder's own error, and a core goes on after it.
@Suite("damaged messages of every venue")
struct VenueFuzzTests {
    static let samples: [(venue: VenueName, messages: [String])] = [
        (
            .binance,
            [
                #"{"stream":"x@trade","data":{"e":"trade","E":1,"s":"X","t":40,"p":"0.0042","q":"33.82","T":1554,"m":false}}"#,
                #"{"u":11,"s":"X","b":"8010.0","B":"0.14","a":"8012.15","A":"0.03"}"#,
                #"{"e":"depthUpdate","E":1,"s":"X","U":5,"u":6,"pu":4,"b":[["1","2"],["3","0"]],"a":[["4","1"]]}"#,
                #"{"lastUpdateId":5,"bids":[["1","2"]],"asks":[["4","1"]]}"#, #"{"result":null,"id":1}"#,
                #"{"error":{"code":2,"msg":"no"},"id":1}"#,
            ]
        ),
        (
            .coinbase,
            [
                #"{"type":"snapshot","product_id":"X","bids":[["1","2"]],"asks":[["4","1"]]}"#,
                #"{"type":"l2update","product_id":"X","time":"2019-08-01T00:00:03.8Z","changes":[["sell","9","0.4"]]}"#,
            ]
        ),
        (
            .kraken,
            [
                #"{"channel":"book","type":"snapshot","data":[{"symbol":"X","bids":[{"price":1.5,"qty":2}],"asks":[{"price":2.5,"qty":1}],"checksum":7}]}"#,
                #"{"channel":"trade","type":"update","data":[{"symbol":"X","side":"buy","price":1.5,"qty":2,"trade_id":7,"timestamp":"2024-01-01T00:00:00Z"}]}"#,
                #"{"channel":"ticker","data":[{"symbol":"X","bid":1,"bid_qty":2,"ask":3,"ask_qty":4}]}"#,
                #"{"method":"subscribe","success":false,"error":"no"}"#,
            ]
        ),
        (
            .bitstamp,
            [
                #"{"data":{"microtimestamp":"155","bids":[["1","2"]],"asks":[]},"event":"data","channel":"diff_order_book_x"}"#,
                #"{"data":{"microtimestamp":"155","amount_str":"1","price_str":"2","type":0,"id":8},"event":"trade","channel":"live_trades_x"}"#,
                #"{"microtimestamp":"155","bids":[["1","2"]],"asks":[["3","1"]]}"#,
            ]
        ),
        (
            .alpaca,
            [
                #"[{"T":"t","i":9,"S":"A","p":126.55,"s":1,"t":"2021-02-22T15:51:44.208Z","c":["@"]},{"T":"q","S":"A","bp":1,"bs":1,"ap":2,"as":4,"t":"2021-02-22T15:51:45Z"}]"#,
                #"[{"T":"b","S":"A","o":1,"h":2,"l":1,"c":2,"v":5,"n":4,"vw":1.5,"t":"2021-02-22T19:15:00Z"}]"#,
            ]
        ),
        (
            .polygon,
            [
                #"[{"ev":"T","sym":"A","i":"12","p":114.125,"s":100,"c":[0,12],"t":1536036818784,"q":36},{"ev":"status","status":"success","message":"m"}]"#,
                #"[{"ev":"AM","sym":"A","v":41,"vw":0.4,"o":0.4,"c":0.4,"h":0.4,"l":0.4,"s":1610144640000,"e":1610144700000}]"#,
            ]
        ),
    ]

    private static let spice = Array("{}[],:\"\\0.9-eE+ntf\0".utf8) + [0xFF, 0xC3]

    private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        for _ in 0...random.below(4) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(6) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] = Self.spice[random.below(Self.spice.count)]
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(Self.spice[random.below(Self.spice.count)], at: place)
            case 4: bytes = Array(bytes[..<place])
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(30))], at: place)
            }
        }
    }

    /// Expected: a decoder's reading that has seen nothing before.
    @Test("what the messages before have taught a decoder changes nothing of what it reads", arguments: 0..<6)
    func fuzzForecast(index: Int) throws {
        let (venue, messages) = Self.samples[index], names = Names()
        var configuration = VenueFeed.Configuration(url: try .init("ws://localhost/"), products: ["X"])
        (configuration.venue, configuration.channels) = (venue, venue.channels.map(\.name))
        func reading(_ decoder: any MarketData.Venue, _ bytes: [UInt8]) -> String {
            let batch = VenueBatch()
            let reject: VenueReject? = bytes.withUnsafeBytes { bytes in
                do throws(VenueReject) { try decoder.decode(bytes, receivedAt: 1, into: batch) } catch { return error }
                return nil
            }
            if let reject { return "\(reject)" }
            return
                "\((0..<batch.items.count).map { batch.items.base[$0] }) \((0..<batch.levels.count).map { batch.levels.base[$0] })"
        }
        let learned = VenueFeed.makeVenue(configuration, names)
        var random = SplitMix64(seed: UInt64(index) + 91), read = 0
        for round in Fuzz.rounds(600, of: "\(venue.rawValue) messages, forecast") {
            var bytes = Array(messages[random.below(messages.count)].utf8)
            if round >= 20, random.below(4) > 0 { damage(&bytes, &random) }
            let fresh = reading(VenueFeed.makeVenue(configuration, names), bytes)
            if fresh.hasPrefix("[") { read += 1 }
            #expect(reading(learned, bytes) == fresh, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(read > 100)
    }

    @Test("no bytes make a decoder fail otherwise than by its error", arguments: 0..<6)
    func fuzz(index: Int) throws {
        let (venue, messages) = Self.samples[index]
        var run = try CoreRun(venue, ["X"], venue.channels.map(\.name))
        var random = SplitMix64(seed: UInt64(index) + 1), rejects: UInt64 = 0
        for round in Fuzz.rounds(4_000, of: "\(venue.rawValue) messages", cheap: 20) {
            // Damaged names of instruments are names like any other, and are kept.
            if round > 0, round % 50_000 == 0 {
                rejects += run.core.counters.rejects
                run = try CoreRun(venue, ["X"], venue.channels.map(\.name))
            }
            var bytes = Array(messages[round % messages.count].utf8)
            if round >= messages.count { damage(&bytes, &random) }
            bytes.withUnsafeBytes { run.core.received($0, receivedAt: 1) }
            if random.below(8) == 0 { bytes.withUnsafeBytes { _ = run.core.snapshot(run.names.symbol("X"), $0, receivedAt: 1) } }
            if round < messages.count { #expect(run.core.counters.rejects == 0, "\(messages[round])") }
            if round % 256 == 0 { run.clear() }
        }
        #expect(rejects + run.core.counters.rejects > 100)
    }
}
