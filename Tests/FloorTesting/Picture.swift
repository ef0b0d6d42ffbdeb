import PlainData
import StreamRuntime

/// A graph on its way to be held to a picture: gives the lines of the diagram to sources and outputs of the graph.
public final class Picture {
    public let graph: Graph
    private let diagram: MarbleDiagram
    /// Nil in the draft that only finds out who is an input.
    private let score: MarbleScore?
    private var offers: [String: (Character, Int64, GraphDriver) -> Void] = [:]
    /// The texts of the elements that a letter stands for in the inputs, by element.
    private var inputTexts: [String: [Character: Set<String>]] = [:]
    private var drawn: [DrawnOutput] = []
    private(set) var mistakes: [MarbleDiagram.Mistake] = []

    init(_ graph: Graph, _ diagram: MarbleDiagram, _ score: MarbleScore?) {
        (self.graph, self.diagram, self.score) = (graph, diagram, score)
    }

    var sources: Set<String> { Set(offers.keys) }
    var outputs: Set<String> { Set(drawn.map(\.line.name)) }

    /// A source whose elements are the letters of the line of its name.
    /// - Parameters:
    ///   - lateness: how far behind the newest element one may lie, in nanoseconds.
    ///   - element: what a letter at an event time stands for.
    public func source<T: Element>(
        _ name: String, lateness: Int64 = 0, holdsWatermark: Bool = true, _ element: @escaping (Character, Int64) -> T
    ) -> Edge<T> {
        let port = graph.source(
            name, T.self, lateness: lateness, holdsWatermark: holdsWatermark && score?.hasClock != true)
        offers[name] = { mark, time, driver in driver.offer(element(mark, time), to: port) }
        guard diagram[name] != nil else {
            mistakes.append(MarbleDiagram.Mistake(description: "the picture has no line \(name) for the source"))
            return port.edge
        }
        for record in score?.records ?? [] where record.line == name {
            guard case .element(let mark, let back) = record.event, let time = score?.time(record.column - back) else { continue }
            inputTexts[T.elementName, default: [:]][mark, default: []].insert(Self.text(element(mark, time)))
        }
        return port.edge
    }

    /// An output that must show the line of this name.
    /// - Parameters:
    ///   - meanings: what `show` must say of an element for it to be the letter.
    ///   - show: what matters of an element.
    public func output<T: Element>(
        _ name: String, _ edge: Edge<T>, _ meanings: [Character: String], show: @escaping (T) -> String
    ) {
        draw(name, edge, meanings.mapValues { [$0] }, show)
    }
    /// An output whose letters are the inputs' elements of those letters: what is late, filtered or passed on.
    public func output<T: Element>(_ name: String, _ edge: Edge<T>) {
        draw(name, edge, inputTexts[T.elementName] ?? [:], Self.text)
    }

    private func draw<T: Element>(
        _ name: String, _ edge: Edge<T>, _ meanings: [Character: Set<String>], _ show: @escaping (T) -> String
    ) {
        guard let line = diagram[name] else {
            mistakes.append(MarbleDiagram.Mistake(description: "the picture has no line \(name) for the output"))
            return
        }
        let output = DrawnOutput(line, meanings)
        drawn.append(output)
        guard let score else { return }
        graph.sink(name + " of the picture", from: edge) { offer in
            for i in 0..<offer.count {
                let record = score.records[Int(offer.sequence(i)) - 1]
                output.came.append((record.column, show(offer[i])))
            }
            return offer.count
        }
    }
    private static func text<T: Element>(_ element: T) -> String {
        let described = element.described(Names())
        return zip(described.names, described.values).map { "\($0)=\($1)" }.joined(separator: " ")
    }

    /// Offers record number `at` of the picture.
    func offer(_ at: Int, _ driver: GraphDriver) {
        guard let score else { return }
        let record = score.records[at]
        switch record.event {
        case .element(let mark, let back): offers[record.line]?(mark, score.time(record.column - back), driver)
        case .watermark: driver.tick(score.time(record.column))
        case .end: driver.end()
        }
    }

