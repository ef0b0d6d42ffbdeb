import PlainData
import StreamRuntime
import TradingModel

/// Why a conversion cannot be done as it was asked for.
public enum ConversionError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownInput(String)
    case unknownOutput(String)
    case notMarketData(String, format: String)
    case noSuchElement(String, element: String, has: [String])
    case notOfTickFiles(String, element: String)

    public var description: String {
        switch self {
        case .unknownInput(let path):
            "\(path): neither its name nor its beginning shows its format; say --from FORMAT (\(Conversion.inputs.joined(separator: ", ")))"
        case .unknownOutput(let path):
            "\(path): its name does not show a format; end it in .csv, .floor or .parquet (and .gz or .zst), or say --to FORMAT "
                + "(\(Conversion.outputs.joined(separator: ", ")))"
        case .notMarketData(let path, let format):
            "\(path): \(format) holds no trades, quotes, bars or book events; there is nothing to convert"
        case .noSuchElement(let path, let element, let has):
            "\(path): it gives \(has.joined(separator: ", ")), and no \(element); choose one of them with --element"
        case .notOfTickFiles(let path, let element):
            "\(path): a tick file holds \(FileElement.ofTickFiles.map(\.rawValue).joined(separator: ", ")), and no \(element); "
                + "write a table, .csv or .parquet"
        }
    }
}

/// From one file of market data to another, row by row: memory does not grow with the file.
public struct Conversion {
    /// What is written.
    public enum Target: String, CaseIterable, Sendable {
        case csv
        case tradesCSV = "trades-csv"
        case quotesCSV = "quotes-csv"
        case barsCSV = "bars-csv"
        case bookCSV = "book-csv"
        case correctionsCSV = "corrections-csv"
        case floor, parquet

        /// The one kind of element that the form holds, where it says so.
        var element: FileElement? {
            switch self {
            case .tradesCSV: .trades
            case .quotesCSV: .quotes
            case .barsCSV: .bars
            case .bookCSV: .book
            case .correctionsCSV: .corrections
            case .csv, .floor, .parquet: nil
            }
        }
    }

    public static var inputs: [String] { FileFormat.allCases.map(\.rawValue) }
    public static var outputs: [String] { Target.allCases.map(\.rawValue) }

    public var input: String, output: String
    /// A format's name; nil: as the file shows it.
    public var from: String?
    public var to: Target?
    /// nil: everything where the target holds it, else the main output.
    public var element: FileElement?
    public var options = FileOptions()
    public var barLength: Int64?
    /// Asked now and then, with the rows so far.
    public var onProgress: (FileElement, Int) -> Void = { _, _ in }

    public init(_ input: String, to output: String) { (self.input, self.output) = (input, output) }

    public struct Result: Sendable {
        public var rows: [(element: FileElement, count: Int)] = []
        public var passedOver: String?
    }

