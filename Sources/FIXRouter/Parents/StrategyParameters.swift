import FIXSessions
import TradingModel

/// Why an order that can be read is refused: OrdRejReason (103) or CxlRejReason (102), and a sentence for Text (58).
struct EntryRefusal: Error, Hashable {
    var reason: Int16
    var text: String

    /// "Unsupported order characteristic".
    static func unsupported(_ text: String) -> EntryRefusal { EntryRefusal(reason: 11, text: text) }
}

/// One member of StrategyParametersGrp (957), or of TargetStrategyParameters (848).
struct StrategyParameter: Hashable {
    /// StrategyParameterName (958).
    var name: String
    /// StrategyParameterType (959); nil where it was not said.
    var type: Int?
    /// StrategyParameterValue (960).
    var value: String
}

enum StrategyParameters {
    /// More than any strategy has.
    static let most = 64

    /// The members of the group, from a message's text. Each begins with its name.
    ///
    /// Source: FIX 5.0 SP2, StrategyParametersGrp; FIX 4.4 counterparts use the same tags.
    static func group(_ message: some Collection<UInt8>) throws(EntryRefusal) -> [StrategyParameter] {
        var found: [StrategyParameter] = [], names = 0, count: Int?, isInside = false, hasValue = false
        for field in message.split(separator: 1) {
            guard let equals = field.firstIndex(of: UInt8(ascii: "=")),
                let tag = Int(String(decoding: field[..<equals], as: UTF8.self))
            else { continue }
            let value = String(decoding: field[field.index(after: equals)...], as: UTF8.self)
            switch tag {
            case 957:
                guard count == nil, let number = Int(value), (0...most).contains(number) else {
                    throw .unsupported("NoStrategyParameters (957) \(value.prefix(16)) is not one number from 0 to \(most)")
                }
                (count, isInside) = (number, true)
            case 958, 959, 960:
                guard isInside, let count else { throw .unsupported("strategy parameter (\(tag)) outside of its group (957)") }
                if tag == 958 {
                    names += 1
                    guard names <= count else { throw .unsupported("there are more strategy parameters than 957 says: \(count)") }
                    if let last = found.last, !hasValue {
                        throw .unsupported("strategy parameter \(last.name) has no value (960)")
                    }
                    found.append(StrategyParameter(name: String(value.prefix(64)), value: ""))
                    hasValue = false
                } else if found.isEmpty {
                    throw .unsupported("a strategy parameter begins with its name (958), not with \(tag)")
                } else if tag == 959 {
                    found[found.count - 1].type = Int(value)
                } else {
                    found[found.count - 1].value = String(value.prefix(256))
                    hasValue = true
                }
            default: isInside = false
            }
        }
        if let last = found.last, !hasValue { throw .unsupported("strategy parameter \(last.name) has no value (960)") }
        guard found.count == count ?? 0 else {
            throw .unsupported("there are \(found.count) strategy parameters, and 957 says \(count ?? 0)")
        }
        return found
    }

    /// `Slices=10;PassiveTicks=2`, as TargetStrategyParameters (848) may be written.
    static func list(_ text: String) throws(EntryRefusal) -> [StrategyParameter] {
        var found: [StrategyParameter] = []
        for part in text.split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, found.count < most else {
                throw .unsupported("TargetStrategyParameters (848): \(part.prefix(32)) is not NAME=VALUE")
            }
            found.append(StrategyParameter(name: String(sides[0]), value: String(sides[1])))
        }
        return found
    }
}

extension ParentTerms {
    /// The names that are known, as they are spelled; any case will do.
    static let parameterNames = [
        "StartTime", "EndTime", "Slices", "ParticipationRate", "MinParticipationRate", "MaxParticipationRate", "DisplayQty",
        "MinChildQty", "Variation", "PassiveTicks",
    ]

    mutating func set(_ parameter: StrategyParameter) throws(EntryRefusal) {
        let value = parameter.value
        switch parameter.name.lowercased() {
        case "starttime": start = try Self.time(parameter)
        case "endtime": end = try Self.time(parameter)
        case "slices": slices = Int32(try Self.number(parameter, 1...10_000))
        case "participationrate": rate = try Self.share(parameter.name, value, atLeast: 1)
        case "minparticipationrate": leastRate = try Self.share(parameter.name, value, atLeast: 0)
        case "maxparticipationrate": mostRate = try Self.share(parameter.name, value, atLeast: 1)
        case "displayqty": display = try Self.quantity(parameter.name, value)
        case "minchildqty": leastChild = try Self.quantity(parameter.name, value)
        case "variation": variation = Int8(try Self.number(parameter, 0...50))
        case "passiveticks": passiveTicks = Int16(try Self.number(parameter, 0...1_000))
        default:
            throw .unsupported(
                "strategy parameter \(parameter.name.prefix(64)) is not known; there are \(Self.parameterNames.joined(separator: ", "))"
            )
        }
    }

    /// In millionths; FIX's Percentage, where 0.05 is 5 %.
    static func share(_ name: String, _ text: String, atLeast least: Int64) throws(EntryRefusal) -> Int64 {
        guard let share = try? Decimal.parse(text, scale: 6), (least...1_000_000).contains(share) else {
            throw .unsupported("\(name) \(text.prefix(32)) is no share of at most 1 with six digits, as 0.1 for 10 %")
        }
        return share
    }
    static func quantity(_ name: String, _ text: String) throws(EntryRefusal) -> Quantity {
        guard let quantity = try? Quantity(text), quantity > .zero else {
            throw .unsupported("\(name) \(text.prefix(32)) is no quantity above 0")
        }
        return quantity
    }
    private static func number(_ parameter: StrategyParameter, _ range: ClosedRange<Int>) throws(EntryRefusal) -> Int {
        guard let number = Int(parameter.value), range.contains(number) else {
            throw .unsupported(
                "\(parameter.name) \(parameter.value.prefix(32)) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
    private static func time(_ parameter: StrategyParameter) throws(EntryRefusal) -> Int64 {
        guard let time = FIXTimestamp.utcNanoseconds(of: Array(parameter.value.utf8)), time > 0 else {
            throw .unsupported("\(parameter.name) \(parameter.value.prefix(32)) is no UTC time like 20260302-14:30:00")
        }
        return time
    }
}
