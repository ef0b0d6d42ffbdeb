import PlainData
import StreamRuntime
import TradingModel

/// Reads the rows of one kind out of a tick file, block by block; blocks of other kinds are checked and left aside.
struct TickFileReader<Row: TickRow>: PullSource {
    private let file: ByteFile
    private let names: Names
    private let columns: UnsafeMutablePointer<Int64>
    private let keeper: Keeper
    /// The symbols' texts by the file's numbers, and their numbers here, 0 until they are used.
    private var texts: [String] = []
    private var symbols: [UInt32] = []
    private var row = 0, rows = 0
    let counts = TickCounts()
    private var offset = 0
    private var hasEnded = false
    private var failure: MarketDataError?

    /// Frees the columns.
    private final class Keeper {
        let columns: UnsafeMutablePointer<Int64>
        let head = UnsafeMutableRawBufferPointer.allocate(byteCount: TickFormat.blockHeaderBytes, alignment: 64)
        var body: UnsafeMutableRawBufferPointer
        init(_ count: Int) {
            columns = .allocate(capacity: count)
            columns.initialize(repeating: 0, count: count)
            body = .allocate(byteCount: 64 << 10, alignment: 64)
        }
        deinit {
            columns.deallocate()
            head.deallocate()
            body.deallocate()
        }
    }

