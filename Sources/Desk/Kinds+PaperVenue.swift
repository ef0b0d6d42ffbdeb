import PaperVenue
import PlainData
import Topology
import TradingModel

/// The venue inside the graph.
extension OperatorKinds {
    static let paperVenue = VertexKind(
        "paper-venue", .operator,
        parameters: [
            Parameter("script", .path, .optional, doc: "what goes wrong, and when: a venue-script.yaml"),
            Parameter(
                "steps", .list(of: .record(VenueScript.step)), .default("[]"),
                doc: "the same, written here; a recorded day then has it with it"),
            Parameter(
                "queue", .choice(["risk-averse", "probabilistic"]), .default("risk-averse"),
                doc: "whether a size that shrinks without a trade shrinks behind an order, or ahead of it too"),
            Parameter("power", .integer(1...8), .default("3"), doc: "probabilistic: n of backⁿ / (backⁿ + frontⁿ)"),
            Parameter(
                "entry_latency", .list(of: .duration(atLeast: 0)), .default("[]"),
                doc: "how long requests are on their way: one value, or a table that each takes one of"),
            Parameter("response_latency", .list(of: .duration(atLeast: 0)), .default("[]"), doc: "the same for reports"),
            Parameter("seed", .integer(0 ... .max), .default("1"), doc: "of what is taken from the tables"),
            Parameter(
                "maker_fee", .decimal(), .default("0"), unit: "bps", doc: "what an order that rested pays; negative: a rebate"),
            Parameter("taker_fee", .decimal(), .default("0"), unit: "bps", doc: "what an order that came to the market pays"),
            Parameter(
                "auction_fee", .decimal(), .optional, unit: "bps",
                doc: "what trades in an auction pays; as taker_fee, where not given"
            ),
            Parameter("day_end", .choice(["expired", "done-for-day"]), .default("expired"), doc: "what becomes of day orders"),
        ],
        inputs: [
            InputPort("orders", accepts: ["ClearedOrder"], mustNotDrop: true),
            InputPort("trades", accepts: ["Trade"], optional: true), InputPort("quotes", accepts: ["Quote"], optional: true),
            InputPort("book", accepts: ["BookDelta"], optional: true),
        ],
        outputs: [
            OutputPort("out", "ExecutionReport", mustNotDrop: true), OutputPort("auctions", AuctionUpdate.elementName),
        ],
        summary:
            "The paper venue inside the graph: matches orders with trades and quotes, or in the queue of a book of single orders, holds auctions, answers as a venue does, and goes wrong as its script says. Its reports come back as a loop.",
        rule: { settings in
            var found: [VertexKind.Complaint] = []
            for item in settings.list("steps") {
                guard case .map(let step) = item else { continue }
                found += VenueScript.stepMistakes(step).map { .init(parameter: "steps", "\($0.message); \($0.suggestion ?? "")") }
            }
            guard let path = settings.textIfPresent("script") else { return found }
            do throws(TopologyRefusal) {
                _ = try VenueScript(path: path, names: Names())
            } catch {
                found += error.mistakes.map { .init(parameter: "script", $0.description) }
            }
            return found
        })
}
