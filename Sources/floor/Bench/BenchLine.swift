import CPlatform
import Foundation

/// One line of the bench's table.
struct BenchLine: Encodable {
    var name: String
    var value: Double
    var unit: String
    /// What it is measured against, in the same unit: the hand-written loop, or a bound.
    var limit: Double?
    var ratio: Double?
    /// The ratio, or the value, that must be reached.
    var floor: Double?
    var ok: Bool
    var rssMb: Double

    static var residentMegabytes: Double { Double(cp_peak_kib()) / 1_024 }

    /// A rate beside the limit's rate, which must be at least `share` of it.
    static func ratio(_ name: String, _ value: Double, _ unit: String, of limit: Double, atLeast share: Double) -> BenchLine {
        BenchLine(
            name: name, value: value, unit: unit, limit: limit, ratio: value / limit, floor: share, ok: value / limit >= share,
            rssMb: residentMegabytes)
    }
    static func atLeast(_ name: String, _ value: Double, _ unit: String, _ floor: Double) -> BenchLine {
        BenchLine(name: name, value: value, unit: unit, floor: floor, ok: value >= floor, rssMb: residentMegabytes)
    }
    static func atMost(_ name: String, _ value: Double, _ unit: String, _ bound: Double) -> BenchLine {
        BenchLine(name: name, value: value, unit: unit, limit: bound, ok: value <= bound, rssMb: residentMegabytes)
    }

    static func table(_ lines: [BenchLine]) -> String {
        func number(_ value: Double?) -> String {
            guard let value else { return "" }
            return value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
        }
        let rows =
            [["", "", "unit", "limit", "ratio", "floor", "", "peak MB"]]
            + lines.map {
                [
                    $0.name, number($0.value), $0.unit, number($0.limit), number($0.ratio), number($0.floor),
                    $0.ok ? "ok" : "BELOW", number($0.rssMb),
                ]
            }
        let widths = (0..<8).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let pad = String(repeating: " ", count: cell.1 - cell.0.count)
                return [0, 2, 6].contains(index) ? cell.0 + pad : pad + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
}
