import CPlatform
import Foundation

/// One line of the bench's table.
struct BenchLine: Codable {
    var name: String
    var value: Double
    var unit: String
    /// What it is measured against, in the same unit: the hand-written loop, a peer, or a bound.
    var limit: Double?
    var ratio: Double?
    /// The ratio, or the value, that must be reached.
    var floor: Double?
    var ok: Bool
    /// The peak of the process that measured it.
    var rssMb: Double

    static var peakMegabytes: Double { Double(cp_peak_kib()) / 1_024 }
    /// What the process holds at the moment.
    static var residentMegabytes: Double {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return Double(pages?.dropFirst().first.flatMap { Int($0) } ?? 0) * Double(getpagesize()) / 1_048_576
    }

    /// A rate beside the limit's rate, of which it must be at least `share`, if anything is asked; each pair was measured
    /// one after the other.
    static func ratio(_ name: String, _ pairs: [(own: Double, limit: Double)], _ unit: String, atLeast share: Double?)
        -> BenchLine
    {
        let ratio = median(pairs.map { $0.own / $0.limit })
        return BenchLine(
            name: name, value: median(pairs.map(\.own)), unit: unit, limit: median(pairs.map(\.limit)), ratio: ratio,
            floor: share, ok: share.map { ratio >= $0 } ?? true, rssMb: peakMegabytes)
    }
    static func atLeast(_ name: String, _ value: Double, _ unit: String, _ floor: Double) -> BenchLine {
        BenchLine(name: name, value: value, unit: unit, floor: floor, ok: value >= floor, rssMb: peakMegabytes)
    }
    static func atMost(_ name: String, _ value: Double, _ unit: String, _ bound: Double) -> BenchLine {
        BenchLine(name: name, value: value, unit: unit, limit: bound, ok: value <= bound, rssMb: peakMegabytes)
    }
    /// A figure that nothing is asked of.
    static func stated(_ name: String, _ value: Double, _ unit: String) -> BenchLine {
        BenchLine(name: name, value: value, unit: unit, ok: true, rssMb: peakMegabytes)
    }

    static func table(_ lines: [BenchLine]) -> String {
        func number(_ value: Double?) -> String {
            guard let value else { return "" }
            return abs(value) >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
        }
        let rows =
            [["", "", "unit", "limit", "ratio", "floor", "", "peak MB"]]
            + lines.map {
                [
                    $0.name, number($0.value), $0.unit, number($0.limit), number($0.ratio), number($0.floor),
                    $0.floor == nil && ($0.limit == nil || $0.ratio != nil) ? "" : $0.ok ? "ok" : "BELOW", number($0.rssMb),
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
