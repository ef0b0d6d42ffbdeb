import PlainData

/// A record of the journal, as the cause of whatever carries its sequence.
public final class LineageRecord {
    public let sequence: UInt64
    /// The source that it came from; `sequencer` for the clock, a text, an idle source, the end of the day.
    public let source: String
    /// When it came in, nanoseconds since 1970.
    public let ingestTime: Int64
    public let element: any Element

    init(sequence: UInt64, source: String, ingestTime: Int64, element: any Element) {
        (self.sequence, self.source, self.ingestTime, self.element) = (sequence, source, ingestTime, element)
    }
}

/// One element of a chain of causes: what a vertex put out, what that came of, and what the vertex knew then.
public final class LineageStep {
    public enum Cause {
        /// It is the record itself.
        case record
        /// The record of a loop: a vertex put it out before, and the sequencer took it in again.
        case loop(LineageStep)
        /// The vertex handled this element of the input `port`.
        case element(LineageStep, port: String)
        /// Time had come to what the vertex waited for, nanoseconds since 1970.
        case timer(Int64)
    }
    /// An element that the vertex had taken before.
    public struct Known {
        public let port: String, step: LineageStep
    }
    public let vertex: String
    /// The vertex's kind in the catalog.
    public let kind: String
    /// The output as a topology writes it: `slicer.parents`.
    public let output: String
    /// Which of that output's elements it is, from 1.
    public let number: UInt64
    public let record: LineageRecord
    public let element: any Element
    public let cause: Cause
    /// The newest element of the same order, or else the same instrument, on each other input.
    public let known: [Known]
    /// What the same output said of the same instrument, or the same order, the time before.
    public let before: (any Element)?
    /// Where it stands among the steps of its record: upstream first.
    let rank: Int
    /// How many steps lie before it at most.
    let depth: Int
    /// Whether this is the value alone: what it came of is another order's story.
    public let isValueOnly: Bool

    /// More steps than this before one are cut off: a loop that feeds itself must not keep a whole day in memory.
    static let mostDepth = 64

    init(
        vertex: String, kind: String, output: String, number: UInt64, record: LineageRecord, element: any Element,
        cause: Cause, known: [Known] = [], before: (any Element)? = nil, rank: Int, isValueOnly: Bool = false
    ) {
        (self.vertex, self.kind, self.output, self.number) = (vertex, kind, output, number)
        (self.record, self.element) = (record, element)
        (self.cause, self.known, self.before, self.rank, self.isValueOnly) = (cause, known, before, rank, isValueOnly)
        var deepest = known.map(\.step.depth).max() ?? 0
        switch cause {
        case .loop(let step), .element(let step, _): deepest = max(deepest, step.depth)
        case .record, .timer: break
        }
        depth = deepest + 1
    }

    public var sequence: UInt64 { record.sequence }

    /// The step that this one came of, where that is an element.
    public var origin: LineageStep? {
        switch cause {
        case .loop(let step), .element(let step, _): step
        case .record, .timer: nil
        }
    }
    /// Every step that this one came of or was made with.
    public var sources: [LineageStep] { (origin.map { [$0] } ?? []) + known.map(\.step) }

    /// The same element without what it came of.
    var valueOnly: LineageStep {
        if isValueOnly { return self }
        return LineageStep(
            vertex: vertex, kind: kind, output: output, number: number, record: record, element: element, cause: .record,
            before: before, rank: rank, isValueOnly: true)
    }
    /// Itself, or its value alone where too much hangs on it.
    var bounded: LineageStep { depth >= Self.mostDepth ? valueOnly : self }
}
