import Foundation
import PlainData
import Topology
import TradingModel

/// What a person asks of a running floor over its socket: one line of JSON.
public struct ControlRequest: Codable, Sendable, Equatable {
    public enum Verb: String, Codable, Sendable, CaseIterable {
        case pending, distrust, trust, kill, reduce, rearm, approve, reject, new, cancel, replace, status, pause, resume, limit,
            limits

        var isOrder: Bool { self == .new || self == .cancel || self == .replace || self == .status || isHold }
        /// Of a parent, for its slicer.
        var isHold: Bool { self == .pause || self == .resume }
        /// The word for it under `people:`; nil for what anybody may who can reach the socket.
        var permission: String? {
            switch self {
            case .pending: nil
            case .kill, .reduce: "kill"
            case .distrust, .trust: "feed"
            case .rearm: "rearm"
            case .approve, .reject: "approve"
            case .new, .cancel, .replace, .status, .pause, .resume: "order"
            case .limit, .limits: "limits"
            }
        }
    }
    public var verb: Verb
    /// `firm`, `account:NAME`, `strategy:NAME`, `venue:NAME`, `symbol:NAME`; of `distrust` and `trust` a feed's source.
    public var scope: String?
    /// The id of the order that is entered, approved or refused; of the request, for a cancel or a replace.
    public var order: String?
    /// The order that a cancel, a replace or a question is about.
    public var original: String?
    /// Of an approval: what the approver saw, as `pending` shows it.
    public var terms: String?, limits: UInt32?
    public var account: String?, strategy: String?, symbol: String?, side: String?, quantity: String?, price: String?
    public var timeInForce: String?
    /// Of a limit: its name in a topology, its amount or `none`, from when and until when: a time, or how long from now.
    public var limit: String?, amount: String?, from: String?, until: String?
    /// Of a set of limits: its file's text, with `scope` for the file's name; or what the set is called that is to end, in `limit`.
    public var text: String?
    public var who: String?, why: String?

    public init(_ verb: Verb) { self.verb = verb }
}

/// What is wrong with a request: nothing of it was done.
struct ControlFlaw: Error { let description: String }

extension ControlRequest {
    /// A set of limits may name thousands of symbols.
    static var mostBytes: Int { 1 << 20 }

