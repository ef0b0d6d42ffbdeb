import PlainData
import TradingModel

/// Writes a tick file: elements of any of its kinds, in any mixture; each kind's in the order in which they come.
public final class TickFileWriter {
    private let file: PackedFile
    private let names: Names
    /// The file's number of a symbol, by the symbol's own.
    private var numbers: [UInt32] = []
    private var fresh: [String] = [], symbolCount = 0
    private var columns: [UnsafeMutablePointer<Int64>?] = Array(repeating: nil, count: TickFormat.rowKinds.count)
    private var pending = [Int](repeating: 0, count: TickFormat.rowKinds.count)
    private var written = [UInt64](repeating: 0, count: TickFormat.rowKinds.count)
    private var body: [UInt8] = []

    public init(_ path: String, names: Names) throws(WritingError) {
        file = try PackedFile(path)
        self.names = names
        try put(TickFormat.header())
    }

    deinit { for column in columns { column?.deallocate() } }

    /// Of any kind that a tick file holds.
    @inline(__always)
    func write<T: TickRow>(_ element: T) throws(WritingError) {
        try add(element, Int(T.tickKind.rawValue - TickKind.trades.rawValue))
    }

    /// Completes the file and gives it its name.
    public func finish() throws(WritingError) {
        try flush(Trade.self, 0)
        try flush(Quote.self, 1)
        try flush(Bar.self, 2)
        try flush(BookDelta.self, 3)
        var counts: [UInt8] = []
        for count in written { TickFormat.append(count, &counts) }
        try put(TickFormat.block(.end, columns: 0, rows: 0, before: 0, body: counts))
        try file.finish()
    }

    @inline(__always)
    private func add<T: TickRow>(_ element: T, _ kind: Int) throws(WritingError) {
        let own = columns[kind] ?? open(T.self, kind)
        element.pack(own, pending[kind], symbol: number(element.symbol))
        pending[kind] += 1
        if pending[kind] == tickBlockRows { try flush(T.self, kind) }
    }

    private func open<T: TickRow>(_ type: T.Type, _ kind: Int) -> UnsafeMutablePointer<Int64> {
        let own = UnsafeMutablePointer<Int64>.allocate(capacity: T.tickColumns * tickBlockRows)
        own.initialize(repeating: 0, count: T.tickColumns * tickBlockRows)
        columns[kind] = own
        return own
    }

    @inline(__always)
    private func number(_ symbol: SymbolID) -> Int64 {
        if symbol.index < numbers.count, numbers[symbol.index] != .max { return Int64(numbers[symbol.index]) }
        return define(symbol)
    }

    @inline(never)
    private func define(_ symbol: SymbolID) -> Int64 {
        while numbers.count <= symbol.index { numbers.append(.max) }
        let number = symbolCount + fresh.count
        numbers[symbol.index] = UInt32(number)
        fresh.append(names.text(of: symbol))
        return Int64(number)
    }

    @inline(never)
    private func flush<T: TickRow>(_ type: T.Type, _ kind: Int) throws(WritingError) {
        let rows = pending[kind]
        guard rows > 0, let own = columns[kind] else { return }
        try flushSymbols()
        body.removeAll(keepingCapacity: true)
        for column in 0..<T.tickColumns { TickColumn.write(own + column * tickBlockRows, rows: rows, to: &body) }
        try put(TickFormat.block(T.tickKind, columns: T.tickColumns, rows: rows, before: written[kind], body: body))
        written[kind] += UInt64(rows)
        pending[kind] = 0
    }

    private func flushSymbols() throws(WritingError) {
        var rest = fresh[...]
        fresh = []
        while !rest.isEmpty {
            body.removeAll(keepingCapacity: true)
            var rows = 0
            while let text = rest.first, body.count < TickFormat.longestBody / 2 {
                let utf8 = Array(text.utf8.prefix(Int(UInt16.max)))
                TickFormat.append(UInt16(utf8.count), &body)
                body += utf8
                rows += 1
                rest.removeFirst()
            }
            try put(TickFormat.block(.symbols, columns: 0, rows: rows, before: UInt64(symbolCount), body: body))
            symbolCount += rows
        }
    }

    private func put(_ bytes: [UInt8]) throws(WritingError) {
        var failure: WritingError?
        bytes.withUnsafeBytes { all in
            do throws(WritingError) { try file.write(all) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
