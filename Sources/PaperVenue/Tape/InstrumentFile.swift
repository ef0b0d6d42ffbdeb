import Foundation
import PlainData
import TradingModel

/// The list of instruments beside a tape: `symbol,tick_size,lot_size[,currency]`, columns in any order.
public enum InstrumentFile {
    /// The instruments of `folder/instruments.csv`; none where there is no such file.
    public static func read(besideTape path: String, names: Names) throws(VenueError) -> [Instrument] {
        let file = path + "/instruments.csv"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw .badTape(path: file, reason: "it cannot be read as text")
        }
        return try parse(text, path: file, names: names)
    }

    static func parse(_ text: String, path: String, names: Names) throws(VenueError) -> [Instrument] {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        guard let symbol = header.firstIndex(of: "symbol"), let tick = header.firstIndex(of: "tick_size"),
            let lot = header.firstIndex(of: "lot_size")
        else { throw .badTape(path: path, reason: "the header has no symbol,tick_size,lot_size") }
        let currency = header.firstIndex(of: "currency")
        var found: [Instrument] = []
        for (number, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == header.count else {
                throw .badTape(
                    path: path, reason: "line \(number + 1) has \(fields.count) fields; the header has \(header.count)")
            }
            do throws(TradingModel.Decimal.Flaw) {
                let (tickSize, lotSize) = (try Price(fields[tick]), try Quantity(fields[lot]))
                guard !fields[symbol].isEmpty, tickSize >= .zero, lotSize >= .zero else { throw .outOfRange }
                found.append(
                    Instrument(
                        symbol: names.symbol(fields[symbol]), tickSize: tickSize, lotSize: lotSize,
                        currency: currency.map { names.text(fields[$0]) } ?? .none))
            } catch {
                throw .badTape(
                    path: path, reason: "line \(number + 1): \"\(line)\" gives no symbol, tick ≥ 0 and lot ≥ 0")
            }
        }
        return found
    }
}
