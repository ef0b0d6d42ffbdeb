import TradingModel

/// What is wrong with one field of a row, as the decoders find it: no text is made before it is reported.
struct FieldFlaw: Error {
    enum Kind {
        case missing, notANumber, tooPrecise(decimals: Int), outOfRange, negative, notPositive, notATime, notOneOf(String)
        case below(String), above(String)
    }
    /// The place of the field in its form's list of columns.
    let column: Int
    let kind: Kind

    init(_ column: Int, _ kind: Kind) { (self.column, self.kind) = (column, kind) }

    init(_ column: Int, _ flaw: Decimal.Flaw, decimals: Int) {
        self.column = column
        kind =
            switch flaw {
            case .notANumber: .notANumber
            case .tooPrecise: .tooPrecise(decimals: decimals)
            case .outOfRange: .outOfRange
            }
    }

    /// Completes the sentence "size "-5" …".
    var text: String {
        switch kind {
        case .missing: "is empty"
        case .notANumber: "is not a number"
        case .tooPrecise(let decimals): "has more than \(decimals) decimals"
        case .outOfRange: "is out of range"
        case .negative: "is negative"
        case .notPositive: "is zero"
        case .notATime: "is not a time"
        case .notOneOf(let values): "is none of \(values)"
        case .below(let column): "is below \(column)"
        case .above(let column): "is above \(column)"
        }
    }
}

/// A column of a CSV form.
struct CSVColumn: Sendable {
    let name: String
    var isRequired = true
    /// What its values are; the end of an error message.
    let rule: String

    static let time = CSVColumn(name: "time", rule: "times are ISO 8601 in UTC, or nanoseconds since 1970")
    static let symbol = CSVColumn(name: "symbol", rule: "every row names its symbol")

    static func price(_ name: String, isRequired: Bool = true) -> CSVColumn {
        CSVColumn(name: name, isRequired: isRequired, rule: "prices are decimal numbers, exact to 9 decimals")
    }
    static func size(_ name: String, isRequired: Bool = true) -> CSVColumn {
        CSVColumn(name: name, isRequired: isRequired, rule: "sizes are decimal numbers > 0")
    }
    static func amount(_ name: String, isRequired: Bool = true) -> CSVColumn {
        CSVColumn(name: name, isRequired: isRequired, rule: "sizes are decimal numbers ≥ 0, exact to 8 decimals")
    }
    static func text(_ name: String, isRequired: Bool = false, rule: String = "") -> CSVColumn {
        CSVColumn(name: name, isRequired: isRequired, rule: rule.isEmpty ? "it is any text" : rule)
    }
}
