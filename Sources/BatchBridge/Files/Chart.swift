import PlainData

/// One curve over days as an inline SVG: a grid with readable numbers, years or months below, one line.
struct Chart {
    /// Midnights UTC, ascending, and a value each.
    let days: [Int64], values: [Double]
    let title: String
    /// In the SVG's units.
    var width = 960.0, height = 260.0
    /// Fills the area between the line and this value.
    var base: Double?
    /// How a value is written at the grid.
    let label: (Double) -> String

    private let left = 84.0, right = 12.0, top = 10.0, bottom = 24.0

    var svg: String {
        guard let first = days.first, let last = days.last, values.count == days.count else { return "" }
        let ticks = Chart.ticks(from: min(values.min() ?? 0, base ?? .infinity), to: max(values.max() ?? 0, base ?? -.infinity))
        let low = ticks.first ?? 0, high = ticks.last ?? 1
        func x(_ day: Int64) -> Double {
            left + (last > first ? Double(day - first) / Double(last - first) : 0.5) * (width - left - right)
        }
        func y(_ value: Double) -> Double { top + (high - value) / (high - low) * (height - top - bottom) }
        var out = """
            <svg viewBox="0 0 \(Int(width)) \(Int(height))" role="img" aria-label="\(Texts.html(title))">
            <title>\(Texts.html(title))</title>

            """
        for tick in ticks {
            let at = Chart.coordinate(y(tick))
            out += "<line class=\"grid\" x1=\"\(Int(left))\" x2=\"\(Int(width - right))\" y1=\"\(at)\" y2=\"\(at)\"/>"
            out +=
                "<text x=\"\(Int(left) - 8)\" y=\"\(at)\" dy=\"0.32em\" text-anchor=\"end\">\(Texts.html(label(tick)))</text>\n"
        }
        for (day, text) in Chart.dates(first, last) {
            let at = Chart.coordinate(x(day)), end = Int(height - bottom)
            out += "<line class=\"grid\" x1=\"\(at)\" x2=\"\(at)\" y1=\"\(Int(top))\" y2=\"\(end)\"/>"
            out += "<text x=\"\(at)\" y=\"\(end + 16)\" text-anchor=\"middle\">\(text)</text>\n"
        }
        let points = zip(days, values).map { "\(Chart.coordinate(x($0))),\(Chart.coordinate(y($1)))" }.joined(separator: " ")
        if let base {
            let (from, to, floor) = (Chart.coordinate(x(first)), Chart.coordinate(x(last)), Chart.coordinate(y(base)))
            out += "<polygon class=\"area\" points=\"\(from),\(floor) \(points) \(to),\(floor)\"/>\n"
        }
        return out + "<polyline class=\"line\" points=\"\(points)\"/>\n</svg>\n"
    }

    /// A tenth of a unit is finer than a screen.
    private static func coordinate(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// Four to eight round numbers (1, 2 or 5 times a power of ten) that enclose the values.
    static func ticks(from low: Double, to high: Double) -> [Double] {
        guard low.isFinite, high.isFinite else { return [0, 1] }
        let span = high > low ? high - low : max(abs(high) * 0.02, 1)
        var step = 1.0
        while step > span / 5 { step /= 10 }
        while step * 10 <= span / 5 { step *= 10 }
        for factor in [5.0, 2.0] where step * factor <= span / 4 {
            step *= factor
            break
        }
        let from = (low / step).rounded(.down), to = max((high / step).rounded(.up), from + 1)
        return stride(from: from, through: to, by: 1).map { $0 * step }
    }

    /// The first days of years, or of months where there are few years; at most a dozen.
    static func dates(_ first: Int64, _ last: Int64) -> [(day: Int64, text: String)] {
        let start = UTC.civil(fromDays: first / UTC.day), end = UTC.civil(fromDays: last / UTC.day)
        let months = (end.year - start.year) * 12 + end.month - start.month + 1
        // In months: every month up to a year of them, then quarters, years, and whole groups of years.
        let step: Int64 = [1, 3, 12, 24, 60, 120].first { months / $0 <= 12 } ?? 240
        var found: [(Int64, String)] = [], month = start.year * 12 + start.month - 1
        month = (month + step - 1) / step * step
        while month <= end.year * 12 + end.month - 1 {
            defer { month += step }
            guard let days = UTC.days(year: month / 12, month: month % 12 + 1, day: 1) else { break }
            let day = days * UTC.day
            guard day >= first, day <= last else { continue }
            found.append((day, step >= 12 ? "\(month / 12)" : String(Texts.day(day).prefix(7))))
        }
        return found
    }
}
