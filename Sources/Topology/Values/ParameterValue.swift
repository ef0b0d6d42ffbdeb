/// The checked value of a parameter.
public enum ParameterValue: Hashable, Sendable {
    /// Nothing; only inside an open map.
    case null
    case boolean(Bool)
    /// Whole numbers, and sizes in bytes.
    case integer(Int64)
    /// ns.
    case duration(Int64)
    /// An exact decimal in its one canonical spelling: `-0.25`, no exponent, no needless zeros, at most 38 digits.
    case decimal(String)
    case double(Double)
    /// Text, choices, paths, names; inside an open map every scalar, as it was written.
    case text(String)
    case list([ParameterValue])
    case map(Settings)

    /// What it is, in the words of an error message.
    var kindName: String {
        switch self {
        case .null: "empty"
        case .boolean: "boolean"
        case .integer: "integer"
        case .duration: "duration"
        case .decimal: "decimal"
        case .double: "double"
        case .text: "text"
        case .list: "list"
        case .map: "map"
        }
    }
}
