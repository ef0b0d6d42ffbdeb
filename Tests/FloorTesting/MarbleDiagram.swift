import PlainData

/// A picture of time as text: one line a source or an output, one column a unit of event time.
///
///     trades  -a--b--c<4--|---!      a letter     an element: in an input line it happens at its column
///     bars    ------------A---B      <4           … or that many columns before: it comes late
///                                    (ab)         both at the column of the bracket
///                                    |            the watermark comes to this column
///                                    !            the end of all input
///
/// `-` and blank are time that passes. What stands left of the lines' common beginning is their name; a line without one is
/// a remark. In an output line a letter stands where the record stands that caused it.
struct MarbleDiagram {
    struct Mistake: Error, CustomStringConvertible { let description: String }

    enum Event: Equatable { case element(Character, back: Int), watermark, end }
    struct Line {
        let name: String, text: String
        /// In order of columns.
        var events: [(column: Int, event: Event)] = []

        var marks: [(column: Int, mark: Character)] {
            events.compactMap { if case .element(let mark, _) = $0.event { ($0.column, mark) } else { nil } }
        }
    }
    let lines: [Line]

    init(_ picture: String) throws(Mistake) {
        let rows = picture.split(separator: "\n").map(String.init).filter { !$0.hasPrefix(" ") && !$0.isEmpty }
        guard let first = rows.first else { throw Mistake(description: "the picture has no line") }
        let afterName = first.drop { $0 != " " }.drop { $0 == " " }
        let from = first.distance(from: first.startIndex, to: afterName.startIndex)
        var lines: [Line] = []
        for row in rows {
            let name = String(row.prefix { $0 != " " }), margin = row.dropFirst(name.count).prefix(max(0, from - name.count))
            guard name.count < from, margin.allSatisfy({ $0 == " " }) else {
                throw Mistake(description: "line \(name) does not begin below the first one, at column \(from + 1)")
            }
            guard !lines.contains(where: { $0.name == name }) else { throw Mistake(description: "two lines are named \(name)") }
            var line = Line(name: name, text: String(row.dropFirst(from)))
            line.events = try Self.events(line)
            lines.append(line)
        }
        self.lines = lines
    }

    subscript(name: String) -> Line? { lines.first { $0.name == name } }

    private static func events(_ line: Line) throws(Mistake) -> [(column: Int, event: Event)] {
        let text = Array(line.text)
        var events: [(column: Int, event: Event)] = [], at = 0, group: Int?
        func fail(_ what: String) -> Mistake { Mistake(description: "line \(line.name), column \(at): \(what)") }
        while at < text.count {
            let character = text[at], column = group ?? at
            switch character {
            case "-", " ": break
            case "(":
                guard group == nil else { throw fail("a bracket in a bracket") }
                group = at
            case ")":
                guard group != nil else { throw fail("a bracket that was not opened") }
                group = nil
            case "|": events.append((column, .watermark))
            case "!": events.append((column, .end))
            case _ where character.isLetter || character.isNumber:
                var back = 0
                if at + 1 < text.count, text[at + 1] == "<" {
                    let digits = text[(at + 2)...].prefix { $0.isASCII && $0.isNumber }
                    guard let count = Int(String(digits)) else { throw fail("< without the number of columns") }
                    back = count
                    at += 1 + digits.count
                }
                events.append((column, .element(character, back: back)))
            default: throw fail("\(character) means nothing; a letter is an element")
            }
            at += 1
        }
        if group != nil { throw fail("a bracket is not closed") }
        return events
    }
}
