import TradingModel

/// When instruments trade: in the sessions of an exchange each, or at any time.
public struct TradingHours: Sendable {
    private var calendars: [String: SessionCalendar] = [:]
    private var bySymbol: [SymbolID: String] = [:], others: String?

    public init() {}

    /// - Parameters:
    ///   - calendar: one of `SessionCalendar.names`; another one is never open.
    ///   - symbol: nil for all that have none of their own.
    public mutating func set(_ calendar: String, of symbol: SymbolID?) {
        if let made = SessionCalendar(calendar) { calendars[calendar] = made }
        if let symbol { bySymbol[symbol] = calendar } else { others = calendar }
    }
    public func isOpen(_ symbol: SymbolID, at time: Int64) -> Bool {
        if calendars.isEmpty, others == nil, bySymbol.isEmpty { return true }  // the usual desk, without a hash
        guard let name = bySymbol[symbol] ?? others else { return true }
        return calendars[name]?.session(at: time) != nil
    }
}
