import MarketData
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Opens the files that `kind: file` sources name.
enum FileFeeds {
    /// Attaches every output of a file source to the engine. Rows that the journal has already are passed over.
    static func attach(_ vertex: CheckedVertex, _ assembly: Assembly, to engine: Engine) throws {
        guard let format = FileFormat(rawValue: vertex.settings.text("format")) else {
            preconditionFailure("the catalog has a format that nothing reads")
        }
        let file = try MarketFile(
            vertex.settings.text("path"), format: format, names: assembly.names, barLength: vertex.settings.duration("every"))
        // The first kind of element is the main output; a second one is the quotes beside the trades.
        if let trades = file.trades { pull(trades, vertex, assembly, engine) }
        if let quotes = file.quotes { pull(quotes, vertex, assembly, engine, output: file.trades == nil ? 0 : 1) }
        if let bars = file.bars { pull(bars, vertex, assembly, engine) }
        if let targets = file.targets { pull(targets, vertex, assembly, engine) }
        if let orders = file.orders { pull(orders, vertex, assembly, engine) }
        if let reports = file.reports { pull(reports, vertex, assembly, engine) }
    }

    private static func pull<S: PullSource>(
        _ source: S, _ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, output: Int = 0
    ) {
        guard let port = assembly.port(vertex, output, as: S.Output.self) else {
            preconditionFailure("\(vertex.name) makes \(S.Output.elementName), which was checked")
        }
        engine.pull(port, Resuming(source, after: port.total))
    }
}

/// A source from which an earlier run of the day has taken the first elements.
struct Resuming<S: PullSource>: PullSource {
    private var source: S
    private var left: UInt64

    init(_ source: S, after taken: UInt64) { (self.source, left) = (source, taken) }

    mutating func fill(_ buffer: UnsafeMutableBufferPointer<S.Output>) throws -> Int {
        while true {
            let n = try source.fill(buffer)
            guard left > 0, n > 0 else { return n }
            let skipped = Int(min(left, UInt64(n)))
            left -= UInt64(skipped)
            guard skipped < n, let base = buffer.baseAddress else { continue }
            for i in skipped..<n { base[i - skipped] = base[i] }
            return n - skipped
        }
    }
}
