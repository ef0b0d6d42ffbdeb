import Foundation

/// Wilder's RSI of one-minute closes, worked out a second time from the text of a trades-csv, in plain numbers.
///
/// Source: Wilder, "New Concepts in Technical Trading Systems", 1978: the first average is the mean of the first n
/// changes, each later one (13 · previous + change) / 14; RSI = 100 − 100 / (1 + RS).
struct WilderRSI {
    /// By "SYMBOL 2026-01-05T14:44", the minute of the bar.
    var values: [String: Double] = [:]

    init(csv: String, period: Int = 14) throws {
        var closes: [String: [(minute: String, close: Double)]] = [:]
        let lines = csv.split(separator: "\n")
        let header = lines[0].split(separator: ",")
        let (time, symbol, price) = (
            header.firstIndex(of: "time") ?? 0, header.firstIndex(of: "symbol") ?? 0, header.firstIndex(of: "price") ?? 0
        )
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            let minute = String(fields[time].prefix(16)), name = String(fields[symbol])
            guard let last = Double(fields[price]) else { continue }
            if closes[name]?.last?.minute == minute { closes[name]?.removeLast() }
            closes[name, default: []].append((minute, last))
        }
        for (name, bars) in closes where bars.count > period {
            let changes = (1..<bars.count).map { bars[$0].close - bars[$0 - 1].close }
            for end in period...changes.count {
                var up = 0.0, down = 0.0
                for change in changes[..<period] {
                    up += Swift.max(change, 0) / Double(period)
                    down += Swift.max(-change, 0) / Double(period)
                }
                for change in changes[period..<end] {
                    up = up * (1 - 1 / Double(period)) + Swift.max(change, 0) / Double(period)
                    down = down * (1 - 1 / Double(period)) + Swift.max(-change, 0) / Double(period)
                }
                values["\(name) \(bars[end].minute)"] = 100 - 100 / (1 + up / down)
            }
        }
    }
}
