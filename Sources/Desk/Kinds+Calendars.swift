import Operators
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// What bars of time may be told beside their length.
extension BarKinds {
    static let calendar = Parameter(
        "calendar", .choice(SessionCalendar.names), .optional,
        doc: "the exchange whose sessions count, by ISO 10383's code: what lies outside of them is in no bar")
    static let timeBars = [
        calendar,
        Parameter(
            "empty", .choice(["none", "flat"]), .default("none"),
            doc: "what a window without a trade gives: nothing, or a bar of the last close without volume"),
        Parameter(
            "corrections", .integer(1...65_536), .default("64"), unit: "bars",
            doc:
                "how many closed bars of an instrument late trades can still put right; said on `corrections`, where that is read"
        ),
        Parameter(
            "remember", .integer(1...8_388_608), .optional, unit: "trades",
            doc:
                "with the input `corrections`: how many trades, of all instruments together, a venue's corrections can still find; 262144"
        ),
    ]
}

extension Settings {
    var calendar: SessionRule? { textIfPresent("calendar").flatMap(SessionCalendar.init).map(SessionRule.exchange) }
}

extension Assembly {
    func makeTimeBars(_ vertex: CheckedVertex) -> [EdgeBase] {
        let settings = vertex.settings, symbols = names.count(in: .symbols)
        let length = settings.duration("every"), lateness = settings.duration("lateness"), sessions = settings.calendar
        let isFlat = settings.text("empty") == "flat"
        let made =
            sessions == nil && !isFlat
            ? keyed(vertex, of: Trade.self) { TimeBars(length: length, lateness: lateness, symbols: symbols) }
            : keyed(vertex, of: Trade.self) {
                CalendarBars(
                    length: length, lateness: lateness, sessions: sessions ?? .none, empty: isFlat ? .flat : .none,
                    symbols: symbols)
            }
        let said = input(vertex, "corrections", as: TradeCorrection.self)
        guard isRead(vertex.name, output: 2) || said != nil else { return made + [made[0], made[0]] }
        guard let bars = made[0] as? Edge<Bar>, let late = made[1] as? Edge<Trade> else {
            preconditionFailure("\(vertex.name) makes bars")
        }
        let name = vertex.name + ".corrections", kept = settings.count("corrections")
        if let said {
            let stage = BarAmendments(
                length: length, lateness: lateness, sessions: sessions ?? .none, kept: kept,
                remembered: settings.has("remember") ? settings.count("remember") : 1 << 18)
            return made + both(graph.add(name, stage, from: required(vertex, "in", as: Trade.self), bars, late, said))
        }
        let stage = BarCorrections(length: length, sessions: sessions ?? .none, kept: kept)
        return made + [graph.add(name, stage, from: bars, and: late).out, made[0]]
    }
}
