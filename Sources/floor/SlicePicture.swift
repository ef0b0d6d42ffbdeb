import Operators
import PlainData
import TradingModel

/// A schedule as text with bars, as CSV, as SVG.
struct SlicePicture {
    let kind: String, request: SliceRequest, children: [PlannedChild]

    var rows: String {
        "time,order_qty,cum_qty\n" + children.map { "\(UTC.text($0.time)),\($0.quantity),\($0.cumulative)\n" }.joined()
    }

    var text: String {
        let plan = request.plan, width = 40.0
        var out = "\(kind): \(request.quantity) from \(UTC.text(request.start)) to \(UTC.text(plan.end(from: request.start)))"
        out += ", \(children.count) child orders in lots of \(request.lot)\n"
        if case .iceberg = plan.tactic { out += "each is sent when the one before is gone\n" }
        guard let largest = children.map(\.quantity).max() else { return out + "nothing would be sent\n" }
        let times = children.map { UTC.text($0.time) }, quantities = children.map { "\($0.quantity)" }
        let sums = children.map { "\($0.cumulative)" }
        let columns = [times, quantities, sums].map { $0.map(\.count).max() ?? 0 }
        func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        for (i, child) in children.enumerated() {
            let bar = Int((child.quantity.double / largest.double * width).rounded())
            out += "\(padded(times[i], columns[0]))  \(padded(quantities[i], columns[1]))  \(padded(sums[i], columns[2]))  "
            out += String(repeating: "█", count: max(1, bar)) + (child.isInAuction ? "  closing auction" : "") + "\n"
        }
        let left = request.quantity - (children.last?.cumulative ?? .zero)
        if left > .zero { out += "\(left) would be left\n" }
        if case .shortfall(let model, let interval) = plan.tactic {
            let cost = model.cost(of: request.quantity.double, halfSpread: 0, slices: plan.slices, interval: interval)
            out += "expected cost \(cost.mean), standard deviation \(cost.variance.squareRoot()) (without the spread)\n"
        }
        return out
    }

    /// A bar a child at its time, and what has been sent as a line of steps.
    var drawing: String {
        let plan = request.plan, width = 960.0, height = 320.0, left = 90.0, right = 20.0, top = 34.0, bottom = 36.0
        let isIceberg = if case .iceberg = plan.tactic { true } else { false }
        let count = max(1, isIceberg ? children.count : plan.slices)
        let step = (width - left - right) / Double(count), largest = max(children.map(\.quantity.double).max() ?? 1, 1e-9)
        func at(_ index: Int, _ child: PlannedChild) -> Double {
            if isIceberg { return left + Double(index) * step }
            return left + Double(child.time - request.start) / Double(plan.duration) * (width - left - right)
        }
        func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
        func y(_ share: Double) -> Double { height - bottom - share * (height - top - bottom) }
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" font-family="sans-serif" font-size="12">
            <title>\(kind): \(request.quantity)</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="\(number(left))" y="20" font-size="14">\(kind): \(request.quantity) in \(children.count) child orders</text>
            <text x="\(number(left - 8))" y="\(number(y(1) + 4))" text-anchor="end">\(Quantity(rawValue: Int64(largest * 1e8)))</text>
            <text x="\(number(left - 8))" y="\(number(y(0) + 4))" text-anchor="end">0</text>
            <text x="\(number(left))" y="\(number(height - 12))">\(UTC.text(request.start))</text>
            <text x="\(number(width - right))" y="\(number(height - 12))" text-anchor="end">\(UTC.text(request.start + plan.duration))</text>

            """
        var line = "M \(number(left)) \(number(y(0)))"
        for (i, child) in children.enumerated() {
            let x = at(i, child), tip = y(child.quantity.double / largest)
            out += "<rect x=\"\(number(x + step * 0.1))\" y=\"\(number(tip))\" width=\"\(number(step * 0.8))\" "
            out +=
                "height=\"\(number(y(0) - tip))\" fill=\"#4a7ab5\"><title>\(UTC.text(child.time)): \(child.quantity)</title></rect>\n"
            line += " H \(number(x)) V \(number(y(child.cumulative.double / request.quantity.double)))"
        }
        out += "<path d=\"\(line) H \(number(width - right))\" fill=\"none\" stroke=\"#b5544a\" stroke-width=\"2\"/>\n"
        out +=
            "<text x=\"\(number(width - right))\" y=\"20\" text-anchor=\"end\" fill=\"#b5544a\">sent, of \(request.quantity)</text>\n"
        return out + "</svg>\n"
    }
}