    init(line: [UInt8]) throws(ControlFlaw) {
        do { self = try JSONDecoder().decode(ControlRequest.self, from: Data(line)) } catch {
            throw ControlFlaw(description: "the request is no JSON that is understood: \(Self.cause(error))")
        }
    }
    private static func cause(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return (path.isEmpty ? "" : path + ": ") + context.debugDescription
        @unknown default: return "\(error)"
        }
    }

    /// What goes to a venue in a FIX field and to people in a line: printable ASCII, not too long.
    static func name(_ text: String?, _ what: String) throws(ControlFlaw) -> String {
        let text = text ?? ""
        guard text.utf8.count <= 64, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ControlFlaw(description: "\(what): at most 64 printable characters without blanks")
        }
        return text
    }
    static func remark(_ text: String?, _ what: String) throws(ControlFlaw) -> String {
        let text = text ?? ""
        guard text.utf8.count <= 512, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw ControlFlaw(description: "\(what): at most 512 bytes on one line")
        }
        return text
    }

    /// The command's scope, by its names. Nothing is interned before all of it was understood.
    func scoped(_ command: DeskCommand, names: Names, venues: [String]) throws(ControlFlaw) -> DeskCommand {
        var command = command
        let parts = (scope ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard let kind = parts.first else { throw ControlFlaw(description: "the scope is missing; " + Self.scopes) }
        if kind == "firm", parts.count == 1 {
            command.scope = .firm
            return command
        }
        let name = try Self.name(parts.count == 2 ? parts[1] : "", "the scope's \(kind)")
        guard !name.isEmpty else { throw ControlFlaw(description: "scope \(scope ?? ""): " + Self.scopes) }
        switch kind {
        case "account": (command.scope, command.account) = (.account, names.text(name))
        case "strategy": (command.scope, command.strategy) = (.strategy, names.text(name))
        case "symbol": (command.scope, command.symbol) = (.symbol, names.symbol(name))
        case "venue":
            guard venues.contains(name) else {
                let known = venues.isEmpty ? "this desk has none" : "there are " + venues.joined(separator: ", ")
                throw ControlFlaw(description: "venue \(name): a venue is a session of the topology; \(known)")
            }
            (command.scope, command.venue) = (.venue, names.text(name))
        default: throw ControlFlaw(description: "scope \(scope ?? ""): " + Self.scopes)
        }
        return command
    }
    static let scopes = "there are firm, account:NAME, strategy:NAME, venue:SESSION, symbol:NAME"

    /// The limit that a person changes.
    func changed(_ command: DeskCommand, names: Names, at now: Int64) throws(ControlFlaw) -> DeskCommand {
        var command = command
        guard let key = LimitKey(name: limit ?? "") else {
            let all = LimitKey.single.map(\.name).joined(separator: ", ")
            throw ControlFlaw(description: "limit \(limit ?? ""): there are \(all)")
        }
        let symbol = try Self.name(symbol, "symbol")
        if !symbol.isEmpty, !key.isOfSymbol { throw ControlFlaw(description: "\(key.name) is the whole desk's, no symbol's") }
        let account = try Self.name(account, "account")
        if !account.isEmpty, !key.isOfAccount { throw ControlFlaw(description: "\(key.name) is no limit of one account's") }
        if key == .restricted, symbol.isEmpty { throw ControlFlaw(description: "restricted: name the symbol") }
        let amount = amount ?? ""
        if amount == "none" {
            guard key.mayBeNone else { throw ControlFlaw(description: "\(key.name) none: every order needs this limit") }
            command.isNone = 1
        } else if key == .restricted {
            guard amount == "on" else { throw ControlFlaw(description: "restricted \(amount): on or none") }
        } else {
            guard let read = try? Notional(amount), read >= .zero else {
                throw ControlFlaw(
                    description: "\(key.name) \(amount): a decimal of at least 0" + (key.mayBeNone ? ", or none" : ""))
            }
            guard !key.isCount || read.rawValue % Notional(Price(rawValue: Price.one), Quantity(units: 1)).rawValue == 0 else {
                throw ControlFlaw(description: "\(key.name) \(amount): a whole number")
            }
            command.amount = read
        }
        try time(&command, from: from, until: until, at: now)
        if (why ?? "").isEmpty || why == "no reason given" {
            throw ControlFlaw(description: "--why: a limit is changed for a reason")
        }
        (command.limit, command.scope) = (key, !symbol.isEmpty ? .symbol : !account.isEmpty ? .account : .firm)
        command.account = account.isEmpty ? .none : names.text(account)
        command.symbol = symbol.isEmpty ? SymbolID(rawValue: 0) : names.symbol(symbol)
        return command
    }
    /// From when and until when a change holds.
    func time(_ command: inout DeskCommand, from: String?, until: String?, at now: Int64) throws(ControlFlaw) {
        command.from = try Self.time(from, "--from", now) ?? now
        command.until = try Self.time(until, "--until", now) ?? .max
        guard command.until > command.from, command.until > now else {
            throw ControlFlaw(description: "--until \(until ?? ""): it would end before it begins")
        }
    }
    private static func time(_ text: String?, _ what: String, _ now: Int64) throws(ControlFlaw) -> Int64? {
        guard let text else { return nil }
        if let length = DurationText.nanoseconds(text), length >= 0 {
            let (sum, over) = now.addingReportingOverflow(length)
            return over ? .max : sum
        }
        guard let time = UTC.parse(text) else {
            throw ControlFlaw(description: "\(what) \(text): a time as 2026-03-02T15:00:00Z, or how long from now, as 30m")
        }
        return time
    }

    /// The order that a person enters, changes or asks about.
    func orderRequest(id: String, names: Names, at time: Int64) throws(ControlFlaw) -> OrderRequest {
        let needsTerms = verb == .new || verb == .replace
        let id = try Self.name(id, "id"), original = try Self.name(original, "the order")
        let account = try Self.name(account, "account"), strategy = try Self.name(strategy, "strategy")
        let symbol = try Self.name(symbol, "symbol")
        if verb != .new, original.isEmpty { throw ControlFlaw(description: "\(verb): name the order that it is about") }
        if needsTerms, symbol.isEmpty { throw ControlFlaw(description: "\(verb): a symbol is needed") }
        let sides: [String: Side] = ["buy": .buy, "sell": .sell, "sell_short": .sellShort]
        guard let side = side.map({ sides[$0] }) ?? (needsTerms ? nil : Side.none) else {
            throw ControlFlaw(description: "side \(side ?? ""): buy, sell or sell_short")
        }
        var size = Quantity.zero, limit = Price.none
        if needsTerms || quantity != nil {
            guard let read = try? Quantity(quantity ?? ""), read > .zero else {
                throw ControlFlaw(description: "quantity \(quantity ?? ""): a decimal above 0, exact to 8 decimals")
            }
            size = read
        }
        if let price {
            guard let read = try? Price(price) else {
                throw ControlFlaw(description: "price \(price): a decimal, exact to 9 decimals")
            }
            limit = read
        }
        let word = timeInForce ?? "day"
        guard let timeInForce = TimeInForce.words.first(where: { $0.key.description == word })?.value else {
            throw ControlFlaw(description: "time in force \(word): day, gtc, opg, ioc, fok or cls")
        }
        let actions: [Verb: OrderRequest.Action] = [
            .cancel: .cancel, .replace: .replace, .status: .status, .pause: .suspend, .resume: .release,
        ]
        return OrderRequest(
            eventTime: time, action: actions[verb] ?? .new, clOrdID: Self.id(id, names), origClOrdID: Self.id(original, names),
            account: names.text(account), strategy: names.text(strategy), symbol: names.symbol(symbol), side: side,
            orderQty: size, ordType: limit.isNone && needsTerms ? .market : .limit, price: limit, timeInForce: timeInForce)
    }
    /// An id as people write it: one of the floor's own, or whatever somebody else chose.
    static func id(_ text: String, _ names: Names) -> ClOrdID {
        var text = text
        return text.withUTF8 { ClOrdID(echoed: UnsafeRawBufferPointer($0), names: names) }
    }
}