    /// - Throws: `MarbleMismatch`, with the inputs and every output that is not as it was drawn.
    func compare() throws {
        for output in drawn {
            for (_, mark) in output.line.marks where output.meanings[mark] == nil {
                throw MarbleDiagram.Mistake(description: "line \(output.line.name): nobody says what \(mark) is")
            }
        }
        let wrong = drawn.filter { !$0.isAsDrawn }
        guard !wrong.isEmpty, let score else { return }
        let inputs = diagram.lines.filter { !outputs.contains($0.name) }
        let width = 2 + max(5, inputs.map(\.name.count).max() ?? 0)
        func row(_ name: String, _ text: String) -> String {
            "  " + name + String(repeating: " ", count: width - name.count) + text
        }
        var rows = ["\(wrong.map(\.line.name).joined(separator: " and ")) not as drawn; a column is \(score.unit) ns"]
        rows += inputs.map { row($0.name, $0.text) }
        for output in wrong {
            let (came, legend) = output.picture
            if wrong.count > 1 { rows.append(" " + output.line.name) }
            rows += [row("drawn", output.line.text), row("came", came), row("", output.difference(came))]
            rows += legend.map { row("", $0) }
        }
        throw MarbleMismatch(description: rows.joined(separator: "\n"))
    }
}

/// One output: what its line says, and what came.
private final class DrawnOutput {
    let line: MarbleDiagram.Line
    let meanings: [Character: Set<String>]
    var came: [(column: Int, text: String)] = []

    init(_ line: MarbleDiagram.Line, _ meanings: [Character: Set<String>]) { (self.line, self.meanings) = (line, meanings) }

    var isAsDrawn: Bool {
        let marks = line.marks
        return came.count == marks.count
            && zip(came, marks).allSatisfy { $0.column == $1.column && meanings[$1.mark]?.contains($0.text) == true }
    }

    /// What came, in the drawing's letters, with digits for what has none; and what letters and digits mean.
    var picture: (text: String, legend: [String]) {
        var unknown: [String] = [], pushed: [String] = [], text: [Character] = [], at = 0
        let drawn = line.marks
        func mark(_ index: Int) -> Character {
            let text = came[index].text
            if index < drawn.count, meanings[drawn[index].mark]?.contains(text) == true { return drawn[index].mark }
            if let known = meanings.keys.sorted().first(where: { meanings[$0]?.contains(text) == true }) { return known }
            if !unknown.contains(text) { unknown.append(text) }
            return Character(String((unknown.firstIndex(of: text) ?? 0) % 9 + 1))
        }
        while at < came.count {
            let column = came[at].column, group = came[at...].prefix { $0.column == column }.count
            let marks = (at..<at + group).map(mark)
            if text.count > column { pushed.append("\(String(marks)) came at column \(column)") }
            text += Array(repeating: "-", count: max(0, column - text.count))
            text += group > 1 ? ["("] + marks + [")"] : marks
            at += group
        }
        text += Array(repeating: "-", count: max(0, line.text.count - text.count))
        let letters = Set(drawn.map(\.mark)).sorted()
        let legend =
            letters.map { "\($0) is \((meanings[$0] ?? []).sorted().joined(separator: " or "))" }
            + unknown.enumerated().map { "\($0.offset % 9 + 1) is \($0.element)" } + pushed
        return (String(text), legend)
    }
    /// Carets below the columns in which the two lines differ.
    func difference(_ came: String) -> String {
        let (a, b) = (Array(line.text), Array(came))
        func character(_ text: [Character], _ at: Int) -> Character {
            at < text.count && text[at] != " " && text[at] != "|" ? text[at] : "-"
        }
        let marks = (0..<max(a.count, b.count)).map { character(a, $0) == character(b, $0) ? " " : "^" }.joined()
        return String(marks.reversed().drop { $0 == " " }.reversed())
    }
}
