import PlainData
import StreamRuntime
import TradingModel

/// What one output makes of a file's records.
protocol DBNForm {
    associatedtype Row: Element
    /// Whether records of this kind can give a row.
    static func takes(_ kind: UInt8) -> Bool
    /// A row for a record that is as long as its kind has it; nil where the record holds nothing of this output.
    mutating func row(_ record: DBNRecord, _ symbols: DBNSymbols, _ tally: RecordTally) throws(DBNFlaw) -> Row?
}

/// What is wrong with a record, before it is said where.
struct DBNFlaw: Error {
    var field: String, value: String, flaw: String, rule: String
    /// Where in the record.
    var offset: Int
}

/// Reads the records of a DBN file of version 1 to 3 in blocks: packed or not, larger than memory or not.
///
/// Nothing is allocated per record. The sources wrap this in a type that is not generic, so that it runs specialised.
struct DBNReader<Form: DBNForm> {
    var form: Form
    private let blocks: RecordBlocks
    private let symbols: DBNSymbols
    let metadata: DBNMetadata
    /// Counts what no output gives.
    let tally: RecordTally
    private var at: UnsafeRawPointer?
    private var left = 0
    private var failure: MarketDataError?

    private var path: String { blocks.file.path }
    private var offset: Int { blocks.file.start + blocks.offset + consumed }
    private var consumed = 0

    init(_ file: ByteFile, form: Form, names: Names) throws(MarketDataError) {
        self.form = form
        metadata = try DBNMetadata.read(from: file)
        blocks = RecordBlocks(file)
        tally = RecordTally(DBNKind.name)
        symbols = try DBNSymbols(metadata, names: names, file: file.path)
    }

    mutating func fill(_ buffer: UnsafeMutableBufferPointer<Form.Row>) throws(MarketDataError) -> Int {
        if let failure { throw failure }
        guard let out = buffer.baseAddress else { return 0 }
        var count = 0
        do throws(MarketDataError) {
            while count < buffer.count {
                guard left >= DBNRecord.shortest, let place = at else {
                    if try refill() { continue }
                    break
                }
                let record = DBNRecord(at: place)
                let length = record.length
                if length < DBNRecord.shortest { throw shortRecord(length) }
                if length > left {
                    if try refill() { continue }
                    break
                }
                let kind = record.kind
                if Form.takes(kind) {
                    if length < DBNKind.layout(kind) { throw wrongLength(record) }
                    do throws(DBNFlaw) {
                        if let row = try form.row(record, symbols, tally) {
                            (out + count).initialize(to: row)
                            count += 1
                        }
                    } catch { throw report(error) }
                } else {
                    try passOver(record)
                }
                at = place + length
                left -= length
                consumed += length
            }
        } catch {
            failure = error
            if count == 0 { throw error }
        }
        return count
    }

    /// - Returns: whether there is more; at the end of the file nothing may be left over.
    @inline(never)
    private mutating func refill() throws(MarketDataError) -> Bool {
        let rest = left
        let block = try blocks.next(keeping: rest)
        (at, left, consumed) = (block.baseAddress, block.count, 0)
        if left > rest { return true }
        guard rest == 0 else {
            throw .badBytes(
                file: path, atByte: offset, field: "record", value: "", flaw: "ends in the middle, after \(rest) bytes",
                rule: "is the file complete? What came before stands")
        }
        return false
    }

    /// A record that is not for this output.
    @inline(never)
    private mutating func passOver(_ record: DBNRecord) throws(MarketDataError) {
        guard record.kind == DBNKind.symbolMapping else { return tally.count(record.kind) }
        // Version 1 has symbols of 22 bytes, later ones of 71; the length tells them apart, so that either can follow the other.
        let place = record.length >= 176 ? (89, 71) : (38, 22)
        guard record.length >= DBNKind.layout(DBNKind.symbolMapping) else { throw wrongLength(record) }
        let text = UnsafeRawBufferPointer(start: record.at + place.0, count: place.1).prefix { $0 != 0 }
        symbols.define(record.instrument, String(decoding: text, as: UTF8.self))
    }

    private func shortRecord(_ length: Int) -> MarketDataError {
        .badBytes(
            file: path, atByte: offset, field: "length", value: "\(length)", flaw: "is shorter than a header",
            rule: "records have 16 bytes or more; nothing behind it can be read, ask the vendor for the file again")
    }
    private func wrongLength(_ record: DBNRecord) -> MarketDataError {
        .badBytes(
            file: path, atByte: offset, field: "length", value: "\(record.length)",
            flaw: "is too short for \(DBNKind.name(record.kind))",
            rule: "such records have \(DBNKind.layout(record.kind)) bytes; is the file damaged?")
    }
    private func report(_ flaw: DBNFlaw) -> MarketDataError {
        .badBytes(
            file: path, atByte: offset + flaw.offset, field: flaw.field, value: flaw.value, flaw: flaw.flaw,
            rule: flaw.rule)
    }
}

extension DBNMetadata {
    /// Reads what stands before the first record. A file named `….frag` has none.
    static func read(from file: ByteFile) throws(MarketDataError) -> DBNMetadata {
        let prelude = try file.take(8)
        guard prelude.starts(with: Array("DBN".utf8)), prelude.count == 8 else {
            if file.path.contains(".frag"), !prelude.isEmpty {
                file.giveBack(prelude)
                return DBNMetadata()
            }
            let start = prelude.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
            throw .badBytes(
                file: file.path, atByte: 0, field: "magic", value: start, flaw: "is not \"DBN\"",
                rule: "a DBN file begins with it; is it one, and complete?")
        }
        let version = Int(prelude[3])
        guard (1...3).contains(version) else {
            throw .badBytes(
                file: file.path, atByte: 3, field: "version", value: "\(version)", flaw: "is not known",
                rule: "DBN of versions 1 to 3 is read; convert it with the vendor's tool")
        }
        let length = prelude[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= 1 << 30 else {
            throw .badBytes(
                file: file.path, atByte: 4, field: "metadata length", value: "\(length)", flaw: "is more than 1 GiB",
                rule: "is the file damaged?")
        }
        let bytes = try file.take(length)
        guard bytes.count == length else {
            throw .badBytes(
                file: file.path, atByte: 4, field: "metadata length", value: "\(length)",
                flaw: "is more than the \(bytes.count) bytes that follow", rule: "is the file complete?")
        }
        return try DBNMetadata(bytes, version: version, file: file.path)
    }
}
