import FloorTesting
import FIXSessions
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import TradingModel
import Testing

@testable import Clearance
@testable import FIXRouter

/// Lets every request pass: what compliance decides is not the matter here.
private struct Clear: Operator, ~Copyable {
    mutating func process(_ request: OrderRequest, into out: inout Emitter<ClearedOrder, Nothing>) {
        out.emit(ClearedOrder(request))
    }
}

private final class Tally: Sendable {
    let value = Atomic<Int>(0)
}

/// An engine over a journal, with a router as its effect and its source.
private final class JournalledFloor {
    let engine: Engine
    let orders: Ingress<OrderRequest>, reports: Ingress<ExecutionReport>
    let effects: EffectThread
    private let folder: String
    private(set) var intents: [ClearedOrder] = []
    private(set) var recorded: [ExecutionReport] = []
    /// Submitted while its record was not yet durable.
    let early = Tally()

    /// - Parameter submit: takes what may leave.
    init(_ folder: String, names: Names, submit: @escaping @Sendable (ClearedOrder) -> Void) throws {
        self.folder = folder
        let graph = Graph()
        let orderPort = graph.source("orders", OrderRequest.self, holdsWatermark: false)
        let reportPort = graph.source("reports", ExecutionReport.self, holdsWatermark: false)
        let cleared = graph.add("clear", Clear(), from: orderPort.edge)
        var options = EngineOptions()
        options.endsDay = false
        engine = Engine(graph, names: names, options: options)
        (orders, reports) = (engine.ingress(orderPort), engine.ingress(reportPort))
        effects = EffectThread(engine: engine.wakeup)
        let queue = effects.consumer("router") { [early, engine] (sequence, order: ClearedOrder) in
            if (engine.journal?.durableSequence ?? 0) < sequence { early.value.add(1, ordering: .relaxed) }
            submit(order)
        }
        engine.effect("router", from: cleared.out, into: queue)
        graph.sink("intents", from: cleared.out) { [unowned self] offer in
            for i in 0..<offer.count where self.engine.isReplaying { self.intents.append(offer[i]) }
            return offer.count
        }
        graph.sink("recorded", from: reportPort.edge) { [unowned self] offer in
            for i in 0..<offer.count { self.recorded.append(offer[i]) }
            return offer.count
        }
    }

    /// Runs what the journal holds again, and says what a router must know of it.
    func resume() throws -> (intents: [ClearedOrder], reports: [ExecutionReport]) {
        try engine.resume(from: JournalReader(directory: folder))
        return (intents, recorded)
    }

    func run(segment: Int) throws {
        let journal = try JournalWriter(
            directory: folder, topologyHash: 1, nextSequence: engine.nextSequence, lastSegment: segment, durability: .disk)
        effects.start()
        try engine.run(journal: journal)
        effects.finish()
        journal.close()
    }
}

@Suite("a router behind a journal", .serialized)
struct JournalledRouterTests {
    @Test("nothing leaves before it is durable; after a crash between journal and socket the order leaves once")
    func crashBeforeTheSocket() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "journalled-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let harness = RouterHarness(), venue = VenueDouble()
        let acceptor = try harness.venue(venue)
        let (first, second) = (makeID(1).ownText, makeID(2).ownText)
        do {
            let names = Names()
            let router = Mutex<FIXRouter?>(nil)
            // The second order gets as far as the journal: the process "ends" before the router sees it.
            let floor = try JournalledFloor(folder, names: names) { order in
                if order.clOrdID == makeID(1) { router.withLock { $0?.submit(order) } }
            }
            let (orders, reports) = (floor.orders, floor.reports)
            let made = try harness.router(names: names, deliver: { reports.offerWaiting($0) })
            router.withLock { $0 = made }
            try made.start()
            try made.waitForLogon(seconds: 10)
            Thread.detachNewThread {
                orders.offerWaiting(makeRequest(1, names: names))
                orders.offerWaiting(makeRequest(2, names: names))
                _ = eventually { harness.reports.count == 2 }
                orders.finish()
                reports.finish()
            }
            try floor.run(segment: 0)
            made.stop()
            router.withLock { $0 = nil }
            #expect(floor.early.value.load(ordering: .relaxed) == 0)
            #expect(floor.recorded.map(\.msgType) == [.sent, .executionReport])
            #expect(venue.received == ["D \(first)"])
        }

        let names = Names()
        let router = Mutex<FIXRouter?>(nil)
        let floor = try JournalledFloor(folder, names: names) { order in router.withLock { $0?.submit(order) } }
        let history = try floor.resume()
        #expect(history.intents.map(\.clOrdID) == [makeID(1), makeID(2)] && history.reports.count == 2)
        let (orders, reports) = (floor.orders, floor.reports)
        let made = try harness.router(
            names: names, deliver: { reports.offerWaiting($0) },
            recovering: { recovery in
                // Reports first: the order of telling does not matter.
                for report in history.reports { recovery.report(report) }
                for order in history.intents { recovery.intent(order) }
            })
        router.withLock { $0 = made }
        try made.start()
        try made.waitForLogon(seconds: 10)
        Thread.detachNewThread {
            _ = eventually { harness.reports.last?.execType == .new }
            orders.finish()
            reports.finish()
        }
        try floor.run(segment: 1)
        made.stop()
        router.withLock { $0 = nil }
        // The session began anew, so the working order is asked about too.
        #expect(venue.received == ["D \(first)", "H \(first)", "H \(second)", "D \(second) again"])
        let told = floor.recorded.dropFirst(2).filter { $0.clOrdID == makeID(2) }
        #expect(told.map(\.msgType) == [.inDoubt, .inDoubt, .sent, .executionReport])
        acceptor.stop(graceMilliseconds: 0)
    }
}
