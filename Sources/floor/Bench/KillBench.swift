import Desk
import Foundation
import PlainData
import StreamRuntime
import Synchronization
import Topology

/// From `floor kill firm` to the last cancel at the venue's socket, while 10,000 orders rest there: a whole floor as a person has
/// it, with its socket for commands, a journal with durability `os`, QuickFIX and the store of its session.
///
/// The clock starts before the command is sent and stops when the venue, in the same process, has read the last cancel, so
/// both sides' work is in it. Every order must be canceled exactly once.
struct KillBench {
    let options: BenchOptions
    private static var orders: Int { 10_000 }

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> [BenchLine] {
        var times: [Double] = []
        for _ in 0..<options.rounds { times.append(try measure()) }
        try? FileManager.default.removeItem(atPath: options.folder + "/kill")
        return [.atMost("kill switch, 10 k open orders: command to the last cancel on the wire", median(times), "ms", 100)]
    }

    private func measure() throws -> Double {
        let folder = try options.emptyFolder("kill"), venue = try CountingVenue()
        defer { venue.stop() }
        var rows = "time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force\n"
        for n in 0..<Self.orders {
            rows += "2026-01-05T10:00:00Z,new,K\(n),,A\(n % 20),S,SYM\(n % 100),\(n % 2 == 0 ? "buy" : "sell"),10,limit,50,day\n"
        }
        try Data(rows.utf8).write(to: URL(fileURLWithPath: folder + "/orders.csv"))
        let topology: CheckedTopology
        do throws(TopologyRefusal) {
            topology = try TopologyFile.check(
                text: Self.topology(folder, venue.port), named: "bench", against: Kinds.catalog)
        } catch { throw Refusal.configuration(error.description) }
        var settings = DeskRunSettings(floorVersion: floorVersion, notice: { _ in })
        settings.data = folder + "/day"
        let running = Running(try DeskRun(topology, settings: settings))
        Thread.detachNewThread { running.run() }
        defer {
            running.desk.stop()
            running.ended.wait()
        }
        try wait("the orders came to the venue") { venue.orders.load(ordering: .acquiring) == Self.orders }
        // What the venue has said of them is taken in first, as on a desk whose orders rest.
        usleep(300_000)
        let start = TickClock.monotonic()
        var request = ControlRequest(.kill)
        (request.scope, request.why) = ("firm", "bench")
        let reply: ControlReply
        do { reply = try ControlClient(data: folder + "/day").ask(request) } catch { throw Refusal.answer(error.description) }
        guard reply.outcome == "OK", reply.message.contains("\(Self.orders) orders") else {
            throw Refusal.answer("the kill switch said: \(reply.message)")
        }
        try wait("the cancels came to the venue") { venue.cancels.load(ordering: .acquiring) >= Self.orders }
        let end = venue.lastCancel.load(ordering: .relaxed)
        guard venue.cancels.load(ordering: .acquiring) == Self.orders else {
            throw Refusal.answer("\(venue.cancels.load(ordering: .acquiring)) cancels came, of \(Self.orders)")
        }
        return Double(end - start) / 1e6
    }
    private func wait(_ what: String, _ condition: () -> Bool) throws {
        for _ in 0..<60_000 {
            if condition() { return }
            usleep(1_000)
        }
        throw Refusal.answer("kill switch: never \(what)")
    }

    /// A run that one thread makes and another one runs.
    private final class Running: @unchecked Sendable {
        let desk: DeskRun
        let ended = DispatchSemaphore(value: 0)
        init(_ desk: DeskRun) { self.desk = desk }
        func run() {
            // What went wrong shows as cancels that never come.
            try? desk.run()
            ended.signal()
        }
    }

    private static func topology(_ folder: String, _ port: Int) -> String {
        """
        topology: bench-kill
        sources:
          orders:   { kind: file, path: "\(folder)/orders.csv", format: orders-csv }
          reports:  { kind: fix, session: broker }
          commands: { kind: commands }
          intents:  { kind: loop, of: gate }
          progress: { kind: loop, of: gate.parents }
        operators:
          compliance: { kind: compliance, from: { orders: orders, positions: positions, parents: progress, commands: commands } }
          gate:      { kind: gate, from: { orders: compliance, updates: oms, reports: reports } }
          oms:       { kind: oms, from: { orders: intents, reports: reports } }
          positions: { kind: positions, from: oms }
        sinks:
          router:    { kind: fix, session: broker, from: intents }
        sessions:
          broker:    { role: initiator, version: FIX.4.4, sender: FLOOR, target: KILL\(port), host: 127.0.0.1, port: \(port) }
        instruments: { "*": { tick: "0", lot: "0" } }
        limits: { reference: none, max_quantity: "1000", max_notional: "100000", max_position: "1000000", throttle: 1000000, duplicate_window: 0s }
        """
    }
}
