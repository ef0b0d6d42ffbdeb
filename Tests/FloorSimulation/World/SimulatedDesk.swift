import Desk
import Foundation
import Topology

/// The desk that is simulated: `topologies/desk.yaml`, with its times shortened so that a small day holds a whole one.
enum SimulatedDesk {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What makes a day of the shipped desk small.
    static let short = [
        "operators.bars.every=1s", "operators.fast.period=2", "operators.slow.period=4", "operators.rsi.period=3",
        "operators.zscore.period=4", "operators.drift.hold=2s", "operators.slicer.duration=4s", "operators.slicer.slices=2",
    ]

    /// The ledger is a SQLite file of its own and stays out, unless its file is given a place.
    static func topology(_ overrides: [String], hasLedger: Bool = false) throws -> CheckedTopology {
        var text = try String(contentsOf: root.appendingPathComponent("topologies/desk.yaml"), encoding: .utf8)
        if !hasLedger {
            text = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("  ledger:") }
                .joined(separator: "\n")
        }
        return try TopologyFile.check(text: text, named: "desk.yaml", against: Kinds.catalog, overrides: short + overrides)
    }
}
