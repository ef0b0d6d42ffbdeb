import PlainData
import Testing

@testable import StreamRuntime

@Suite("a batch of one source")
struct RampTests {
    @Test("is searched in its event times for what a search of all its watermarks finds", arguments: 0..<200)
    func search(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        func draw(_ below: UInt64) -> Int64 { Int64(random.next() % below) }
        let count = 1 + Int(draw(60)), base = draw(100)
        let times = (0..<count).map { _ in base + draw(50) }
        let ramp = Ramp(
            latest: seed % 3 == 0 ? .min / 2 : base + draw(40), lateness: draw(20), floor: seed % 2 == 0 ? .max : base + draw(40),
            watermark: base - 30 + draw(30))
        // By the definition, record for record.
        var latest = ramp.latest
        let watermarks = times.map { time in
            latest = max(latest, time)
            return max(ramp.watermark, min(ramp.floor, latest - ramp.lateness))
        }
        let last = watermarks.last ?? 0
        func made() -> Batch {
            let batch = Batch(capacity: count, times: { for (i, time) in times.enumerated() { $0[i] = time } })
            batch.set(first: 7, end: 7 + UInt64(count), lastWatermark: last, isConstant: last == ramp.watermark, ramp: ramp)
            return batch
        }
        let own = made(), copied = Batch(capacity: count), plain = made()
        copied.copy(from: made(), withWatermarks: true)
        plain.makeWatermarks()
        for _ in 0..<20 {
            let time = min(last, ramp.watermark - 5 + draw(60)), expected = watermarks.firstIndex { $0 >= time } ?? -1
            for batch in [own, copied, plain] {
                #expect(batch.search(time) == 7 + UInt64(expected))
                if draw(40) == 0 { #expect(batch.watermark(at: 7 + UInt64(expected)) == watermarks[expected]) }
            }
        }
        for batch in [own, copied, plain] {
            #expect((0..<count).map { batch.watermark(at: 7 + UInt64($0)) } == watermarks)
        }
    }
}