    init(_ file: ByteFile, names: Names) throws(MarketDataError) {
        (self.file, self.names) = (file, names)
        keeper = Keeper(Row.tickColumns * tickBlockRows)
        columns = keeper.columns
        let header = try file.take(TickFormat.headerBytes)
        guard header.starts(with: TickFormat.magic), header.count == TickFormat.headerBytes else {
            throw bad(
                "magic", shown(header.prefix(8)), "is not \"FLOORTIC\"",
                "a tick file of the floor begins with it; is it one, and complete?")
        }
        let sum = header[..<60].withUnsafeBytes { TickFormat.sum(0, $0) }
        guard header[60...].elementsEqual(withUnsafeBytes(of: sum.littleEndian, Array.init)) else {
            throw bad("header", "", "does not match its checksum", "the file is damaged; make it again with floor convert")
        }
        guard header[8] == TickFormat.version, header[9...11].allSatisfy({ $0 == 0 }) else {
            throw bad(
                "version", "\(header[8])", "is not known",
                "this floor reads version \(TickFormat.version); use the floor that wrote it")
        }
        offset = TickFormat.headerBytes
    }

    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Row>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count {
                if row == rows, try !nextBlock() { break }
                let n = min(rows - row, buffer.count - count)
                for i in 0..<n {
                    let number = columns[tickSymbolColumn * tickBlockRows &+ row]
                    guard number >= 0, number < Int64(symbols.count) else { throw flaw("symbol", number) }
                    let known = symbols[Int(number)]
                    let symbol = known != 0 ? SymbolID(rawValue: known) : intern(Int(number))
                    guard let element = Row.unpack(columns, row, symbol: symbol) else { throw flaw("row", Int64(row)) }
                    (out + (count &+ i)).initialize(to: element)
                    row &+= 1
                }
                count += n
            }
        } catch {
            failure = error
            // What was made before the flaw in this block stands.
            if count == 0 { throw error }
        }
        return count
    }

    @inline(never)
    private mutating func intern(_ number: Int) -> SymbolID {
        let symbol = names.symbol(texts[number])
        symbols[number] = symbol.rawValue
        return symbol
    }

    private func flaw(_ field: String, _ value: Int64) -> MarketDataError {
        bad(field, "\(value)", "cannot be", "the block's checksum fits, so it was written wrong; make the file again")
    }
    private func bad(_ field: String, _ value: String, _ flaw: String, _ rule: String) -> MarketDataError {
        .badBytes(file: file.path, atByte: offset, field: field, value: value, flaw: flaw, rule: rule)
    }

    // MARK: Blocks

    /// Reads on to the next block of this kind.
    /// - Returns: false at the end.
    @inline(never)
    private mutating func nextBlock() throws(MarketDataError) -> Bool {
        while true {
            let got = try read(keeper.head)
            if got == 0, hasEnded { return false }
            if got == 0 {
                throw bad("block", "", "is missing: the file has no end", "is the file complete? What came before stands")
            }
            guard got == TickFormat.blockHeaderBytes else { throw cut(got) }
            if hasEnded { throw bad("block", "", "follows the file's end", "are these two files in one? Read them apart") }
            let block = try header(UnsafeRawBufferPointer(keeper.head))
            let body = try readBody(block)
            offset += TickFormat.blockHeaderBytes + body.count
            if try take(block, body) { return true }
        }
    }

    private struct Block {
        var kind: TickKind, columns: Int, rows: Int, length: Int, before: UInt64
        var headSum: UInt32, sum: UInt32
    }

    private func header(_ head: UnsafeRawBufferPointer) throws(MarketDataError) -> Block {
        func u32(_ at: Int) -> UInt32 { UInt32(littleEndian: head.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
        guard u32(0) == TickFormat.blockMagic else {
            throw bad(
                "block", String(u32(0), radix: 16), "does not begin with its mark", "the file is damaged here; make it again")
        }
        let headSum = TickFormat.sum(0, UnsafeRawBufferPointer(rebasing: head[..<28]))
        let length = Int(u32(12)), rows = Int(u32(8))
        guard let kind = TickKind(rawValue: head[4]), length <= TickFormat.longestBody,
            rows <= TickFormat.longestBody
        else {
            throw bad("block", "", "is of no kind or length that this floor knows", "the file is damaged here; make it again")
        }
        return Block(
            kind: kind, columns: Int(head[5]), rows: rows, length: length,
            before: UInt64(littleEndian: head.loadUnaligned(fromByteOffset: 20, as: UInt64.self)), headSum: headSum, sum: u32(28))
    }

    private func readBody(_ block: Block) throws(MarketDataError) -> UnsafeRawBufferPointer {
        if keeper.body.count < block.length {
            keeper.body.deallocate()
            keeper.body = .allocate(byteCount: block.length, alignment: 64)
        }
        let body = UnsafeMutableRawBufferPointer(rebasing: keeper.body[..<block.length])
        let got = try read(body)
        guard got == block.length else { throw cut(TickFormat.blockHeaderBytes + got) }
        guard TickFormat.sum(block.headSum, UnsafeRawBufferPointer(body)) == block.sum else {
            throw bad(
                "block", "", "does not match its checksum", "the file is damaged here; make it again. What came before stands")
        }
        return UnsafeRawBufferPointer(body)
    }

    private func cut(_ got: Int) -> MarketDataError {
        bad("block", "", "ends in the middle, after \(got) bytes", "is the file complete? What came before stands")
    }

    private func read(_ buffer: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        var got = 0
        while got < buffer.count {
            let n = try file.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[got...]))
            if n == 0 { break }
            got += n
        }
        return got
    }

    /// - Returns: whether the block has rows of this kind.
    private mutating func take(_ block: Block, _ body: UnsafeRawBufferPointer) throws(MarketDataError) -> Bool {
        switch block.kind {
        case .symbols:
            guard block.before == UInt64(texts.count) else {
                throw flaw("symbols before the block", Int64(truncatingIfNeeded: block.before))
            }
            try define(block.rows, body)
            return false
        case .end:
            for (kind, count) in counts.rows.enumerated() where body.count == 32 {
                let said = UInt64(littleEndian: body.loadUnaligned(fromByteOffset: kind * 8, as: UInt64.self))
                guard said == count else { throw flaw("count of rows at the end", Int64(truncatingIfNeeded: said)) }
            }
            hasEnded = true
            return false
        default: break
        }
        guard let kind = TickFormat.rowKinds.firstIndex(of: block.kind) else { return false }
        guard block.before == counts.rows[kind] else {
            throw flaw("rows before the block", Int64(truncatingIfNeeded: block.before))
        }
        counts.rows[kind] += UInt64(block.rows)
        guard block.kind == Row.tickKind else { return false }
        guard block.columns == Row.tickColumns, block.rows <= tickBlockRows else { throw flaw("columns", Int64(block.columns)) }
        var at = 0
        for column in 0..<block.columns {
            let rest = UnsafeRawBufferPointer(rebasing: body[at...])
            guard let length = TickColumn.read(rest, rows: block.rows, into: columns + column * tickBlockRows) else {
                throw flaw("column", Int64(column))
            }
            at += length
        }
        (row, rows) = (0, block.rows)
        return rows > 0
    }

    private mutating func define(_ rows: Int, _ body: UnsafeRawBufferPointer) throws(MarketDataError) {
        var at = 0
        for _ in 0..<rows {
            guard at + 2 <= body.count else { throw flaw("symbols", Int64(rows)) }
            let length = Int(UInt16(littleEndian: body.loadUnaligned(fromByteOffset: at, as: UInt16.self)))
            guard at + 2 + length <= body.count else { throw flaw("symbols", Int64(rows)) }
            texts.append(String(decoding: body[(at + 2)..<(at + 2 + length)], as: UTF8.self))
            symbols.append(0)
            at += 2 + length
        }
    }

    private func shown(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBytes { MarketData.shown($0) }
    }
}

/// How many rows of each kind a reader has come by.
final class TickCounts {
    var rows = [UInt64](repeating: 0, count: TickFormat.rowKinds.count)

    /// Those of kinds that nobody reads: "120 bars"; nil where there are none.
    func text(without read: Set<FileElement>) -> String? {
        let left = FileElement.ofTickFiles.enumerated().filter { rows[$0.offset] > 0 && !read.contains($0.element) }
        return left.isEmpty ? nil : left.map { "\(rows[$0.offset]) \($0.element.rawValue)" }.joined(separator: ", ")
    }
}
