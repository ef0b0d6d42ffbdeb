/// The text of a topology file as lines of Unicode scalars, counted as libyaml counts them.
struct SourceText {
    /// No byte order mark; the line separators that only YAML 1.1 knows (U+0085, U+2028, U+2029) are spaces, so that
    /// a line here is a line in the user's editor.
    private(set) var scalars: [Unicode.Scalar]
    /// How many lines a user sees; at least 1.
    let lineCount: Int

    /// Why bytes are no text: the first line that is not UTF-8.
    struct NotUTF8: Error { let line: Int }

    init(_ text: String) {
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        for index in scalars.indices
        where scalars[index] == "\u{85}" || scalars[index] == "\u{2028}" || scalars[index] == "\u{2029}" {
            scalars[index] = " "
        }
        self.scalars = scalars
        lineCount = max(1, Self.breaks(in: scalars) + (scalars.last.map { $0 == "\n" || $0 == "\r" } ?? true ? 0 : 1))
    }

    init(bytes: [UInt8]) throws(NotUTF8) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self.init(text)
            return
        }
        // No byte of a longer UTF-8 sequence is a line feed, so lines can be tried one by one.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        throw NotUTF8(line: (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1)
    }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// A value without byte order marks before it. The library drops one wherever it reads a text that begins so; dropping
    /// all gives a value the same meaning however often it is written and read.
    static func withoutMarks(_ value: String) -> String {
        guard value.unicodeScalars.first == "\u{FEFF}" else { return value }
        return String(value.unicodeScalars.drop { $0 == "\u{FEFF}" })
    }

    func clamped(line: Int) -> Int { min(max(line, 1), lineCount) }

    /// The line on which the scalar at `offset` stands, from 1.
    func line(atScalar offset: Int) -> Int { clamped(line: Self.breaks(in: scalars.prefix(max(0, offset))) + 1) }

    /// The index of a mark's scalar, or nil past the end.
    func index(line: Int, column: Int) -> Int? {
        var currentLine = 1
        var index = 0
        while currentLine < line {
            guard index < scalars.count else { return nil }
            if Self.isBreak(scalars, at: index) { currentLine += 1 }
            index += 1
        }
        index += column - 1
        return scalars.indices.contains(index) ? index : nil
    }

    mutating func replace(at index: Int, with scalar: Unicode.Scalar) { scalars[index] = scalar }

    /// The line at which brackets are open deeper than any real file needs. The YAML reader recurses on brackets, so
    /// the depth is bounded before it reads. Quotes and comments are not looked at: the bound is far from any real text.
    func lineDeeperThan(_ depth: Int) -> Int? {
        var open = 0
        for (index, scalar) in scalars.enumerated() {
            if scalar == "[" || scalar == "{" { open += 1 }
            if scalar == "]" || scalar == "}" { open = max(0, open - 1) }
            if open > depth { return line(atScalar: index) }
        }
        return nil
    }

    private static func breaks(in scalars: some RandomAccessCollection<Unicode.Scalar>) -> Int {
        var count = 0
        var previous: Unicode.Scalar = " "
        for scalar in scalars {
            if scalar == "\r" || (scalar == "\n" && previous != "\r") { count += 1 }
            previous = scalar
        }
        return count
    }

    /// Whether a line ends with the scalar at `index`: the line feed of CR LF does, its carriage return does not.
    private static func isBreak(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        scalars[index] == "\n" || (scalars[index] == "\r" && (index + 1 == scalars.count || scalars[index + 1] != "\n"))
    }
}
