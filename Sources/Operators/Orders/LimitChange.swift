import Clearance
import PlainData
import TradingModel

/// A limit, or a whole set of them, that a person has put over the topology's, from a time on and until a time.
struct LimitChange: State {
    var amount: Int128 = 0
    var from: Int64 = 0, until: Int64 = 0
    var symbol: UInt32 = 0, account: UInt32 = 0, who: UInt32 = 0, why: UInt32 = 0
    /// Of a set: what it is called, what it says, and its version.
    var name: UInt32 = 0, text: UInt32 = 0, version: UInt32 = 0
    var key = LimitKey.maxQuantity
    /// Whether there is no limit of this kind any more, where it may be left out.
    var isNone = false, isInForce = false

    init() {}
    init(_ command: DeskCommand, at now: Int64) {
        (amount, from, until) = (command.amount.rawValue, max(command.from, now), command.until)
        (symbol, account, who) = (command.symbol.rawValue, command.account.rawValue, command.who.rawValue)
        (why, key, isNone) = (command.why.rawValue, command.limit, command.isNone == 1)
        (name, text, version) = (command.name.rawValue, command.text.rawValue, command.limits)
    }

    /// What a finding says of it: the amount, or the version of a set.
    var measured: Double {
        isNone ? .nan : key == .set ? Double(version) : Notional(rawValue: amount).double
    }
    var set: TextID { TextID(rawValue: text) }
    func isOfTheSame(as other: LimitChange) -> Bool {
        key == other.key && symbol == other.symbol && account == other.account && name == other.name
    }
    /// Where a topology says it.
    var topologyKey: String {
        symbol != 0 && key != .restricted ? "symbols" : account != 0 ? "credits" : key.name
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&amount)
        coder.field(&from)
        coder.field(&until)
        coder.field(&symbol)
        coder.field(&account)
        coder.field(&who)
        coder.field(&why)
        coder.field(&name)
        coder.field(&text)
        coder.field(&version)
        coder.field(code: &key)
        coder.field(&isNone)
        coder.field(&isInForce)
    }
}

extension LimitChange {
    /// Exact, or the largest that there is where it does not fit: nothing is limited by more than that.
    private var quantity: Quantity { Quantity(rawValue: Int64(clamping: amount / 1_000_000_000)) }
    private var money: Notional { Notional(rawValue: amount) }
    private var whole: Int { Int(clamping: amount / 100_000_000_000_000_000) }

    /// One limit; of a set, nothing.
    func apply(to limits: inout Limits) {
        switch key {
        case .maxQuantity: bounds(&limits) { $0.maxQuantity = quantity }
        case .maxNotional: bounds(&limits) { $0.maxNotional = money }
        case .softNotional: bounds(&limits) { $0.softNotional = isNone ? nil : money }
        case .maxPosition: bounds(&limits) { $0.maxPosition = quantity }
        case .collar: bounds(&limits) { $0.collarBasisPoints = Int64(whole) }
        case .maxGross: limits.maxGross = isNone ? nil : money
        case .maxNet: limits.controls.maxNet = isNone ? nil : money
        case .maxLong: limits.controls.maxLong = isNone ? nil : money
        case .maxShort: limits.controls.maxShort = isNone ? nil : money
        case .maxOpenOrders: limits.controls.maxOpenOrders = isNone ? nil : whole
        case .maxOpenNotional: limits.controls.maxOpenNotional = isNone ? nil : money
        case .maxLoss: limits.controls.maxLoss = isNone ? nil : money
        case .softLoss: limits.controls.softLoss = isNone ? nil : money
        case .maxRepeats: limits.controls.maxRepeats = isNone ? nil : whole
        case .throttle: limits.throttleOrders = whole
        case .strategyThrottle: limits.controls.strategyThrottle = isNone ? nil : whole
        case .accountThrottle: limits.controls.accountThrottle = isNone ? nil : whole
        case .credit where account != 0: limits.controls.creditByAccount[TextID(rawValue: account)] = isNone ? nil : money
        case .credit: limits.controls.credit = isNone ? nil : money
        case .restricted:
            let id = SymbolID(rawValue: symbol)
            if isNone { limits.restricted.remove(id) } else { limits.restricted.insert(id) }
        case .none, .set: break
        }
    }
    /// Of one instrument, which has limits of its own from now on, or of all: those with limits of their own keep them.
    private func bounds(_ limits: inout Limits, _ change: (inout Limits.Bounds) -> Void) {
        if symbol == 0 {
            guard var common = limits.common else { return }
            change(&common)
            limits.common = common
        } else if var own = limits.bounds(of: SymbolID(rawValue: symbol)) {
            change(&own)
            limits.bySymbol[SymbolID(rawValue: symbol)] = own
        }
    }
}
