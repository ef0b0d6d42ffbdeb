import FloorTesting
import Foundation
import Testing

/// A small tape, the paper venue that plays it as its own process, and the desk of `topologies/desk.yaml` against it.
final class LiveDay {
    let folder: TestFolder
    let data: String, statement: String
    let fixPort = freePort(), feedPort = freePort()
    let symbols: [String]
    private(set) var venue: FloorProcess
    private let grid: String
    /// Whether the venue closes by itself after the tape. A desk that is killed and comes back late finds nobody then.
    private let exitsAtEnd: Bool

    /// Generates the tape and starts the venue.
    /// - Parameter speed: seconds of tape in a second; the day has 23 400 of them.
    init(speed: Int, seed: Int = 5, exitAtEnd: Bool = true, waitForLogon: Bool = true) async throws {
        folder = try TestFolder()
        exitsAtEnd = exitAtEnd
        (data, statement) = (folder.path("day"), folder.path("statement.csv"))
        let made = try await FloorProcess.run(
            ["generate", "day", "--seed", "\(seed)", "--symbols", "3", "--trades", "6000", "--out", folder.path("tape")],
            in: folder)
        try #require(made.status == 0, "\(made)")
        let rows = try folder.text("tape/instruments.csv").split(separator: "\n").map {
            $0.split(separator: ",").map(String.init)
        }
        let header = try #require(rows.first)
        let (symbol, tick, lot) = (
            try #require(header.firstIndex(of: "symbol")), try #require(header.firstIndex { $0.hasPrefix("tick") }),
            try #require(header.firstIndex { $0.hasPrefix("lot") })
        )
        symbols = rows.dropFirst().map { $0[symbol] }
        grid = rows.dropFirst().map { "\($0[symbol]): { tick: \"\($0[tick])\", lot: \"\($0[lot])\" }" }.joined(separator: ", ")
        var arguments = [
            "venue", "--tape", folder.path("tape"), "--fix", "\(fixPort)", "--feed", "\(feedPort)", "--speed", "\(speed)",
            "--statement", statement,
        ]
        if waitForLogon { arguments.append("--wait-for-logon") }
        if exitAtEnd { arguments.append("--exit-at-end") }
        venue = try FloorProcess(arguments, in: folder)
        try await venue.waitFor("venue: FIX")
    }

    /// The arguments that make the desk this venue's.
    var overrides: [String] {
        [
            "sources.feed.symbols=[\(symbols.joined(separator: ", "))]", "instruments={ \(grid) }",
            "sources.feed.url=ws://127.0.0.1:\(feedPort)", "sessions.broker.port=\(fixPort)",
        ].flatMap { ["--set", $0] }
    }
    /// Starts the desk; `more` are further arguments.
    func startDesk(_ more: [String] = [], output: FileHandle? = nil) throws -> FloorProcess {
        try FloorProcess(
            ["run", PackageFiles.path("topologies/desk.yaml"), "--data", data, "--summary", "json"] + overrides + more,
            in: folder,
            output: output)
    }
    func run(_ arguments: String...) async throws -> FloorProcess.Finished {
        try await FloorProcess.run(arguments, in: folder, seconds: 120)
    }

    /// The counts that a run printed at its end.
    static func summary(_ desk: FloorProcess) throws -> [String: Any] {
        let text = desk.errors
        let start = try #require(text.range(of: "{\n"), "no summary in: \(text)")
        let value = try JSONSerialization.jsonObject(with: Data(text[start.lowerBound...].utf8))
        return try #require(value as? [String: Any])
    }

    /// The fills and positions of the venue's own statement.
    struct Statement {
        var fills: [(execID: String, clOrdID: String, symbol: String, side: String, quantity: Double, price: Double)] = []
        var positions: [String: Double] = [:]
    }
    func readStatement() throws -> Statement {
        var found = Statement()
        for line in try String(contentsOfFile: statement, encoding: .utf8).split(separator: "\n").dropFirst() {
            let field = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let quantity = try #require(Double(field[6]))
            if field[0] == "fill" {
                found.fills.append((field[2], field[3], field[4], field[5], quantity, try #require(Double(field[7]))))
            } else {
                found.positions[field[4]] = quantity
            }
        }
        return found
    }

    /// The day is over and the desk has ended: the venue is asked to close where it would stay, its statement ties
    /// out with the desk's books, and the journal replays.
    /// - Returns: the number of fills.
    @discardableResult
    func expectItTiesOut(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int {
        if !exitsAtEnd { venue.terminate() }
        #expect(try await venue.wait(seconds: 60) == 0, "\(venue.output)\(venue.errors)", sourceLocation: sourceLocation)
        let tieOut = try await run("reconcile", "--data", data, "--statement", statement)
        #expect(tieOut.status == 0 && tieOut.output.contains("breaks     0\n"), "\(tieOut)", sourceLocation: sourceLocation)
        let replay = try await run("replay", data, "--verify")
        #expect(replay.status == 0, "\(replay)", sourceLocation: sourceLocation)
        #expect(
            replay.output.firstMatch(of: /replay verified: [0-9]+ digests identical/) != nil, "\(replay)",
            sourceLocation: sourceLocation)
        let fills = try readStatement().fills
        #expect(Set(fills.map(\.execID)).count == fills.count, sourceLocation: sourceLocation)
        return fills.count
    }
}