    /// The target that a name shows.
    static func target(of path: String) -> Target? {
        var name = path.lowercased()[...]
        for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name = name.dropLast(ending.count) }
        if name.hasSuffix(".csv") || path == "-" { return .csv }
        if name.hasSuffix(".floor") { return .floor }
        return path.lowercased().hasSuffix(".parquet") ? .parquet : nil
    }

    public func run() throws -> Result {
        guard let to = to ?? Self.target(of: output) else { throw ConversionError.unknownOutput(output) }
        guard let format = from.flatMap(FileFormat.init) ?? MarketFile.detect(input) else {
            _ = try ByteFile(input)  // That it is not there is said first.
            throw ConversionError.unknownInput(input)
        }
        var options = options
        if format == .floor, options.main == nil { options.main = try TickFormat.firstKind(of: input) }
        if format == .parquet, options.main == nil { options.main = try MarketFile.parquetElement(of: input) }
        guard let main = options.mainElement(of: input, format) else {
            throw ConversionError.notMarketData(input, format: format.rawValue)
        }
        let elements = try self.elements(to, format, main, options)
        if to == .floor,
            let other = elements.first(where: { !FileElement.ofTickFiles.contains($0) }) ?? (elements.isEmpty ? main : nil)
        {
            throw ConversionError.notOfTickFiles(input, element: other.rawValue)
        }
        options.wants = Set(elements)
        let names = Names()
        let file = try MarketFile(input, format: format, names: names, barLength: barLength, options: options)
        var result = Result()
        if let missing = elements.first(where: { !file.has($0) }), to != .floor || element != nil {
            throw ConversionError.noSuchElement(
                input, element: missing.rawValue, has: FileElement.allCases.filter(file.has).map(\.rawValue))
        }
        if to == .floor {
            let writer = try TickFileWriter(output, names: names)
            for element in elements where file.has(element) {
                result.rows.append((element, try copy(element, of: file, to: writer)))
            }
            try writer.finish()
        } else if let element = elements.first {
            result.rows.append((element, try write(element, of: file, names, to)))
        }
        result.passedOver = file.passedOver?()
        return result
    }

    /// Which kinds are converted, in the order in which they are written.
    private func elements(_ to: Target, _ format: FileFormat, _ main: FileElement, _ options: FileOptions) throws -> [FileElement]
    {
        let has = format.gives(main)
        if let said = to.element ?? element {
            guard has.contains(said), to.element == nil || element == nil || to.element == element else {
                throw ConversionError.noSuchElement(input, element: said.rawValue, has: has.map(\.rawValue))
            }
            return [said]
        }
        return to == .floor ? has.filter(FileElement.ofTickFiles.contains) : [main]
    }

    // MARK: Row by row

    private func copy(_ element: FileElement, of file: MarketFile, to writer: TickFileWriter) throws -> Int {
        switch element {
        case .trades: try copy(file.trades, element, to: writer)
        case .quotes: try copy(file.quotes, element, to: writer)
        case .bars: try copy(file.bars, element, to: writer)
        case .book: try copy(file.book, element, to: writer)
        case .corrections, .definitions, .statuses: preconditionFailure("a tick file holds no \(element)")
        }
    }

    private func copy<Row: TickRow>(_ source: (any PullSource<Row>)?, _ element: FileElement, to writer: TickFileWriter) throws
        -> Int
    {
        try source.map { try each($0, element) { try writer.write($0) } } ?? 0
    }

    private func write(_ element: FileElement, of file: MarketFile, _ names: Names, _ to: Target) throws -> Int {
        let table = to == .parquet ? try DuckDB.writing(output, element) : nil
        let out = try table.map { PackedFile(descriptor: $0.descriptor, of: output) } ?? PackedFile(output)
        do {
            let count =
                switch element {
                case .trades: try text(file.trades, element, names, out)
                case .quotes: try text(file.quotes, element, names, out)
                case .bars: try text(file.bars, element, names, out)
                case .book: try text(file.book, element, names, out)
                case .corrections: try text(file.corrections, element, names, out)
                case .definitions: try text(file.definitions, element, names, out)
                case .statuses: try text(file.statuses, element, names, out)
                }
            try out.finish()
            try table?.finish()
            return count
        } catch let error as WritingError {
            // A pipe that broke was broken by what DuckDB says.
            try table?.finish()
            throw error
        }
    }

    private func text<Row: Element>(
        _ source: (any PullSource<Row>)?, _ element: FileElement, _ names: Names, _ out: PackedFile
    ) throws -> Int {
        guard let source else { return 0 }
        var text = CSVText<Row>(names: names)
        text.header()
        let count = try each(source, element) { row in
            text.write(row)
            if text.count > 1 << 16 { try text.take { (bytes) throws(WritingError) in try out.write(bytes) } }
        }
        try text.take { (bytes) throws(WritingError) in try out.write(bytes) }
        return count
    }

    @inline(__always)
    private func each<Row: Element>(
        _ source: any PullSource<Row>, _ element: FileElement, _ body: (Row) throws -> Void
    ) throws -> Int {
        var source = source, total = 0
        let buffer = UnsafeMutableBufferPointer<Row>.allocate(capacity: 1_024)
        defer { buffer.deallocate() }
        while true {
            let count = try source.fill(buffer)
            if count == 0 { return total }
            for i in 0..<count { try body(buffer[i]) }
            total += count
            onProgress(element, total)
        }
    }
}

extension FileFormat {
    /// What a file of this format can give, its main output first.
    func gives(_ main: FileElement) -> [FileElement] {
        switch self {
        case .lobster, .binance: [.trades, .quotes]
        case .itch: [.trades, .quotes, .book, .corrections]
        case .floor: [main] + FileElement.ofTickFiles.filter { $0 != main }
        case .dbn: main == .trades ? [.trades, .quotes, .book, .definitions, .statuses] : [main]
        default: [main]
        }
    }
}
