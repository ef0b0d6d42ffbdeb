import BatchBridge
import Desk
import Foundation
import PaperVenue
import PlainData
import Topology
import TradingModel

/// A folder that goes away with its owner.
final class Folder {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "bridge-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }
}

/// A desk that is small enough to be followed by hand: EMA 1 against EMA 2, half of the equity long or short.
enum TinyPanel {
    /// Monday 2024-01-01 to Friday. B does not move, so it has no target.
    static let rows = """
        time,symbol,open,high,low,close,volume
        2024-01-01,A,100,100,100,100,
        2024-01-01,B,50,50,50,50,
        2024-01-02,A,109,110,109,110,
        2024-01-02,B,50,50,50,50,
        2024-01-03,A,111,112,111,112,
        2024-01-03,B,50,50,50,50,
        2024-01-04,A,113,113,90,90,
        2024-01-04,B,50,50,50,50,
        2024-01-05,A,91,95,91,95,
        2024-01-05,B,50,50,50,50,

        """

    static func topology(_ path: String, format: String = "panel-csv") -> String {
        """
        topology: tiny
        sources:
          bars: { kind: file, path: "\(path)", format: \(format), every: 1d }
          reports: { kind: fix, session: broker }
          intents: { kind: loop, of: slicer }
          progress: { kind: loop, of: slicer.parents }
          wanted: { kind: loop, of: targets }
        operators:
          fast: { kind: ema, from: bars, period: 1 }
          slow: { kind: ema, from: bars, period: 2 }
          targets: { kind: momentum-targets, from: { fast: fast, slow: slow }, gain: 100, max_weight: 0.5, step: 0.01 }
          drift: { kind: drift, equity: "10000", band: 2000, ord_type: market,
                   from: { targets: wanted, positions: positions, prices: bars, parents: progress } }
          compliance: { kind: compliance, from: { orders: drift, positions: positions, prices: bars, parents: progress } }
          slicer: { kind: twap, duration: 2d, slices: 1, from: { orders: compliance, updates: oms } }
          oms: { kind: oms, from: { orders: intents, reports: reports } }
          positions: { kind: positions, from: oms }
        sinks:
          orders: { kind: fix, session: broker, from: intents }
        sessions:
          broker: { role: initiator, sender: FLOOR, target: BROKER, port: 9880 }
        instruments:
          A: { tick: "0.01", lot: "1" }
          B: { tick: "0.01", lot: "1" }
        limits: { max_quantity: "1000", max_notional: "100000", max_position: "1000", max_age: 10d }
        """
    }

    static func checked(_ text: String, _ overrides: [String] = []) throws -> CheckedTopology {
        try TopologyFile.check(text: text, named: "tiny.yaml", against: Kinds.catalog, overrides: overrides)
    }

    /// Runs rows through the tiny desk.
    static func run(
        _ rows: String = rows, _ overrides: [String] = [], settings: BacktestSettings = BacktestSettings(),
        format: String = "panel-csv"
    ) throws -> BacktestResult {
        let folder = try Folder(), path = try folder.write("panel.csv", rows)
        return try Backtest(checked(topology(path, format: format), overrides), settings: settings).run()
    }

    static func day(_ text: String) -> Int64 { UTC.parse(text) ?? 0 }
}
