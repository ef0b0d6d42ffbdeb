import Clearance
import PlainData
import TradingModel

/// The kill switches that are thrown: by firm, account, strategy, venue or instrument. Few, so each order looks at all of them.
struct Switchboard: ~Copyable {
    struct Switch: State {
        var scope = Scope.order
        var halt = Standing.Halt.none
        var reserved: UInt16 = 0
        /// The number of what it is for; 0 for the firm.
        var subject: UInt32 = 0
        var who = UInt32(0), why = UInt32(0)
        var since: Int64 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(code: &scope)
            coder.field(code: &halt)
            coder.field(&subject)
            coder.field(&who)
            coder.field(&why)
            coder.field(&since)
        }
    }
    private(set) var thrown: [Switch] = []
    /// The venue that this compliance's orders go to; none where it is not one.
    let venue: TextID

    init(venue: TextID) { self.venue = venue }

    /// What a command's scope is about, as a number of its own kind.
    static func subject(of command: DeskCommand) -> UInt32 {
        switch command.scope {
        case .account: command.account.rawValue
        case .strategy: command.strategy.rawValue
        case .symbol: command.symbol.rawValue
        case .venue: command.venue.rawValue
        case .firm, .order: 0
        }
    }
    /// Whether a scope is about an order with these owners. Where a compliance serves several venues, or none that is known, a
    /// venue's switch is about all of its orders: too much stops, never too little.
    func covers(_ scope: Scope, _ subject: UInt32, account: UInt32, strategy: UInt32, symbol: UInt32) -> Bool {
        switch scope {
        case .firm: true
        case .account: subject == account
        case .strategy: subject == strategy
        case .symbol: subject == symbol
        case .venue: venue == .none || subject == venue.rawValue
        case .order: false
        }
    }

    /// The strictest of the switches that an order comes under, and its scope.
    func halt(of order: OrderRequest) -> (Standing.Halt, Scope) {
        var worst = Standing.Halt.none, scope = Scope.firm
        for entry in thrown where entry.halt.rawValue > worst.rawValue {
            if covers(
                entry.scope, entry.subject, account: order.account.rawValue, strategy: order.strategy.rawValue,
                symbol: order.symbol.rawValue)
            {
                (worst, scope) = (entry.halt, entry.scope)
            }
        }
        return (worst, scope)
    }

    mutating func turn(_ command: DeskCommand, to halt: Standing.Halt, at now: Int64) {
        _ = rearm(command)
        let subject = Self.subject(of: command)
        thrown.append(
            Switch(
                scope: command.scope, halt: halt, subject: subject, who: command.who.rawValue, why: command.why.rawValue,
                since: now))
    }
    /// - Returns: whether there was such a switch.
    mutating func rearm(_ command: DeskCommand) -> Bool {
        let subject = Self.subject(of: command), before = thrown.count
        thrown.removeAll { $0.scope == command.scope && $0.subject == subject }
        return thrown.count < before
    }

    mutating func state(_ coder: inout StateCoder) { coder.field(&thrown, filler: Switch()) }
}
