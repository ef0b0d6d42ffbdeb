/// One key that a vertex kind (or a session, an instrument, the limits) takes.
public struct Parameter: Sendable {
    /// Whether the key may be left out.
    public enum Presence: Sendable, Hashable {
        case required
        case optional
        /// Left out, it has this value, written as in a topology file.
        case `default`(String)
    }

    public let name: String
    public let type: ParameterType
    public let presence: Presence
    /// What one is: `bars`, `elements`, `bps`. Empty where the type says it.
    public let unit: String
    /// One sentence for the reference.
    public let doc: String
    /// Whether it says where something is or how it is reached, and nothing of what is computed: then it is no part of the
    /// topology's meaning, and a day that was begun with one value goes on with another.
    public let isPlace: Bool

    public init(
        _ name: String, _ type: ParameterType, _ presence: Presence = .required, unit: String = "", doc: String = "",
        isPlace: Bool = false
    ) {
        self.name = name
        self.isPlace = isPlace
        self.type = type
        self.presence = presence
        self.unit = unit
        self.doc = doc
    }

    static func places(among list: [Parameter]) -> Set<String> { Set(list.filter(\.isPlace).map(\.name)) }

    /// What it takes, in the words of an error message: `an integer from 1 to 10000 (bars)`.
    public var expectation: String { type.expectation + (unit.isEmpty ? "" : " (\(unit))") }
}

/// What a parameter's value may be.
public indirect enum ParameterType: Sendable {
    /// `250ms`, `1m`, `1d`; bounds in ns.
    case duration(atLeast: Int64 = 1)
    case integer(ClosedRange<Int64> = .min ... .max)
    /// An exact decimal; bounds inclusive, written as decimals.
    case decimal(min: String? = nil, max: String? = nil)
    /// For analytics alone; bounds inclusive.
    case double(ClosedRange<Double>? = nil)
    case text
    case boolean
    case choice([String])
    case list(of: ParameterType)
    /// Any keys and values, passed on as written.
    case map
    /// Any keys, values of one type.
    case table(of: ParameterType)
    /// These keys alone.
    case record([Parameter])
    /// A file or a folder; `-` is standard input or output.
    case path
    /// Bytes: `65536`, `64KiB`.
    case size(atLeast: Int64 = 1)
    /// The name of an entry under `sessions:`.
    case session

    var expectation: String {
        switch self {
        case .duration(let least):
            least <= 1
                ? (least == 1 ? "a duration above zero, like 1m" : "a duration, like 1m")
                : "a duration of at least \(DurationText.canonical(least))"
        case .integer(let range): "an integer" + Self.bounds(range)
        case .decimal(let min, let max):
            switch (min, max) {
            case (let min?, let max?): "a decimal from \(min) to \(max)"
            case (let min?, nil): "a decimal of at least \(min)"
            case (nil, let max?): "a decimal of at most \(max)"
            case (nil, nil): "a decimal"
            }
        case .double(let range): "a number" + (range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")
        case .text: "text"
        case .boolean: "true or false"
        case .choice(let words): "one of " + Nearest.listed(words)
        case .list(let item): "a list, each item \(item.expectation)"
        case .map: "a map"
        case .table(let item): "a map, each value \(item.expectation)"
        case .record(let parameters): "a map of " + Nearest.listed(parameters.map(\.name))
        case .path: "a path"
        case .size(let least): least <= 1 ? "a size in bytes, like 64KiB" : "a size of at least \(least) bytes, like 64KiB"
        case .session: "the name of a session"
        }
    }

    private static func bounds(_ range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound == .min, range.upperBound == .max) {
        case (true, true): ""
        case (false, true): " of at least \(range.lowerBound)"
        case (true, false): " of at most \(range.upperBound)"
        case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
        }
    }
}
