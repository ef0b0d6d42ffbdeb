import Clearance
import Foundation
import PlainData
import TradingModel

/// What a floor says to a person: one line of JSON.
public struct ControlReply: Codable, Sendable, Equatable {
    public struct Finding: Codable, Sendable, Equatable {
        public var check: String, outcome: String
        /// In the check's own unit; nil where nothing is measured.
        public var measured: Double?, limit: Double?
        /// Of an order that a switch stops: whose, and what takes it back.
        public var about: String?
    }
    public struct Waiting: Codable, Sendable, Equatable {
        public var order: String, action: String, side: String, quantity: String, symbol: String, price: String
        public var account: String, strategy: String, requester: String
        public var checks: [String]
        /// ISO 8601, UTC.
        public var expires: String
        /// What an approval has to name.
        public var terms: String, limits: UInt32
    }
    public struct Switch: Codable, Sendable, Equatable {
        /// As `floor kill` takes it; `halt` is `stopped` or `reduceOnly`.
        public var scope: String, halt: String, who: String, why: String, since: String
    }
    public struct Limit: Codable, Sendable, Equatable {
        public var limit: String, symbol: String, amount: String, from: String, until: String, who: String, why: String
        public var isInForce: Bool
    }
    /// `OK`, `REVIEW`, `BLOCK`; `ERROR` where nothing was asked of the desk.
    public var outcome: String
    public var message: String
    /// The journal's record that the command is; nil where it did not become one.
    public var record: UInt64?
    public var order: String?
    public var findings: [Finding] = []
    public var waiting: [Waiting]?
    public var switches: [Switch]?
    /// What people have changed over the topology's limits.
    public var limits: [Limit]?
    /// The limits in force but for single changes, a key a line, as a topology writes them.
    public var text: String?

    public init(_ outcome: String, _ message: String) { (self.outcome, self.message) = (outcome, message) }
    static func error(_ message: String) -> ControlReply { ControlReply("ERROR", message) }

    public var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(self)) ?? Data(#"{"findings":[],"message":"no answer","outcome":"ERROR"}"#.utf8)
        return [UInt8](data) + [10]
    }
}

extension ControlReply.Finding {
    init(_ finding: TradingModel.Finding, _ names: Names) {
        self.init(
            check: finding.check.code, outcome: finding.outcome.text(names),
            measured: finding.measured.isNaN ? nil : finding.measured,
            limit: finding.limit.isNaN ? nil : finding.limit)
    }
    /// `C06 BLOCK: 250000, limit 100000`.
    public var text: String {
        let numbers = [measured.map(Self.number), limit.map { "limit " + Self.number($0) }].compactMap { $0 }
        let parts = numbers + [about].compactMap { $0 }
        return "\(check) \(outcome)" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }
    private static func number(_ value: Double) -> String { String(format: "%.12g", value) }
}
