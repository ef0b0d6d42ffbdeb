import Desk
import Foundation
import Testing
import Topology

/// docs/topologies.md ends with the catalog's own words, so that the page cannot say something else than the check does.
@Suite("the reference page")
struct ReferencePageTests {
    static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/topologies.md")
    static let marker = "<!-- From here on written by `make docs` from the catalog. -->\n"

    /// With `FLOOR_WRITE_DOCS` set it writes the page instead.
    @Test("docs/topologies.md lists what the catalog has: after a change, run make docs")
    func reference() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let parts = page.components(separatedBy: Self.marker)
        try #require(parts.count == 2, "the page has one line \(Self.marker)")
        let reference = "\n" + Kinds.catalog.reference.trimmingCharacters(in: .newlines) + "\n"
        guard ProcessInfo.processInfo.environment["FLOOR_WRITE_DOCS"] == nil else {
            return try (parts[0] + Self.marker + reference).write(to: Self.page, atomically: true, encoding: .utf8)
        }
        let (written, listed) = (parts[1].components(separatedBy: "\n"), reference.components(separatedBy: "\n"))
        let difference = zip(written, listed).first { $0 != $1 }
        let isTheSame = parts[1] == reference  // apart, so that a failure does not print both pages
        #expect(isTheSame, "first difference: \(difference.map { "\($0.0)  →  \($0.1)" } ?? "the length")")
    }
}
