import ArgumentParser
import Desk
import Glibc
import PlainData
import StreamRuntime
import Topology
import TradingModel

struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why an order: from the tick that caused it to its fills, with every value on the way.",
        discussion: """
            ORDER is a ClOrdID as the ledger, a CSV, the FIX log or a dump prints it, or an ending that only one order has.
            Without it the day's orders are listed. The day may be running: the answer says up to which record it holds.
              floor why --data day
              floor why 0CVAX6R800200 --data day
              floor why 800200 --data day --json
            """)

    @Argument(help: "The order. All orders are listed without it.") var order: String?
    @Option(help: "The day's data directory; the present folder when left out.") var data = "."
    @Flag(help: "For scripts: every step with its fields.") var json = false
    @Option(help: "Draws the chain instead: svg or dot.") var graph: String?

    func run() throws {
        let format = try graph.map { text in
            guard let format = TopologyDrawing.Format(rawValue: text), format != .mermaid else {
                throw Refusal.configuration("--graph \(text): there are svg and dot")
            }
            return format
        }
        let line = ProgressLine()
        // How far a pass over a long journal has come.
        let progress = { (pass: String, sequence: UInt64) in line.show("\(pass): record \(sequence)") }
        do {
            let day = try RecordedDay(data)
            guard let order else {
                let (index, names) = try day.orders(progress: progress)
                line.clear()
                return list(index, names)
            }
            let lineage = try day.why(order, progress: progress)
            line.clear()
            if let format {
                say(LineageDrawing.draw(lineage, as: format), terminator: "")
            } else {
                say(json ? try LineageJSON(lineage).text() : LineageText(lineage).text)
            }
        } catch {
            line.clear()
            throw refusal(error)
        }
    }

    private func refusal(_ error: any Error) -> any Error {
        switch error {
        case let error as WhyError: Refusal.answer(error.description)
        case let error as TopologyRefusal: Refusal.configuration(error.description)
        case let error as JournalError:
            if case .notADay = error { Refusal.configuration(error.description) } else { Refusal.answer(error.description) }
        default: error
        }
    }

    private func list(_ index: OrderIndex, _ names: Names) {
        if json {
            let rows = index.entries.map { entry in
                "  {\"order\": \"\(entry.id.text(names))\", \"record\": \(entry.sequence), \"vertex\": \"\(entry.vertex)\"}"
            }
            return say(rows.isEmpty ? "[]" : "[\n" + rows.joined(separator: ",\n") + "\n]")
        }
        for entry in index.entries {
            var line = "\(entry.id.text(names))  record \(entry.sequence)  \(entry.vertex)"
            if let request = entry.request {
                let price = request.ordType == .market ? "market" : "limit \(request.price)"
                line += "  \(UTC.text(request.eventTime))  \(request.action == .new ? "" : "\(request.action) ")\(request.side) "
                line += "\(request.orderQty) \(names.text(of: request.symbol)) \(price)"
                if !request.parentID.isNone { line += "  for \(request.parentID.text(names))" }
            }
            say(line)
        }
        if index.entries.isEmpty { complain("\(data): no order is on record") }
    }
}
