import FloorTesting
import Foundation
import Testing

extension FloorTests {
    /// `floor run` before a venue of another language that plays a capture with faults and keeps the book in its own way.
    @Suite(
        "a venue's feed over a bad network",
        .enabled(if: FeedDay.python != nil && ReferenceData.isPresent, "needs python with websockets, and the recorded data"))
    struct FeedDayTests {
        @Test(
            "trades come once and in order, and no best quote of the book is one that never was",
            arguments: [
                FeedDay.Wire(), FeedDay.Wire(deflates: true, fragments: true),
                FeedDay.Wire(deflates: true, isSecure: true),
            ])
        func faults(wire: FeedDay.Wire) async throws {
            let day = try await FeedDay(wire, faults: "drop,duplicate,reorder,disconnect")
            let run = try await day.run()
            #expect(run.status == 0, "\(run)")
            try await day.venue.waitFor("reported")
            let report = try day.report()
            let trades = try day.column("trades.csv", "trade_id").compactMap { UInt64($0) }
            var sent: [UInt64] = []
            for id in report["trades"] as? [UInt64] ?? [] where sent.last.map({ id > $0 }) ?? true { sent.append(id) }
            #expect(trades == sent && trades.count > 500)

            let tops = report["tops"] as? [[Double]] ?? []
            let known = Set(tops)
            let names = ["bid", "bid_size", "ask", "ask_size"]
            let columns = try names.map { try day.column("tops.csv", $0).compactMap { Double($0) } }
            let rows = columns[0].indices.map { row in columns.map { $0[row] } }
            #expect(rows.count > 20 && rows.allSatisfy { known.contains($0) })
            #expect(rows.last == tops.last)

            let kinds = try day.column("status.csv", "kind")
            #expect(kinds.count { $0 == "connected" } == 2 && kinds.contains("duplicate"))
            #expect(kinds.count { $0 == "gap" } >= 2 && kinds.count { $0 == "recovering" } >= 2)
            #expect(report["connections"] as? Int == 2 && (report["snapshots"] as? Int ?? 0) >= 4)
            let qualities = try day.column("book.csv", "quality")
            // Good to the end, and then the connection is gone.
            #expect(qualities.count { $0 == "gap" } >= 3 && qualities.suffix(2) == ["ok", "gap"])
        }

        @Test("a certificate that nobody vouches for is refused, and so is one of another host")
        func certificates() async throws {
            let stranger = try await FeedDay(FeedDay.Wire(isSecure: true), trusts: false)
            expectRefusal(try await stranger.run(), status: 1, "source feed", "no connection", "certificate")
            let other = try await FeedDay(FeedDay.Wire(isSecure: true, host: "127.0.0.1"))
            expectRefusal(try await other.run(), status: 1, "source feed", "no connection", "certificate")
        }

        @Test("a venue that wants to know who we are is refused before anything runs, and so is a channel that it does not have")
        func configuration() async throws {
            let folder = try TestFolder()
            func topology(_ venue: String, _ more: String) throws -> String {
                try folder.write(
                    """
                    topology: t
                    sources: { feed: { kind: websocket, venue: \(venue), url: "wss://localhost:1/", symbols: [A]\(more) } }
                    sinks: { out: { kind: csv, from: feed, path: out.csv } }

                    """, to: "t.yaml")
            }
            let path = try topology("alpaca", ", credentials: NOBODY_HAS_THIS")
            expectRefusal(
                try await FloorProcess.run(["run", path], in: folder), status: 2, "source feed", "NOBODY_HAS_THIS_KEY_ID",
                "NOBODY_HAS_THIS_SECRET_KEY")
            expectRefusal(
                try await FloorProcess.run(["check", try topology("bitstamp", ", channels: [bars]")], in: folder), status: 2,
                "bitstamp has no channel bars")
            expectRefusal(
                try await FloorProcess.run(["check", try topology("bitstamp", ", backup: \"wss://x/\"")], in: folder), status: 2,
                "backup", "does not number its trades")
        }
    }
}

/// One run of `floor` before `feed_venue.py`.
final class FeedDay {
    struct Wire: Sendable {
        var deflates = false, fragments = false, isSecure = false
        /// How the floor calls the venue; its certificate is for localhost.
        var host = "localhost"
    }
    let folder: TestFolder
    let venue: FloorProcess

    static let python: String? = {
        let path = PackageFiles.path(".venv/bin/python")
        let probe = try? MetricsTools.run(path, ["-c", "import websockets.asyncio.server"])
        return probe?.status == 0 ? path : nil
    }()

    init(_ wire: Wire, faults: String = "", trusts: Bool = true) async throws {
        folder = try TestFolder()
        if wire.isSecure { try Self.makeCertificates(in: folder) }
        let capture = ReferenceData.folder.appendingPathComponent("binance-ws-captures/spot_btcusdt_20240808.gz").path
        var arguments = [
            PackageFiles.path("Tests/FloorTests/Peers/feed_venue.py"), "--capture", capture, "--report",
            folder.path("report.json"),
            "--faults", faults,
        ]
        if wire.deflates { arguments.append("--deflate") }
        if wire.fragments { arguments.append("--fragment") }
        if wire.isSecure { arguments += ["--cert", folder.path("server.pem"), "--key", folder.path("server.key")] }
        venue = try FloorProcess(arguments, in: folder, executable: URL(fileURLWithPath: try #require(Self.python)))
        try await venue.waitFor("port ")
        let port = venue.output.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        try folder.write(
            """
            topology: feed-day
            clock: { kind: event }
            sources:
              feed: { kind: websocket, venue: binance, url: "\(wire.isSecure ? "wss" : "ws")://\(wire.host):\(port)/stream",
                      symbols: [BTCUSDT], channels: [trade, bookTicker, depth], ends: true, compress: \(wire.deflates)
                      \(wire.isSecure && trusts ? ", ca: ca.pem" : "") }
            sinks:
              trades: { kind: csv, from: feed, path: trades.csv }
              quotes: { kind: csv, from: feed.quotes, path: quotes.csv }
              book:   { kind: csv, from: feed.book, path: book.csv }
              tops:   { kind: csv, from: feed.tops, path: tops.csv }
              status: { kind: csv, from: feed.status, path: status.csv }

            """, to: "day.yaml")
    }
    deinit { venue.kill() }

    func run() async throws -> FloorProcess.Finished {
        try await FloorProcess.run(["run", "day.yaml"], in: folder, seconds: 60)
    }
    func report() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder.path("report.json"))))
            as? [String: Any]
            ?? [:]
    }
    func column(_ file: String, _ name: String) throws -> [String] {
        let rows = try folder.text(file).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let at = try #require(rows.first?.firstIndex { $0 == name })
        return rows.dropFirst().map { String($0[at]) }
    }

    /// An authority of its own, and a certificate for localhost that it has signed.
    static func makeCertificates(in folder: TestFolder) throws {
        let script = """
            set -e; cd "$1"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            echo subjectAltName=DNS:localhost > names
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
            """
        let (status, output) = try MetricsTools.run("/bin/sh", ["-c", script, "sh", folder.url.path])
        try #require(status == 0, "\(output)")
    }
}
