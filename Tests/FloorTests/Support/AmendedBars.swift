import Testing

/// The rows of bars as they stand in the end: as they were said, and then as they were put right; those of which nothing was left are gone.
struct AmendedBars {
    /// Without the header, as text, sorted.
    let rows: [String]
    let fixed: Int

    init(_ folder: TestFolder, said: String, fixed: String) throws {
        func rows(_ name: String) throws -> [[Substring]] {
            try folder.text(name).split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
        }
        var bars: [String: [Substring]] = [:]
        for row in try rows(said) { bars["\(row[0]) \(row[2])"] = row }
        let changes = try rows(fixed)
        // The columns of a bar, and a revision; the tenth is how many trades it has.
        for row in changes { bars["\(row[0]) \(row[2])"] = row[9] == "0" ? nil : row.dropLast() }
        self.rows = bars.values.map { $0.joined(separator: ",") }.sorted()
        self.fixed = changes.count
    }

    /// Expects the bars of a tape in which every trade is as it was told last: `file_decoders.py amended`, in fractions.
    /// - Parameter staysOpen: whether the last bar was not said, since more might have come: of a feed.
    func expectSame(
        _ folder: TestFolder, trades: String, corrections: String, python: String, staysOpen: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let script = PackageFiles.path("Tests/FloorTests/Peers/file_decoders.py")
        let made = try MetricsTools.run(
            python, [script, "amended", folder.path("."), "1", folder.path(trades), folder.path(corrections)])
        try #require(made.status == 0, "\(made.output)", sourceLocation: sourceLocation)
        let wanted = try folder.text("0.bars.csv").split(separator: "\n").dropFirst().map(String.init).sorted()
            .dropLast(staysOpen ? 1 : 0)
        let other = zip(rows, wanted).first { $0 != $1 }
        #expect(rows == Array(wanted), "\(other.map { "\($0.0) is not \($0.1)" } ?? "")", sourceLocation: sourceLocation)
        #expect(fixed > 0, sourceLocation: sourceLocation)
    }
}
