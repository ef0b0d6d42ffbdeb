/// Collects what the check finds, so that all mistakes are told at once.
struct Notebook {
    let file: String
    private(set) var mistakes: [TopologyMistake] = []
    private(set) var warnings: [TopologyMistake] = []
    private var seen: Set<TopologyMistake> = []

    init(file: String) { self.file = file }

    mutating func mistake(at place: Place, _ message: String, _ suggestion: String? = nil) {
        let new = TopologyMistake(
            file: file, place: place, message: Self.oneLine(message), suggestion: suggestion.map(Self.oneLine))
        // A value that several places read (a YAML alias, an inherited policy) is wrong once.
        if seen.insert(new).inserted { mistakes.append(new) }
    }

    mutating func warning(at place: Place, _ message: String, _ suggestion: String? = nil) {
        let new = TopologyMistake(
            file: file, place: place, message: Self.oneLine(message), suggestion: suggestion.map(Self.oneLine))
        if seen.insert(new).inserted { warnings.append(new) }
    }

    /// Everything found, in the order of the file; what shares a line keeps the order in which it was found.
    var refusal: TopologyRefusal { TopologyRefusal(mistakes: sorted(mistakes), warnings: sortedWarnings) }
    var sortedWarnings: [TopologyMistake] { sorted(warnings) }

    private func sorted(_ list: [TopologyMistake]) -> [TopologyMistake] {
        list.enumerated().sorted { ($0.element.place.order, $0.offset) < ($1.element.place.order, $1.offset) }.map(\.element)
    }

    /// A mistake is one line, whatever the file held.
    private static func oneLine(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            default: line.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
            }
        }
        return line
    }
}
