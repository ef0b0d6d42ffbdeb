import FIXSessions
import PlainData
import TradingModel

/// What one venue wants otherwise than FIX has it: fields of its own, fields left out, its own names of instruments.
///
/// Applied when a request is written, so that nothing else knows of it; a report's symbol is read back into the desk's.
public struct SessionQuirks: Hashable, Sendable {
    /// A field's value: a text with the request's own words in it.
    public enum Part: Hashable, Sendable {
        case text(String), account, strategy, symbol, clOrdID
    }
    public struct Field: Hashable, Sendable {
        public let tag: FIXTag
        public let parts: [Part]

        public init(_ tag: FIXTag, _ parts: [Part]) { (self.tag, self.parts) = (tag, parts) }
    }

    /// Added to messages of a type, in place of what they have under the tag; nil is every type of request.
    public var added: [FIXMsgType?: [Field]] = [:]
    public var omitted: Set<FIXTag> = []
    /// False for a venue that knows no PossResend(97): what it does not have is sent again as if for the first time.
    public var marksResends = true
    /// Whether cancels, replaces and questions carry the venue's OrderID(37).
    public var namesOrderID = false
    /// TransactTime(60) without milliseconds.
    public var wholeSeconds = false
    /// The venue's name of an instrument, by the desk's.
    public var symbols: [String: String] = [:] {
        didSet { bySymbol = Dictionary(symbols.map { ($1, $0) }) { first, _ in first } }
    }
    /// The desk's name, by the venue's.
    public private(set) var bySymbol: [String: String] = [:]

    public init() {}

    /// Reads `FIX {account}/{strategy}`; nil for a word in braces that is none.
    public static func parts(_ text: String) -> [Part]? {
        var parts: [Part] = [], rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            switch rest[rest.index(after: open)..<close] {
            case "account": parts.append(.account)
            case "strategy": parts.append(.strategy)
            case "symbol": parts.append(.symbol)
            case "cl_ord_id": parts.append(.clOrdID)
            default: return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }
}

extension OrderEncoder {
    /// What the venue wants otherwise.
    func applyQuirks(_ request: OrderRequest, to message: inout FIXMessageBuilder) throws(EncodingFlaw) {
        for tag in quirks.omitted { message.remove(tag) }
        for field in (quirks.added[nil] ?? []) + (quirks.added[message.msgType] ?? []) {
            var value = ""
            for part in field.parts {
                switch part {
                case .text(let text): value += text
                case .account: value += names.text(of: request.account)
                case .strategy: value += names.text(of: request.strategy)
                case .symbol: value += names.text(of: request.symbol)
                case .clOrdID: value += request.clOrdID.text(names)
                }
            }
            message.remove(field.tag)
            // An account that is not there leaves its field out.
            if !value.isEmpty { try append(field.tag, value, to: &message) }
        }
    }
}
