import Foundation
import PlainData
import StreamRuntime
import Testing
import TradingModel

@testable import OMS

/// The desk's two operators in a graph, as a topology would wire them.
private struct OrderFloor {
    let graph: Graph, names = Names()
    let requests: TypedPort<OrderRequest>, reports: TypedPort<ExecutionReport>
    static let sources = ["requests", "reports"]

    init(capacity: Int = 4_096) {
        graph = Graph(edgeCapacity: capacity)
        requests = graph.source("requests", OrderRequest.self)
        reports = graph.source("reports", ExecutionReport.self)
        let oms = graph.add("oms", OMSOperator(), from: requests.edge, and: reports.edge)
        graph.add("positions", PositionsOperator(), from: oms.out)
    }
    var digests: [Digest] { graph.hashedEdges.map(\.digest) }
}

private struct ListSource<T: Element>: PullSource {
    var values: [T], at = 0
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<T>) throws -> Int {
        let n = min(values.count - at, buffer.count)
        for i in 0..<n { buffer[i] = values[at + i] }
        at += n
        return n
    }
}

private final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "floor-oms-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("The laws of the runtime, for the order operators")
struct OperatorLawTests {
    private func record(_ seed: UInt64, in folder: String) throws -> [Digest] {
        let floor = OrderFloor(), venue = RandomVenue(seed: seed, steps: 400)
        var options = EngineOptions()
        options.clockInterval = nil
        options.batch = 64
        let engine = Engine(floor.graph, names: floor.names, options: options)
        engine.pull(
            floor.requests,
            ListSource(values: venue.log.compactMap { if case .request(let request) = $0 { request } else { nil } }))
        engine.pull(
            floor.reports,
            ListSource(values: venue.log.compactMap { if case .report(let report) = $0 { report } else { nil } }))
        let journal = try JournalWriter(
            directory: folder, topologyHash: seed, nextSequence: 1, lastSegment: 0, durability: .os, segmentBytes: 64 << 10)
        defer { journal.close() }
        try engine.run(journal: journal)
        return floor.digests
    }

    @Test(
        "live and replay give the same histories, however the journal is cut and however small the edges are",
        arguments: 1...20 as ClosedRange<UInt64>)
    func batchLaw(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let live = try record(seed, in: folder.path)
        #expect(live[0].count > 100 && live[2].count > 50)
        for (size, capacity) in [(1, 4_096), (7, 4_096), (256, 4_096), (256, 8)] {
            let floor = OrderFloor(capacity: capacity)
            let replay = Replay(floor.graph, names: floor.names, sources: OrderFloor.sources, hasClock: false)
            try replay.run(try JournalReader(directory: folder.path), cut: { size })
            #expect(floor.digests == live, "cut at \(size), edges of \(capacity)")
        }
    }

    @Test("a run that goes on from a checkpoint ends as the unbroken one", arguments: 1...20 as ClosedRange<UInt64>)
    func restartLaw(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let live = try record(seed, in: folder.path)
        let before = OrderFloor(), after = OrderFloor()
        let reader = try JournalReader(directory: folder.path), probe = try JournalReader(directory: folder.path)
        var random = SplitMix64(seed: seed), stopAt: UInt64 = 0
        for _ in 0...random.below(4) { stopAt = (try probe.next()).map { $0.end - 1 } ?? stopAt }
        let first = Replay(before.graph, names: before.names, sources: OrderFloor.sources, hasClock: false)
        try first.run(reader, until: stopAt)
        let saved = first.checkpoint()
        let second = Replay(after.graph, names: after.names, sources: OrderFloor.sources, hasClock: false)
        #expect(second.restore(saved, at: stopAt))
        #expect(second.checkpoint() == saved, "the same state gives the same bytes")
        try second.run(reader)
        #expect(after.digests == live)
    }
}
