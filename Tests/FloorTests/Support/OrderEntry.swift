import Foundation
import Testing

/// `floor run topologies/order-entry.yaml` with a file of orders before the counting venue of another process.
final class OrderEntry {
    let folder: TestFolder
    let venue: FloorProcess
    let port: Int
    private let pipe = Pipe()
    static let header =
        "time,action,cl_ord_id,orig_cl_ord_id,account,strategy,symbol,side,order_qty,ord_type,price,time_in_force\n"

    /// Python with the packages of scripts/test-requirements.txt, else the system's.
    static let python: URL? = {
        let search = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { $0 + "/python3" }
        return ([PackageFiles.path(".venv/bin/python")] + search.map(String.init))
            .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(fileURLWithPath: $0) }
    }()

    /// Whether the scripted venue has its codec.
    static let hasSimplefix: Bool = {
        let packages = (try? FileManager.default.subpathsOfDirectory(atPath: PackageFiles.path(".venv/lib"))) ?? []
        return packages.contains { $0.hasSuffix("simplefix/__init__.py") }
    }()

    init(orders rows: String, venue options: String...) async throws {
        folder = try TestFolder()
        try folder.write(Self.header + rows, to: "orders.csv")
        let script = PackageFiles.path("Tests/FloorTests/Peers/fix_venue.py")
        venue = try FloorProcess(
            ["-c", "exec \"$@\" < \"$0\"", try OrderEntry.silence(in: folder), Self.python?.path ?? "python3", script]
                + ["--report", folder.path("peer.json")] + options, in: folder, executable: URL(fileURLWithPath: "/bin/sh"))
        try await venue.waitFor("port ")
        port = Int(venue.output.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "") ?? 0
    }
    deinit { venue.kill() }

    /// A pipe without a writer's end that closes: the venue ends with its standard input.
    private static func silence(in folder: TestFolder) throws -> String {
        let path = folder.path("stdin")
        try #require(mkfifo(path, 0o600) == 0)
        // Opened for both, so that it neither waits for the other side nor ends.
        _ = open(path, O_RDWR)
        return path
    }

    func start(port: Int? = nil, data: String = "day", also options: [String] = []) throws -> FloorProcess {
        try FloorProcess(
            [
                "run", PackageFiles.path("topologies/order-entry.yaml"), "--data", folder.path(data), "--set",
                "sources.orders.path=orders.csv", "--set", "sessions.broker.port=\(port ?? self.port)", "--set",
                "sinks.router.settle=200ms", "--summary", "json",
            ] + options, in: folder)
    }

    /// A command to the floor that runs on the day.
    func ask(_ words: String...) async throws -> FloorProcess.Finished {
        try await FloorProcess.run(words + ["--data", folder.path("day")], in: folder, seconds: 40)
    }
    /// Waits until the file of order states says so, by each order's first id.
    func waitForStates(_ condition: ([String: String]) -> Bool) async throws {
        var last: [String: String] = [:]
        let came = try await until(seconds: 20) {
            last = Dictionary(try states().map { ($0["root_id"] ?? "", $0["ord_status"] ?? "") }) { $1 }
            return condition(last)
        }
        #expect(came, "the orders are \(last)")
    }

    /// What the venue has seen, when it is told to end.
    func report() async throws -> [String: Any] {
        venue.terminate()
        #expect(try await venue.wait(seconds: 20) == 0, "\(venue.errors)")
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("peer.json")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The rows of the file of order states, by column.
    func states(data: String = "day") throws -> [[String: String]] {
        var lines = try folder.text("\(data)/order-states.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard !lines.isEmpty else { return [] }
        let header = lines.removeFirst()
        return lines.map { Dictionary(zip(header, $0)) { first, _ in first } }
    }
}
