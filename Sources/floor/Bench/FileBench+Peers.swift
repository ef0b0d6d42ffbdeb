import Foundation

/// 1-minute bars of a CSV file beside the tools that people take for it, on the same file; their bars are compared before a time counts.
extension FileBench {
    /// What Benchmarks/csv_bars.py can run, and how many rows it is given: csp's reader is Python's.
    private var peers: [(name: String, rows: Int)] {
        [("polars", options.records), ("duckdb", options.records), ("csp", 300_000)]
    }

    func peerLines(_ csv: String) throws -> [BenchLine] {
        let script = try Native.source("csv_bars.py")
        return try peers.compactMap { peer in
            guard let python = Native.python(with: peer.name) else {
                complain("\(peer.name) is not installed (scripts/install-dependencies --bench): no line beside it")
                return nil
            }
            let rows = min(peer.rows, options.records)
            let path = rows == options.records ? csv : options.folder + "/trades-\(rows).csv"
            if path != csv { try Native.execute("/bin/sh", ["-c", "head -n \(rows + 1) \"$0\" > \"$1\"", csv, path]) }
            try Native.cache(path)
            var pairs: [(own: Double, limit: Double)] = []
            for _ in 0..<options.rounds {
                let theirs = try JSONDecoder().decode(Result.self, from: Native.execute(python, [script, peer.name, path]))
                let (sums, taken) = try bars(path)
                let sum = String(format: "%016lx", sums.hash)
                guard sums.bars == theirs.bars, sums.volume == theirs.volume, sum == theirs.sum, theirs.records == rows else {
                    throw Refusal.answer(
                        "bars from CSV: \(sums.bars) with hash \(sum), \(peer.name) has \(theirs.bars ?? 0) with \(theirs.sum)")
                }
                pairs.append((Double(rows) / taken / 1e6, Double(rows) / theirs.seconds / 1e6))
            }
            let cores = peer.name == "csp" ? "" : ", all cores"
            return .ratio("W1 from CSV, one thread, beside \(peer.name)\(cores)", pairs, "M trades/s", atLeast: 1)
        }
    }
}
