import CPlatform
import FloorTesting
import Foundation
import PlainData
import Testing

@testable import StreamRuntime

@Suite("counters in a file") struct CountersReadingTests {
    /// Counters with a little of everything, more than one chunk of them.
    private func some() -> Counters {
        let counters = Counters()
        let thread = counters.thread("engine")
        thread.cell.pointee.begun = 1
        for i in 0..<40 {
            let stage = counters.stage("stage \(i) \"ü\"\\", .operator)
            stage.cell.pointee.thread = thread.number
            stage.ran(from: 0, to: 1_000, elements: 10, inputAt: 0, ingestTime: 1)
            let edge = counters.edge("edge \(i)")
            edge.cell.pointee.producer = stage.number
            stage.cell.pointee.output = edge.number
            counters.edge("edge \(i)").shed += UInt64(i)
        }
        counters.source("feed").gaps = 3
        counters.gauge("floor_orders", [("state", "New")], help: "Orders.").value = 12
        counters.path(from: "feed", to: "broker").latency.record(1_500)
        return counters
    }

    @Test("what was counted is read, from memory and from the file alike")
    func roundTrip() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/counters.bin", counters = some()
        let keeper = CountersKeeper(counters, path: path) { Issue.record("\($0)") }
        keeper.finish()
        for figures in [try FloorFigures(counters), FloorFigures(try CountersReading(path: path))] {
            #expect(figures.operators.count == 41 && figures.edges.count == 40)
            #expect(figures.row("stage 7 \"ü\"\\")?.elementsIn == 10)
            #expect(figures.edge("edge 39")?.shed == 39)
            #expect(figures.sources.first?.gaps == 3)
            #expect(figures.series.map(\.value) == [12] && figures.series[0].labels.map(\.1) == ["New"])
            #expect(figures.paths.map(\.count) == [1])
            #expect(figures.process.id == Int64(ProcessInfo.processInfo.processIdentifier))
        }
        #expect(some().memory.list.count > 1, "more than one chunk is tried")
    }

    @Test("a file that grows is read while it does")
    func grows() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/counters.bin", counters = Counters()
        let keeper = CountersKeeper(counters, path: path) { Issue.record("\($0)") }
        for i in 0..<100 { _ = counters.stage("late \(i)", .sink) }
        keeper.finish()
        #expect(try CountersReading(path: path).stages.count == 100)
    }

    @Test("what is no counters file is named as what it is")
    func refusals() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/counters.bin"
        let good = some().memory.snapshot()
        func reading(_ bytes: [UInt8]) -> String {
            do {
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                _ = try CountersReading(path: path)
                return "none"
            } catch { return "\(error)".replacingOccurrences(of: path, with: "FILE") }
        }
        #expect(reading(good) == "none")
        #expect(reading([]) == "FILE: the counters are damaged: it is empty")
        #expect(reading(Array("PK\u{3}\u{4} not counters at all".utf8)) == "FILE: not a counters file")
        #expect(reading(Array(good[0..<100])) == "FILE: the counters are damaged: it is cut off after 100 bytes")
        #expect(reading(Array(good[0..<5_000])).hasPrefix("FILE: the counters are damaged: it has 5000 bytes where 2 × 262144"))
        var other = good
        other[8] = 9
        #expect(reading(other).hasPrefix("FILE: counters of version 9, this floor reads version 1"))
        var layout = good
        layout[16] ^= 1
        #expect(reading(layout) == "FILE: the counters are damaged: its header fails its checksum")
        var record = good
        record[4_096 + 4] = 99
        #expect(reading(record) == "FILE: the counters are damaged: the record at byte 4096 is none")
        #expect(throws: CountersError.self) { try CountersReading(path: folder.path + "/none") }
        #expect(throws: CountersError.self) { try CountersReading(path: folder.path) }
    }

    @Test("another build's counters are refused, not misread")
    func otherLayout() throws {
        let counters = some(), header = counters.memory.header
        header.pointee.layout ^= 1
        header.pointee.checksum = UInt64(cp_crc32c(0, header, CountersHeader.constantBytes))
        #expect(throws: CountersError.otherLayout(path: "x")) {
            try CountersReading(bytes: counters.memory.snapshot(), path: "x")
        }
    }

    /// Torn and damaged bytes: whatever they are, there is an error or there are figures, and they can be written.
    @Test("no bytes make the reader fall", arguments: Fuzz.seeds(60, of: "counters"))
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed), bytes = some().memory.snapshot()
        switch random.below(4) {
        case 0: bytes.removeLast(random.below(bytes.count))
        case 1: for i in bytes.indices { bytes[i] = UInt8(truncatingIfNeeded: random.next()) }
        default:
            // Behind the header's constant part, so that the checksum does not end it at once.
            for _ in 0..<(1 + random.below(400)) {
                bytes[64 + random.below(random.below(2) == 0 ? 20_000 : bytes.count - 64)] = UInt8(
                    truncatingIfNeeded: random.next())
            }
        }
        guard let reading = try? CountersReading(bytes: bytes, path: "fuzz") else { return }
        for state in [ProcessState.alive, .stopped, .gone] {
            let figures = FloorFigures(
                reading, at: .init(ticks: random.next(), wall: Int64(bitPattern: random.next())), state: state)
            #expect(figures.operators.allSatisfy { abs($0.busy + $0.idle + $0.backpressured - 1) < 1e-6 })
            #expect(PrometheusText.text(figures).hasSuffix("\n"))
        }
    }

    @Test("a disk without room leaves the counters in memory, with a word about it")
    func fullDisk() throws {
        let counters = some()
        let said = Said()
        let keeper = CountersKeeper(counters, path: "/dev/full/counters.bin") { said.add($0) }
        keeper.finish()
        #expect(said.lines.count == 1 && said.lines[0].contains("the counters are kept in memory only"), "\(said.lines)")
        #expect(try FloorFigures(counters).edges.count == 40)
    }
}
