import Desk
import Foundation
import Synchronization
import Testing
import Topology

/// A key that the check accepts is carried, refused or spoken of; never left out in silence.
@Suite("what a live run does not carry")
struct NotCarriedTests {
    static let text = """
        topology: t
        sources:
          trades: { kind: file, path: replay-data/day/trades.csv.gz, format: trades-csv }
        operators:
          bars: { kind: time-bars, from: trades, every: 1m }
        sinks:
          out: { kind: "null", from: bars }
        sessions:
          broker: { role: initiator, sender: A, target: B, port: 9880 }
        """

    private func run(_ overrides: [String]) throws -> [String] {
        let topology = try TopologyFile.check(text: Self.text, named: "t.yaml", against: Kinds.catalog, overrides: overrides)
        let lines = Lines()
        _ = try DeskRun(topology, settings: DeskRunSettings(floorVersion: "0", notice: { lines.add($0) }))
        return lines.all
    }

    @Test(
        "a session that asks for what is not carried is refused before it could go out in clear text",
        arguments: [
            ("tls=true", "TLS"), ("certificate=a.pem", "TLS"), ("role=acceptor", "role acceptor"),
            ("version=FIX.4.3", "version FIX.4.3"),
        ])
    func sessions(override: String, word: String) throws {
        let error = #expect(throws: DeskRunError.self) { try run(["sessions.broker.\(override)"]) }
        #expect(error?.description.hasPrefix("session broker: \(word)") == true)
    }

    @Test(
        "an edge that spills within a thread says that there is nothing to spill; between threads, and any other policy, is carried"
    )
    func edges() throws {
        #expect(try run([]).isEmpty)
        for policy in ["block", "spill", "conflate", "sample, every: 10", "shed"] {
            #expect(try run(["sinks.out.from={ vertex: bars, overflow: \(policy) }"]).isEmpty)
        }
        let rsi = "operators.rsi={ kind: rsi, period: 3, from: { vertex: bars, overflow: spill } }"
        let lines = try run([rsi, "sinks.out.from=rsi"])
        let said = "rsi reads bars with overflow spill on the thread that makes it"
        #expect(lines.count == 1 && lines[0].hasPrefix(said))
        let apart = try run([rsi.replacingOccurrences(of: "period: 3", with: "period: 3, thread: far"), "sinks.out.from=rsi"])
        #expect(apart.isEmpty)
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }
}
