import MarketData
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Opens the files that `kind: file` sources name.
enum FileFeeds {
    /// Attaches every output of a file source to the engine. Rows that the journal has already are passed over.
    static func attach(_ vertex: CheckedVertex, _ assembly: Assembly, to engine: Engine) throws {
        let path = vertex.settings.text("path"), format = vertex.settings.text("format"), names = assembly.names
        let every = vertex.settings.duration("every")
        switch format {
        case "trades-csv": try pull(TradesCSV(path, names: names), vertex, assembly, engine)
        case "quotes-csv": try pull(QuotesCSV(path, names: names), vertex, assembly, engine)
        case "bars-csv", "panel-csv": try pull(BarsCSV(path, names: names, length: every), vertex, assembly, engine)
        case "closes-csv": try pull(ClosesCSV(path, names: names, length: every), vertex, assembly, engine)
        case "targets-csv": try pull(TargetsCSV(path, names: names), vertex, assembly, engine)
        case "orders-csv": try pull(OrdersCSV(path, names: names), vertex, assembly, engine)
        case "reports-csv": try pull(ReportsCSV(path, names: names), vertex, assembly, engine)
        default: preconditionFailure("the catalog has a format \(format) that nothing reads")
        }
    }

    static func pull<S: PullSource>(
        _ source: S, _ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, output: Int = 0
    ) {
        guard let port = assembly.port(vertex, output, as: S.Output.self) else {
            preconditionFailure("\(vertex.name) makes \(S.Output.elementName), which was checked")
        }
        engine.pull(port, Resuming(source, after: port.edge.total))
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
