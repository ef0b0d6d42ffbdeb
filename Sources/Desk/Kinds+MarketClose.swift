import Operators
import PlainData
import Topology
import TradingModel

/// What slicers are told about the close of the market.
extension OperatorKinds {
    static let marketClose = [
        Parameter(
            "closes", .text, .optional,
            doc: "the time of day (UTC) at which the market closes, like 20:00: no child works past it"),
        Parameter(
            "calendar", .choice(SessionCalendar.names), .optional,
            doc: "the exchange whose closes count instead, half days and all, by ISO 10383's code"),
        Parameter(
            "auction", .decimal(min: "0", max: "1"), .optional,
            doc: "the share of a parent that is kept for the closing auction, where its time reaches the close; none without it"),
        Parameter(
            "auction_lead", .duration(), .optional,
            doc: "how long before the close orders for the auction are entered, and the schedule ends; 10m without it"),
        Parameter(
            "at_close", .choice(["cancel", "auction"]), .optional,
            doc: "what becomes of what the schedule leaves: nothing, as without it, or it goes into the auction too"),
    ]

    /// What is wrong between them.
    static func closeProblems(_ settings: Settings) -> [VertexKind.Complaint] {
        let place = ["closes", "calendar"].filter(settings.has)
        if place.count > 1 {
            return [.init(parameter: "closes", "and calendar both say when the market closes: keep one of them")]
        }
        if place.isEmpty {
            return ["auction", "auction_lead", "at_close"].filter(settings.has).prefix(1).map {
                .init(parameter: $0, "needs closes or calendar: when the market closes")
            }
        }
        if let text = settings.textIfPresent("closes"), timeOfDay(text) == nil {
            return [.init(parameter: "closes", "\(text) is no time of day, like 20:00")]
        }
        if settings.has("auction_lead"), !settings.has("auction"), settings.textIfPresent("at_close") != "auction" {
            return [.init(parameter: "auction_lead", "needs auction, or at_close: auction")]
        }
        return []
    }
    /// Nanoseconds after midnight.
    static func timeOfDay(_ text: String) -> Int64? {
        guard let time = UTC.parse("1970-01-01T\(text)Z"), (0..<UTC.day).contains(time) else { return nil }
        return time
    }

    static func marketClose(_ settings: Settings) -> MarketClose? {
        let place: MarketClose.Place
        if let time = settings.textIfPresent("closes").flatMap(timeOfDay) {
            place = .daily(time)
        } else if let calendar = settings.textIfPresent("calendar").flatMap(SessionCalendar.init) {
            place = .exchange(calendar)
        } else {
            return nil
        }
        var close = MarketClose(place)
        if let share = settings.decimalIfPresent("auction") { close.share = millionths(share) }
        if let lead = settings.durationIfPresent("auction_lead") { close.lead = lead }
        if settings.textIfPresent("at_close") == "auction" { close.rest = .auction }
        return close
    }
}
