import Foundation
import Testing

@Suite("floor slice") struct SliceTests {
    @Test("prints the schedule with bars, as CSV, and draws it")
    func plans() async throws {
        let folder = try TestFolder()
        let text = try await FloorProcess.run(
            [
                "slice", "vwap", "--quantity", "1000", "--start", "2024-03-11T13:30:00Z", "--end", "2024-03-11T17:30:00Z",
                "--slices", "4",
                "--curve", "4,2,1,3", "--svg", "plan.svg",
            ], in: folder)
        #expect(text.status == 0, "\(text)")
        #expect(text.output.contains("2024-03-11T13:30:00Z  400   400  " + String(repeating: "█", count: 40)), "\(text)")
        #expect(text.output.contains("2024-03-11T15:30:00Z  100   700  " + String(repeating: "█", count: 10) + "\n"), "\(text)")
        let svg = try String(contentsOf: folder.url.appending(path: "plan.svg"), encoding: .utf8)
        #expect(svg.hasPrefix("<svg") && svg.components(separatedBy: "fill=\"#4a7ab5\"").count == 5)
        let csv = try await FloorProcess.run(
            [
                "slice", "implementation-shortfall", "--quantity", "1000000", "--start", "2024-03-11T13:30:00Z", "--duration",
                "1950m",
                "--slices", "5", "--risk-aversion", "0", "--volatility", "0.95", "--impact", "2.5e-6", "--csv",
            ], in: folder)
        // By hand: without risk aversion a fifth each, 390 minutes apart.
        #expect(
            csv.output == """
                time,order_qty,cum_qty
                2024-03-11T13:30:00Z,200000,200000
                2024-03-11T20:00:00Z,200000,400000
                2024-03-12T02:30:00Z,200000,600000
                2024-03-12T09:00:00Z,200000,800000
                2024-03-12T15:30:00Z,200000,1000000

                """, "\(csv)")
    }

    @Test("what cannot be planned is said in one line")
    func refusals() async throws {
        let folder = try TestFolder(), when = ["--start", "2024-03-11T13:30:00Z", "--duration", "1h"]
        for (arguments, words) in [
            (["twop", "--quantity", "10"], "twap, vwap"), (["twap", "--quantity", "ten"], "--quantity ten"),
            (["twap", "--quantity", "15", "--lot", "10"], "whole lots"), (["vwap", "--quantity", "10"], "--curve"),
            (["vwap", "--quantity", "10", "--curve", "1,x"], "--curve x"), (["pov", "--quantity", "10"], "--volumes"),
            (["iceberg", "--quantity", "10"], "--display"), (["implementation-shortfall", "--quantity", "10"], "--volatility"),
        ] {
            expectRefusal(try await FloorProcess.run(["slice"] + arguments + when, in: folder), status: 2, words)
        }
        let ends = try await FloorProcess.run(
            ["slice", "twap", "--quantity", "10", "--start", "2024-03-11T13:30:00Z", "--end", "2024-03-11T13:00:00Z"], in: folder)
        expectRefusal(ends, status: 2, "--end")
    }
}
