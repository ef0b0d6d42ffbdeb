import TradingModel

/// Cuts a row into its fields, where they lie.
final class RowScanner {
    /// How many fields a row has.
    let count: Int
    let fields: Fields
    private let powers = PowersOfTen()

    static var mostColumns: Int { 4_096 }

    /// - Parameter priceDecimals: how many of a price's digits are decimals, where prices have no point.
    init(count: Int, places: [Int], priceDecimals: Int = 0) {
        self.count = count
        let place = UnsafeMutablePointer<Int>.allocate(capacity: max(1, places.count))
        place.initialize(from: places, count: places.count)
        // One more than a row has, so that one field too many can be seen.
        fields = Fields(
            starts: .allocate(capacity: count + 1), ends: .allocate(capacity: count + 1), places: place, powers: powers.values,
            priceScale: Price.scale - priceDecimals)
    }

    deinit {
        fields.starts.deallocate()
        fields.ends.deallocate()
        fields.places.deallocate()
    }

    /// - Returns: where the next row begins, and how many fields this one has (at most one more than it should).
    @inline(__always)
    func split(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> (UnsafePointer<UInt8>, Int) {
        let (starts, ends, most) = (fields.starts, fields.ends, count)
        var at = start
        var found = 0
        starts[0] = start
        while at < end {
            // The comma (44), the quote and the line's end are below 45, as few other bytes are: go on to the next of them,
            // eight bytes at a time.
            if end - at >= 8 {
                let low = bytesBelow45(UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
                if low == 0 {
                    at += 8
                    continue
                }
                at += low.trailingZeroBitCount >> 3
            }
            let byte = at.pointee
            at += 1
            if byte > 44 { continue }
            if byte == 44 {
                ends[found] = at - 1
                if found < most { found += 1 }
                starts[found] = at
            } else if byte == 10 {
                ends[found] = at - 1
                trim(found)
                return (at, found + 1)
            } else if byte == 34, at - 1 == starts[found] {
                at = quoted(at, end, found)
                if at < end, at.pointee == 10 { return (at + 1, found + 1) }
                if at < end, at.pointee == 44 {
                    at += 1
                    if found < most { found += 1 }
                    starts[found] = at
                }
                if at == end { return (at, found + 1) }
            }
        }
        ends[found] = at
        trim(found)
        return (at, found + 1)
    }

    /// The carriage return of a CRLF.
    @inline(__always)
    private func trim(_ found: Int) {
        if fields.ends[found] > fields.starts[found], fields.ends[found][-1] == 13 { fields.ends[found] -= 1 }
    }

    /// Reads a quoted field: its text is what stands between the quotes. Quotes inside it are not supported, nor are
    /// line ends: such a field ends at the line's end, and does not read as anything.
    @inline(never)
    private func quoted(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ found: Int) -> UnsafePointer<UInt8> {
        var at = start
        while at < end, at.pointee != 34, at.pointee != 10 { at += 1 }
        guard at < end, at.pointee == 34 else {
            fields.ends[found] = at  // Never closed: the quote stays, so that the field is refused.
            return at
        }
        fields.starts[found] = start
        fields.ends[found] = at
        at += 1
        if at < end, at.pointee == 13 { at += 1 }
        if at < end, at.pointee != 44, at.pointee != 10 {
            fields.starts[found] = start - 1  // Text behind the quote: refused in the same way.
            while at < end, at.pointee != 44, at.pointee != 10 { at += 1 }
            fields.ends[found] = at
        }
        return at
    }

    static func isBlank(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        UnsafeBufferPointer(start: start, count: end - start).allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 || $0 == 10 }
    }

    /// Reads the header, or takes the one that was said, and finds each column of the form in it.
    static func header<Form: CSVForm>(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, path: String, form: Form.Type, _ layout: CSVLayout
    ) throws(MarketDataError) -> (RowScanner, UnsafePointer<UInt8>) {
        let known = Set(Form.columns.map(\.name))
        if let other = layout.columns.keys.sorted().first(where: { !known.contains($0) }) {
            throw .badName(file: path, rule: "columns: \"\(other)\" is no column of \(Form.name), which has \(Form.columnList)")
        }
        let probe = RowScanner(count: mostColumns, places: [])
        let (next, count) = probe.split(start, end)
        guard count <= mostColumns, !isBlank(start, next) else {
            throw .empty(file: path, form: Form.name, columns: Form.columnList)
        }
        let read = (0..<count).map { place -> String in
            let bytes = UnsafeBufferPointer(
                start: probe.fields.starts[place], count: probe.fields.ends[place] - probe.fields.starts[place])
            return String(decoding: bytes, as: UTF8.self).trimmed.lowercased()
        }
        let header = layout.header.isEmpty ? read : layout.header
        guard header.count == count else { throw .fieldCount(file: path, line: 1, found: count, expected: header.count) }
        var places: [Int] = []
        for column in Form.columns {
            let name = layout.columns[column.name]?.lowercased() ?? column.name
            let found = header.indices.filter { header[$0] == name }
            if found.count > 1 { throw .repeatedColumn(file: path, column: name) }
            if found.isEmpty, column.isRequired, column.name != "symbol" || layout.symbol == nil {
                throw .missingColumn(file: path, column: name, form: Form.name, columns: Form.columnList)
            }
            places.append(found.first ?? -1)
        }
        return (
            RowScanner(count: count, places: places, priceDecimals: layout.priceDecimals), layout.header.isEmpty ? next : start
        )
    }
}

extension String {
    /// Without the blanks at both ends.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
