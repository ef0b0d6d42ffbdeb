import PlainData
import StreamRuntime

/// Holds a graph to a picture: what goes in and, under it, what comes out and when. Then holds it to the laws, over the
/// same picture.
///
///     try checkMarbles(
///         """
///         trades  -a--b-----c--!
///         bars    ----------A--B
///         """
///     ) { picture in
///         let trades = picture.source("trades") { mark, time in trade(at: time, prices[mark]) }
///         let bars = picture.graph.add("bars", TimeBars(length: 5), from: trades)
///         picture.output("bars", bars.out, ["A": "1 to 2", "B": "3 to 3"]) { "\($0.open) to \($0.close)" }
///     }
///
/// Where no input has a `|`, the newest element is the watermark, less its source's lateness. Where one has, the watermark
/// stands where the last `|` stood, and no element moves it. A line of `|`, `!` and `-` alone is an input without a source.
/// Records of one column come in the order of the lines.
/// - Parameters:
///   - unit: how many nanoseconds a column is.
///   - start: the event time of column 0.
///   - build: fills a graph; called for every run, so it must do the same each time.
/// - Throws: `MarbleMismatch` with both pictures, `Laws.Broken`, or what is wrong with the picture itself.
public func checkMarbles(_ text: String, unit: Int64 = 1, start: Int64 = 0, build: @escaping (Picture) -> Void) throws {
    let diagram = try MarbleDiagram(text)
    // Once for the names alone: what is an input decides who moves the watermark.
    let draft = Picture(Graph(), diagram, nil)
    build(draft)
    let score = try MarbleScore(diagram, draft, unit: unit, start: start)
    let picture = Picture(Graph(), diagram, score)
    build(picture)
    let driver = GraphDriver(picture.graph, hasClock: score.hasClock)
    for at in score.records.indices { picture.offer(at, driver) }
    driver.run(batch: 1)
    try picture.compare()
    try Laws(records: score.records.count, hasClock: score.hasClock) { graph in
        let again = Picture(graph, diagram, score)
        build(again)
        return Laws.Script { again.offer($0, $1) }
    }.check()
}

/// What came out is not what the picture says.
public struct MarbleMismatch: Error, CustomStringConvertible {
    public let description: String
}

/// A diagram's inputs as records.
struct MarbleScore {
    struct Record { let line: String, column: Int, event: MarbleDiagram.Event }
    let records: [Record], unit: Int64, start: Int64
    /// Whether `|` moves the watermark, rather than the elements.
    let hasClock: Bool

    init(_ diagram: MarbleDiagram, _ draft: Picture, unit: Int64, start: Int64) throws {
        (self.unit, self.start) = (unit, start)
        if let mistake = draft.mistakes.first { throw mistake }
        let inputs = try diagram.lines.filter { line in
            if draft.sources.contains(line.name) { return true }
            if draft.outputs.contains(line.name) { return false }
            guard line.marks.isEmpty else {
                throw MarbleDiagram.Mistake(description: "line \(line.name) is neither a source nor an output of the graph")
            }
            return true
        }
        let events = inputs.enumerated().flatMap { row, line in line.events.map { (row: row, line: line.name, at: $0) } }
        // Stable where column and line are the same: a bracket's elements stay in their order.
        let sorted = events.enumerated().sorted {
            ($0.element.at.column, $0.element.row, $0.offset) < ($1.element.at.column, $1.element.row, $1.offset)
        }
        records = sorted.map { Record(line: $0.element.line, column: $0.element.at.column, event: $0.element.at.event) }
        hasClock = records.contains { $0.event == .watermark }
        if let end = records.firstIndex(where: { $0.event == .end }), end != records.count - 1 {
            throw MarbleDiagram.Mistake(description: "line \(records[end + 1].line) goes on after the end of all input")
        }
    }

    func time(_ column: Int) -> Int64 { start + Int64(column) * unit }
}
