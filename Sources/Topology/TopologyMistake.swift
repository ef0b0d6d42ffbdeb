/// Where a mistake stands.
public enum Place: Hashable, Sendable {
    /// The file as a whole: it is missing, or cannot be read.
    case file
    /// A line of the file, from 1.
    case line(Int)
    /// A line and a column of the file, both from 1; columns count Unicode scalars. YAML syntax errors have one.
    case position(line: Int, column: Int)
    /// A value given on the command line by `--set PATH=VALUE`; the text is PATH.
    case override(String)

    /// The line of the file, where there is one.
    public var line: Int? {
        switch self {
        case .line(let line), .position(let line, _): line
        case .file, .override: nil
        }
    }

    /// Mistakes are told in the order of the file, those of the command line after them.
    var order: Int {
        switch self {
        case .file: 0
        case .line(let line), .position(let line, _): line
        case .override: .max
        }
    }
}

/// One thing wrong (or, as a warning, doubtful) in a topology file, in a single line of text.
///
/// It prints as `desk.yaml:14: operator "vwap" reads "trade", which no source or operator makes; did you mean "trades"?`.
public struct TopologyMistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    public let place: Place
    /// What is wrong, with the thing and its value.
    public let message: String
    /// The next step, where one is known.
    public let suggestion: String?

    public var description: String {
        let head =
            switch place {
            case .file: file
            case .line(let line): "\(file):\(line)"
            case .position(let line, let column): "\(file):\(line):\(column)"
            case .override(let path): "--set \(path)"
            }
        return "\(head): \(message)\(suggestion.map { "; " + $0 } ?? "")"
    }
}

/// Why a topology was refused: every mistake found, in the order of the file. Nothing was built.
public struct TopologyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public let mistakes: [TopologyMistake]
    /// What is doubtful besides.
    public let warnings: [TopologyMistake]

    /// One line a mistake.
    public var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
