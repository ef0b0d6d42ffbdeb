import MarketData
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// Opens the files that `kind: file` sources name.
enum FileFeeds {
    /// Attaches every output of a file source to the engine. Rows that the journal has already are passed over.
    /// - Returns: asked when the file is read, what is to be said about it.
    static func attach(_ vertex: CheckedVertex, _ assembly: Assembly, to engine: Engine) throws -> () -> String? {
        guard let format = FileFormat(rawValue: vertex.settings.text("format")) else {
            preconditionFailure("the catalog has a format that nothing reads")
        }
        var options = FileOptions(vertex.settings)
        options.wantsBook = assembly.topology.isRead(vertex, output: "book")
        options.wantsQuotes = assembly.topology.isRead(vertex, output: "quotes")
        let path = vertex.settings.text("path")
        let file = try MarketFile(
            path, format: format, names: assembly.names, barLength: vertex.settings.duration("every"), options: options)
        if options.wantsBook, file.book == nil { throw missing("book", of: path, format) }
        if options.wantsQuotes, file.quotes == nil { throw missing("quotes", of: path, format) }
        // The first kind of element is the main output; a second one is the quotes beside the trades.
        if let trades = file.trades { pull(trades, vertex, assembly, engine) }
        if let quotes = file.quotes { pull(quotes, vertex, assembly, engine, output: file.trades == nil ? 0 : 1) }
        if let book = file.book { pull(book, vertex, assembly, engine, output: 2) }
        if let bars = file.bars { pull(bars, vertex, assembly, engine) }
        if let targets = file.targets { pull(targets, vertex, assembly, engine) }
        if let orders = file.orders { pull(orders, vertex, assembly, engine) }
        if let reports = file.reports { pull(reports, vertex, assembly, engine) }
        guard let passedOver = file.passedOver else { return { nil } }
        return { passedOver().map { "\(vertex.name): records of \(path) that gave nothing: \($0)" } }
    }

    /// An output that is read and would stay empty.
    private static func missing(_ output: String, of path: String, _ format: FileFormat) -> MarketDataError {
        let rule =
            format == .lobster && output == "quotes"
            ? "there is no book file beside it, so it has no quotes; put the …_orderbook_… file there"
            : "format \(format.rawValue) has no output \(output); docs/files.md says which have"
        return .badName(file: path, rule: rule)
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

extension FileOptions {
    init(_ settings: Settings) {
        self.init()
        date = settings.textIfPresent("date")
        if let name = settings.textIfPresent("schema") { schema = DBNSchema.allCases.first { $0.name == name } }
        if let name = settings.textIfPresent("time"), let said = DBNTime(rawValue: name) { time = said }
    }
}

extension CheckedTopology {
    /// Whether any vertex reads an output.
    func isRead(_ vertex: CheckedVertex, output name: String) -> Bool {
        vertices.contains {
            $0.inputs.contains { vertices[$0.producer].name == vertex.name && $0.reference == "\(vertex.name).\(name)" }
        }
    }
}
