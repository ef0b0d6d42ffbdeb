import Foundation
import Testing

/// docs/operators.md shows code that is compiled: each of its Swift blocks stands in a file of the repository, line by line.
@Suite("the page on operators") struct OperatorsPageTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }
    /// The page's Swift blocks.
    private func blocks() throws -> [String] {
        try text("docs/operators.md").components(separatedBy: "```swift\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
    }
    /// Whether the block is a part of the file, as far to the left as it goes.
    private func contains(_ file: String, _ block: String) -> Bool {
        [0, 4, 8].contains { indent in
            let margin = String(repeating: " ", count: indent)
            let moved = file.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.hasPrefix(margin) ? String($0.dropFirst(indent)) : String($0) }
            return moved.joined(separator: "\n").contains(block)
        }
    }

    @Test("its blocks are the files' own text")
    func blocksAreCode() throws {
        let found = try blocks()
        let files = [
            "examples/own-operator/Quiet.swift", "examples/own-operator/QuietTests.swift",
            "examples/own-operator/QuietTests.swift",
            "Sources/Desk/Kinds+Windows.swift", "Sources/Desk/Assembly+Operators.swift",
        ]
        try #require(found.count == files.count)
        for (block, file) in zip(found, files) {
            let isThere = contains(try text(file), block)
            #expect(isThere, "the page shows of \(file) what is not in it:\n\(block)")
        }
        #expect(try text(files[0]) == found[0], "the first block is the whole file")
    }

    @Test("the operator it builds has twenty lines")
    func twentyLines() throws {
        let lines = try text("examples/own-operator/Quiet.swift").components(separatedBy: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("struct Quiet") })
        let end = try #require(lines[start...].firstIndex(of: "}"))
        #expect(end - start < 20)
    }
}
