import Foundation

extension FloorReport {
    /// As `/metrics.json` says it: one object, keys in snake case, in order.
    public func json(isPretty: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = isPretty ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys]
        // Only numbers that are none cannot be encoded, and there are none.
        return Array((try? encoder.encode(self)) ?? Data("{}".utf8))
    }

    /// - Returns: nil where it is something else.
    public init?(json: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let report = try? decoder.decode(FloorReport.self, from: Data(json)) else { return nil }
        self = report
    }
}
