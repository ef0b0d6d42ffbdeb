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
        let path = vertex.settings.text("path"), main = options.mainElement(of: path, format)
        // The main output is read in any case: the others follow its time.
        let beside = FileElement.allCases.filter { assembly.topology.isRead(vertex, output: $0.rawValue) }
        options.wants = Set(beside)
        if let main, beside.contains(main) { throw missing(main, of: path, format, isMain: true) }
        let file = try MarketFile(
            path, format: format, names: assembly.names, barLength: vertex.settings.duration("every"), options: options)
        for element in FileElement.allCases {
            guard file.has(element) else {
                if beside.contains(element) { throw missing(element, of: path, format, isMain: false) }
                continue
            }
            let output = element == main ? 0 : vertex.outputs.firstIndex { $0.name == element.rawValue }
            guard let output else { continue }
            switch element {
            case .trades: if let trades = file.trades { pull(trades, vertex, assembly, engine, output: output) }
            case .quotes: if let quotes = file.quotes { pull(quotes, vertex, assembly, engine, output: output) }
            case .bars: if let bars = file.bars { pull(bars, vertex, assembly, engine, output: output) }
            case .book: if let book = file.book { pull(book, vertex, assembly, engine, output: output) }
            case .corrections: if let told = file.corrections { pull(told, vertex, assembly, engine, output: output) }
            case .definitions: if let told = file.definitions { pull(told, vertex, assembly, engine, output: output) }
            case .statuses: if let told = file.statuses { pull(told, vertex, assembly, engine, output: output) }
            }
        }
        if let targets = file.targets { pull(targets, vertex, assembly, engine) }
        if let orders = file.orders { pull(orders, vertex, assembly, engine) }
        if let reports = file.reports { pull(reports, vertex, assembly, engine) }
        guard let passedOver = file.passedOver else { return { nil } }
        return { passedOver().map { "\(vertex.name): records of \(path) that gave nothing: \($0)" } }
    }

    /// An output that is read and would stay empty.
    private static func missing(_ element: FileElement, of path: String, _ format: FileFormat, isMain: Bool) -> MarketDataError {
        let rule =
            isMain
            ? "its \(element.rawValue) are its main output: read it by its name alone"
            : format == .lobster && element == .quotes
                ? "there is no book file beside it, so it has no quotes; put the …_orderbook_… file there"
                : "it has no output \(element.rawValue); docs/files.md says what comes out of which format"
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
        main = settings.textIfPresent("main").flatMap(FileElement.init)
        date = settings.textIfPresent("date")
        if let name = settings.textIfPresent("schema") { schema = DBNSchema.allCases.first { $0.name == name } }
        layout = CSVLayout(settings)
        if let name = settings.textIfPresent("time"), let said = DBNTime(rawValue: name) { time = said }
    }
}

extension CSVLayout {
    init(_ settings: Settings) {
        self.init()
        header = settings.textsIfPresent("header") ?? []
        for entry in settings.mapIfPresent("columns")?.entries ?? [] {
            if case .text(let name) = entry.value { columns[entry.name] = name }
        }
        symbol = settings.textIfPresent("symbol")
        if let said = settings.textIfPresent("separator") { separator = said }
        unit = settings.textIfPresent("unit")
        if settings.text("format").hasSuffix("-csv") { date = settings.textIfPresent("date") }
        if let said = settings.textIfPresent("zone") { zone = said }
        priceDecimals = Int(settings.integerIfPresent("price_decimals") ?? 0)
        isStampedAtEnd = settings.textIfPresent("stamp") == "end"
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
