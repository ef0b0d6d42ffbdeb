import Foundation

/// FIX Appendix D's order state changes, D1 to D37 and the later ones, as `Tests/Fixtures/appendix-d.csv` has them: both
/// outcomes of every request, a row a message, each with its source.
public struct AppendixD {
    public struct Scenario: CustomStringConvertible, Sendable {
        public let name: String, branch: String, title: String
        public let rows: [Row]
        public var description: String { "\(name) (\(branch)): \(title)" }
        /// Letters, digits and points alone.
        public var key: String { name + "." + branch.filter { $0.isLetter || $0.isNumber } }
    }
    public struct Row: Sendable {
        private let cells: [String: String]
        init(_ cells: [String: String]) { self.cells = cells }
        /// A column; empty where the table has nothing.
        public subscript(column: String) -> String { cells[column] ?? "" }
        public var isFromVenue: Bool { self["direction"] == "from venue" }
        public var anomalies: [String] { self["anomalies"].split(separator: " ").map(String.init) }
    }

    public static let path: String = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.appendingPathComponent("Fixtures/appendix-d.csv").path
    }()

    /// In the order of the file.
    public static let scenarios: [Scenario] = {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        var lines = text.split(separator: "\n").map { fields(String($0)) }
        let header = lines.removeFirst()
        var found: [Scenario] = []
        for line in lines {
            let row = Row(Dictionary(zip(header, line)) { first, _ in first })
            let before = found.last.flatMap { $0.name == row["scenario"] && $0.branch == row["branch"] ? found.popLast() : nil }
            found.append(
                Scenario(
                    name: row["scenario"], branch: row["branch"], title: row["title"], rows: (before?.rows ?? []) + [row]))
        }
        return found
    }()

    /// One row of a CSV file whose fields may stand in double quotes, doubled inside.
    public static func fields(_ line: String) -> [String] {
        var fields = [""], isQuoted = false, wasQuote = false
        for character in line {
            if character == "\"" {
                if !isQuoted, wasQuote { fields[fields.count - 1].append("\"") }
                (isQuoted, wasQuote) = (!isQuoted, true)
                continue
            }
            wasQuote = false
            if character == ",", !isQuoted { fields.append("") } else { fields[fields.count - 1].append(character) }
        }
        return fields
    }
}
