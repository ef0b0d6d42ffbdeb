import Foundation

/// What is measured together, in a process of its own: its peak memory is its own too.
enum BenchGroup: String, CaseIterable {
    case runtime, ring, csp, desk, latency, soak, recovery, marketdata, orders, drift

    /// Those that are measured when none is named; drift takes minutes, and is about digits.
    static let usual = allCases.filter { $0 != .drift }

    var measures: String {
        switch self {
        case .runtime: "trades to bars and signals, beside a C++ loop over the same file; memory, allocations, metrics"
        case .ring: "hand-over between threads, beside a C++ ring"
        case .csp: "csp's own graph, beside csp where it is installed"
        case .desk: "the whole chain from ticks to positions, with a journal, on one core"
        case .latency: "from a tick to the order that it causes"
        case .soak: "memory over a long stream"
        case .recovery: "a checkpoint and a journal's tail"
        case .drift: "every indicator after so many updates beside one that begins with the last days; only where it is named"
        case .orders:
            """
            compliance: one order against every control while 10,000 work; a kill switch over 10,000 open orders; \
            reports applied; orders through QuickFIX and back
            """
        case .marketdata: "files of market data beside C++ loops over the same files; venues' messages, books, one connection"
        }
    }

    func lines(_ options: BenchOptions) throws -> [BenchLine] {
        switch self {
        case .runtime: try RuntimeBench(options).run()
        case .ring: try RingBench(options).run()
        case .csp: try CSPBench(options).run()
        case .desk: try DeskBench(options).run()
        case .latency: try LatencyBench(options).run()
        case .soak: try SoakBench(options).run()
        case .recovery: try RecoveryBench(options).run()
        case .drift: DriftBench(updates: options.updates).run()
        case .orders:
            try ComplianceBench(options).run() + KillBench(options).run() + ReducerBench(options).run()
                + RouterBench(options).run()
        case .marketdata: try FileBench(options).run() + FeedBench(options).run()
        }
    }

    /// The same, in a process of its own.
    func linesApart(_ options: BenchOptions) throws -> [BenchLine] {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["bench", rawValue, "--json"] + options.arguments
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        // 1 says that a figure is below its floor, which the lines say too.
        guard process.terminationReason == .exit, process.terminationStatus <= 1, !output.isEmpty else {
            throw Refusal.answer("floor bench \(rawValue) ended without an answer, status \(process.terminationStatus)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([BenchLine].self, from: output)
    }
}

/// How much is measured, and where its data lie.
struct BenchOptions {
    var folder: String
    /// How many trades the files hold.
    var records: Int
    /// How often each figure is measured; the median counts.
    var rounds: Int
    /// How many trades the long stream has.
    var soak: Int
    /// How many updates each indicator gets where drift is measured.
    var updates = 100_000_000

    var native: Native { Native(folder: folder) }
    func trades() throws -> BenchTrades { try BenchTrades(native, records: records) }

    /// An empty folder for a journal.
    func emptyFolder(_ name: String) throws -> String {
        let path = folder + "/" + name
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    var arguments: [String] {
        ["--data", folder, "--records", "\(records)", "--rounds", "\(rounds)", "--soak", "\(soak / 1_000_000)"]
    }
}
