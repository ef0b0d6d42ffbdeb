import Foundation
import Testing

extension FloorTests {
    /// `make drift` runs it over 10⁸ updates.
    @Suite("floor bench drift") struct DriftTests {
        private struct Line: Decodable { let name: String, value: Double, ok: Bool }

        @Test("every indicator of the catalog says after weeks of minutes what one says that begins with the last two")
        func drift() async throws {
            let folder = try TestFolder()
            let run = try await FloorProcess.run(["bench", "drift", "--updates", "45000", "--json"], in: folder)
            let lines = try JSONDecoder().decode([Line].self, from: Data(run.output.utf8))
            #expect(run.status == 0 && lines.allSatisfy(\.ok), "\(lines.filter { !$0.ok })")
            #expect(
                lines.count > 40 && lines.dropFirst().contains { $0.value > 0 }, "digits are lost where there is something to see"
            )
        }
    }
}
