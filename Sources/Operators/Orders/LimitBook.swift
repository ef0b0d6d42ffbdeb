import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// The limits in force: the topology's, and what people have set over them while the desk runs, each from its time to its end.
///
/// Of two changes of the same limit the later one holds; when it ends, what held before holds again. Every change that begins or
/// ends makes a new version, so that what was approved under the old ones is not approved any more.
struct LimitBook: ~Copyable {
    struct Change: State {
        var amount: Int128 = 0
        var from: Int64 = 0, until: Int64 = 0
        var symbol: UInt32 = 0, who: UInt32 = 0, why: UInt32 = 0
        var key = LimitKey.maxQuantity
        /// Whether there is no limit of this kind any more, where it may be left out.
        var isNone = false, isInForce = false

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&amount)
            coder.field(&from)
            coder.field(&until)
            coder.field(&symbol)
            coder.field(&who)
            coder.field(&why)
            coder.field(code: &key)
            coder.field(&isNone)
            coder.field(&isInForce)
        }
    }
    /// As the topology has them.
    private let base: Limits
    /// In the order in which they were made; those that have ended are gone.
    private(set) var changes: [Change] = []
    private var version: UInt32
    private(set) var rules: Rules

    init(_ limits: Limits) { (base, version, rules) = (limits, limits.version, Rules(limits)) }

    /// What one moment may begin and end must have room in one firing.
    static var most: Int { 120 }
    var isFull: Bool { changes.count >= Self.most }

    mutating func add(_ change: Change, at now: Int64) {
        changes.append(change)
        _ = pass(to: now)
    }
    /// Begins and ends what is due.
    /// - Returns: what has begun and what has ended.
    mutating func pass(to now: Int64) -> (begun: [Change], ended: [Change]) {
        var begun: [Change] = [], ended: [Change] = []
        for at in changes.indices where !changes[at].isInForce && changes[at].from <= now && now < changes[at].until {
            changes[at].isInForce = true
            begun.append(changes[at])
        }
        for change in changes where change.until <= now { ended.append(change) }
        changes.removeAll { $0.until <= now }
        if !begun.isEmpty || ended.contains(where: \.isInForce) {
            version += 1
            apply()
        }
        return (begun, ended)
    }
    /// When the next one begins or ends; nil for never.
    func next(after now: Int64) -> Int64? {
        changes.flatMap { [$0.from, $0.until] }.filter { $0 > now && $0 < endOfTime }.min()
    }

    private mutating func apply() {
        var limits = base
        for change in changes where change.isInForce { change.apply(to: &limits) }
        limits.version = version
        rules = Rules(limits)
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&changes, filler: Change())
        coder.field(&version)
        if !coder.isSaving { apply() }
    }
}

extension LimitBook.Change {
    /// Exact, or the largest that there is where it does not fit: nothing is limited by more than that.
    private var quantity: Quantity { Quantity(rawValue: Int64(clamping: amount / 1_000_000_000)) }
    private var money: Notional { Notional(rawValue: amount) }
    private var whole: Int { Int(clamping: amount / 100_000_000_000_000_000) }

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
        case .none: break
        case .restricted:
            let id = SymbolID(rawValue: symbol)
            if isNone { limits.restricted.remove(id) } else { limits.restricted.insert(id) }
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
