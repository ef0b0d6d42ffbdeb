import PlainData
import StreamRuntime
import TradingModel

/// `book-csv`: `time,symbol,action,side,price,size,order_id[,orders,sequence,flags,quality]`, as a csv sink writes book events. Actions and
/// qualities by their names, sides as in FIX, flags as the number of their bits.
public struct BookCSV: PullSource {
    private var rows: CSVRows<Form>

    public init(_ path: String, names: Names, layout: CSVLayout = CSVLayout()) throws(MarketDataError) {
        rows = try CSVRows(path, form: Form(), layout: layout, names: names)
    }

    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<BookDelta>) throws(MarketDataError) -> Int {
        try rows.fill(buffer)
    }

    struct Form: CSVForm {
        static let name = "book-csv"
        private static let actions = BookDelta.Action.allCases.map { String(describing: $0) }
        private static let qualities = (0..<8).map { BookQuality(rawValue: 1 << UInt8($0)).description }
        static let columns: [CSVColumn] = [
            .time, .symbol, .text("action", isRequired: true, rule: "it is one of \(actions.joined(separator: ", "))"),
            .text("side", isRequired: true, rule: "it is buy, sell, FIX's value for one of them, or empty"), .price("price"),
            .amount("size"),
            .text("order_id", isRequired: true, rule: "it is a whole number ≥ 0, or empty"),
            .text("orders", rule: "it is a whole number up to 4294967295, or empty"),
            .text("sequence", rule: "it is a whole number ≥ 0, or empty"),
            .text("flags", rule: "it is a whole number up to 255, or empty"),
            .text("quality", rule: "it is ok, or some of \(qualities.joined(separator: ", ")) with + between them"),
        ]

        mutating func row(_ fields: Fields, _ context: inout RowContext) throws(FieldFlaw) -> BookDelta {
            let action = String(decoding: fields[2], as: UTF8.self).lowercased()
            guard let index = Self.actions.firstIndex(where: { $0.lowercased() == action }) else {
                throw FieldFlaw(2, fields[2].isEmpty ? .missing : .notOneOf(Self.actions.joined(separator: ", ")))
            }
            return BookDelta(
                eventTime: try context.time(fields, 0), symbol: try context.symbol(fields, 1),
                action: BookDelta.Action.allCases[index],
                side: try MarketData.side(fields, 3), price: try fields.priceIfAny(4), size: try fields.amountIfAny(5),
                orderID: try fields.unsigned(6), sequence: try fields.unsigned(8),
                orders: try number(fields, 7), flags: BookDelta.Flags(rawValue: try number(fields, 9)),
                quality: try quality(fields))
        }

        private func number<N: FixedWidthInteger>(_ fields: Fields, _ column: Int) throws(FieldFlaw) -> N {
            guard let value = N(exactly: try fields.unsigned(column)) else { throw FieldFlaw(column, .outOfRange) }
            return value
        }

        private func quality(_ fields: Fields) throws(FieldFlaw) -> BookQuality {
            if fields[10].isEmpty || fields.isText(10, "ok") { return .ok }
            var quality = BookQuality.ok
            for word in String(decoding: fields[10], as: UTF8.self).lowercased().split(
                separator: "+", omittingEmptySubsequences: false)
            {
                guard let bit = Self.qualities.firstIndex(of: String(word)) else {
                    throw FieldFlaw(10, .notOneOf(Self.qualities.joined(separator: ", ")))
                }
                quality.insert(BookQuality(rawValue: 1 << UInt8(bit)))
            }
            return quality
        }
    }
}
