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
        guard isRead(vertex.name, output: 2) else { return made + [made[0]] }
        guard let bars = made[0] as? Edge<Bar>, let late = made[1] as? Edge<Trade> else {
            preconditionFailure("\(vertex.name) makes bars")
        }
        let stage = BarCorrections(length: length, sessions: sessions ?? .none, kept: settings.count("corrections"))
        return made + [graph.add(vertex.name + ".corrections", stage, from: bars, and: late).out]
    }
}
