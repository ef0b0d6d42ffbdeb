import FloorTesting
import Foundation
import Operators
import PlainData
import StreamRuntime
import Testing
import TradingModel

/// A column that others published: its values by row, each with how far off it may be.
struct Published {
    let origin: String
    var values: [Int: (value: Double, tolerance: Double)] = [:]

    /// All digits of a double: a billionth of the value.
    static func stockIndicators(_ name: String, _ key: String) throws -> Published {
        let bytes = try ReferenceData.bytes("stock-indicators/\(name).standard.json.gz")
        let rows = try #require(try JSONSerialization.jsonObject(with: bytes) as? [[String: Any]])
        var column = Published(origin: "Stock.Indicators \(name).\(key)")
        for (at, row) in rows.enumerated() {
            if let value = row[key] as? Double { column.values[at] = (value, max(1e-9 * abs(value), 1e-12)) }
        }
        return column
    }
    /// As many digits as are printed: half of the last one, and a billionth for what was rounded before.
    static func csv(_ path: String, _ name: String, digits: Int? = nil, from first: Int = 0, scale: Double = 1) throws
        -> Published
    {
        let texts = try #require(try ReferenceData.columns(path)[name], "\(path) has a column \(name)")
        var column = Published(origin: "\(path) \(name)")
        for (at, text) in texts.enumerated() where at >= first { column.add(text, at, digits: digits, scale: scale) }
        return column
    }
    /// The `output`-th output array of a Tulip example, whose first value belongs to row `first`.
    static func tulip(_ name: String, inputs: Int, output: Int = 0, first: Int, digits: Int? = nil, scale: Double = 1) throws
        -> Published
    {
        var column = Published(origin: "Tulip \(name)" + (output > 0 ? " output \(output + 1)" : ""))
        let arrays = try tulipArrays(name)
        for (at, text) in arrays[inputs + output].enumerated() { column.add(text, first + at, digits: digits, scale: scale) }
        return column
    }
    static func tulipArrays(_ name: String) throws -> [[String]] {
        for file in ["tulip-indicators/atoz.txt", "tulip-indicators/extra.txt"] {
            let lines = try ReferenceData.lines(file)
            guard let at = lines.firstIndex(of: name) else { continue }
            return lines[(at + 1)...].prefix { $0.hasPrefix("{") || $0.hasPrefix("#") }.filter { $0.hasPrefix("{") }.map {
                $0.dropFirst().prefix { $0 != "}" }.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            }
        }
        throw CocoaError(.fileNoSuchFile)
    }
    /// Off by as much in itself: of differences of large numbers that are small.
    func within(_ absolute: Double) -> Published {
        var wider = self
        wider.values = values.mapValues { ($0.value, max($0.tolerance, absolute)) }
        return wider
    }
    mutating func add(_ text: String, _ row: Int, digits: Int? = nil, scale: Double = 1) {
        guard let value = Double(text), value.isFinite else { return }
        let mantissa = text.lowercased().split(separator: "e")[0]
        let behind = mantissa.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 0
        let exponent = Int(text.lowercased().split(separator: "e").dropFirst().first ?? "0") ?? 0
        let last = pow(10, Double(exponent - (digits ?? behind)))
        values[row] = (value * scale, (0.500_001 * last + 1e-9 * abs(value)) * abs(scale))
    }
}

extension Bar {
    /// The bars of a published file: the texts as exact decimals. A column that is not there is the close's, or no volume.
    static func published(
        _ path: String, open: String = "open", high: String = "high", low: String = "low", close: String = "close",
        volume: String = "volume"
    ) throws -> [Bar] {
        let columns = try ReferenceData.columns(path)
        let closes = try #require(columns[close])
        let highs = columns[high] ?? closes
        return try closes.indices.filter { !closes[$0].isEmpty || !highs[$0].isEmpty }.map { i in
            let last = closes[i].isEmpty ? highs[i] : closes[i]
            func text(_ name: String) -> String { columns[name].map { $0[i].isEmpty ? last : $0[i] } ?? last }
            return try Bar.of(
                i, text(open), text(high), text(low), last, columns[volume].map { $0[i].isEmpty ? "0" : $0[i] } ?? "0")
        }
    }
    static func of(_ row: Int, _ open: String, _ high: String, _ low: String, _ close: String, _ volume: String) throws -> Bar {
        let day = 86_400 * UTC.second
        return Bar(
            time: Int64(row) * day, closeTime: Int64(row + 1) * day, symbol: one, open: try exact(open), high: try exact(high),
            low: try exact(low), close: try exact(close), volume: Quantity(units: Int64(Double(volume) ?? 0)))
    }
    private static func exact(_ text: String) throws -> Price {
        // Some tables print more digits than a price has, or an exponent.
        if let price = try? Price(text) { return price }
        return Price(rawValue: Int64((try #require(Double(text)) * 1e9).rounded()))
    }
    var row: Int { Int(time / (86_400 * UTC.second)) }
}

/// What an indicator says of bars or trades of one instrument, by row and column.
func readings<I: Indicator>(_ indicator: I, of elements: [I.Input]) -> [Int: [String: Double]] where I.Input: Observation {
    let run = Harness()
    let source = run.graph.source("in", I.Input.self)
    let found = run.collect(run.graph.add("indicator", Indicated(indicator), from: source.edge).out)
    run.send(all: elements, to: source)
    var rows: [Int: [String: Double]] = [:], byTime: [Int64: Int] = [:]
    for (row, element) in elements.enumerated() { byTime[element.beginning] = (element as? Bar)?.row ?? row }
    for element in found.elements {
        let (names, values) = element.described(Names())
        guard let row = byTime[timeOf(element)] else { continue }
        for (name, value) in zip(names, values) where name != "time" && name != "symbol" {
            rows[row, default: [:]][name] = Double(value)
        }
    }
    return rows
}
/// The first field of any element that has a time.
private func timeOf(_ element: some Element) -> Int64 {
    var first = FirstTime()
    element.fields(&first)
    return first.time ?? 0
}

private struct FirstTime: FieldVisitor {
    var time: Int64?
    init() {}
    mutating func time(_ name: StaticString, _ nanoseconds: Int64) { time = time ?? nanoseconds }
    mutating func field<F: FieldValue>(_ name: StaticString, _ value: F) {}
}

extension [Int: [String: Double]] {
    func column(_ name: String = "value") -> [Int: Double] { compactMapValues { $0[name] } }
}
