import Foundation
import Testing

/// Programs of others that read metrics: where they are, or nil.
enum MetricsTools {
    /// Python with prometheus_client, whose parser shares no code with our writer.
    static let python: String? = {
        let path = PackageFiles.path(".venv/bin/python")
        return status(of: path, ["-c", "import prometheus_client"]) == 0 ? path : nil
    }()
    static let promtool: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return ([PackageFiles.path(".venv/bin")] + folders).map { $0 + "/promtool" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    private static func status(of path: String, _ arguments: [String]) -> Int32? {
        guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Runs one of them to its end.
    static func run(_ path: String, _ arguments: [String], input: String = "") throws -> (status: Int32, output: String) {
        let process = Process(), output = Pipe(), inlet = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = inlet
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        inlet.fileHandleForWriting.write(Data(input.utf8))
        try inlet.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// What Python gets from a URL by urllib and reads with prometheus_client: a line for each sample, `name{labels}` by
    /// value, and the types by family.
    struct Scrape {
        var types: [String: String] = [:]
        var samples: [(name: String, labels: [String: String], value: Double)] = []
        var text = ""

        func values(_ name: String, _ labels: [String: String] = [:]) -> [Double] {
            samples.filter { sample in sample.name == name && labels.allSatisfy { sample.labels[$0] == $1 } }.map(\.value)
        }
    }
    static func scrape(_ url: String) throws -> Scrape {
        let script = """
            import json, sys, urllib.request
            from prometheus_client.parser import text_string_to_metric_families as parse
            text = urllib.request.urlopen(sys.argv[1] + "metrics", timeout=10).read().decode()
            families = list(parse(text))
            print(json.dumps({
                "text": text, "types": {f.name: f.type for f in families},
                "samples": [[s.name, s.labels, str(s.value)] for f in families for s in f.samples]}))
            """
        let (status, output) = try run(try #require(python), ["-c", script, url])
        try #require(status == 0, "\(output)")
        let value = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        var scrape = Scrape()
        scrape.text = value["text"] as? String ?? ""
        scrape.types = value["types"] as? [String: String] ?? [:]
        for row in value["samples"] as? [[Any]] ?? [] {
            guard row.count == 3, let name = row[0] as? String, let text = row[2] as? String else { continue }
            scrape.samples.append((name, row[1] as? [String: String] ?? [:], Double(text) ?? .nan))
        }
        return scrape
    }
}
