import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// The limits in force: the topology's, and what people have set over them while the desk runs, each from its time to its end:
/// whole sets first, then single limits.
///
/// Of two changes of the same limit the later one holds; when it ends, what held before holds again. Every change that begins or
/// ends makes a new version, so that what was approved under the old ones is not approved any more.
struct LimitBook: ~Copyable {
    /// The highest version of a set that was ever put in force.
    struct Named: State {
        var name: UInt32 = 0, version: UInt32 = 0

        mutating func state(_ coder: inout StateCoder) {
            coder.field(&name)
            coder.field(&version)
        }
    }
    /// As the topology has them.
    private let base: Limits, reader: LimitReader?
    /// In the order in which they were made; those that have ended are gone.
    private(set) var changes: [LimitChange] = []
    private(set) var sets: [Named] = []
    private var version: UInt32
    private(set) var rules: Rules

    init(_ limits: Limits, reader: LimitReader?) {
        (base, self.reader, version, rules) = (limits, reader, limits.version, Rules(limits))
        if limits.setVersion > 0 { sets = [Named(name: limits.name.rawValue, version: limits.setVersion)] }
    }

    /// What one moment may begin and end must have room in one firing.
    static var most: Int { 120 }
    var isFull: Bool { changes.count >= Self.most }

    /// Whether a change can be made: a set is understood, has a name that there is room for, and is newer than the last of that
    /// name; one that is taken away is there.
    func takes(_ change: LimitChange) -> Bool {
        guard change.key == .set else { return true }
        if change.isNone { return changes.contains { $0.key == .set && $0.name == change.name } }
        let known = sets.first { $0.name == change.name }
        guard change.version > known?.version ?? 0, known != nil || sets.count < Self.most else { return false }
        return reader?.limits(changes.filter { $0.key == .set }.map(\.set) + [change.set]) != nil
    }

    mutating func add(_ change: LimitChange, at now: Int64) {
        if change.key == .set {
            if change.isNone { return end(change.name) }
            sets.removeAll { $0.name == change.name }
            sets.append(Named(name: change.name, version: change.version))
        }
        changes.append(change)
        _ = pass(to: now)
    }
    /// A person takes a set away before its time.
    private mutating func end(_ name: UInt32) {
        changes.removeAll { $0.key == .set && $0.name == name }
        version += 1
        apply()
    }
    /// Begins and ends what is due.
    /// - Returns: what has begun and what has ended.
    mutating func pass(to now: Int64) -> (begun: [LimitChange], ended: [LimitChange]) {
        var begun: [LimitChange] = [], ended: [LimitChange] = []
        for at in changes.indices where !changes[at].isInForce && changes[at].from <= now && now < changes[at].until {
            changes[at].isInForce = true
            begun.append(changes[at])
        }
        for change in changes where change.until <= now { ended.append(change) }
        changes.removeAll { $0.until <= now }
        if !begun.isEmpty || ended.contains(where: \.isInForce) {
            version += 1
            forget()
            apply()
        }
        return (begun, ended)
    }
    /// When the next one begins or ends; nil for never.
    func next(after now: Int64) -> Int64? {
        changes.flatMap { [$0.from, $0.until] }.filter { $0 > now && $0 < endOfTime }.min()
    }

    /// What a later change without an end has taken the place of for good.
    private mutating func forget() {
        var kept: [LimitChange] = []
        for at in changes.indices {
            let old = changes[at]
            let isOver = changes[(at + 1)...].contains { $0.isInForce && $0.until == .max && $0.isOfTheSame(as: old) }
            if !old.isInForce || !isOver { kept.append(old) }
        }
        changes = kept
    }

    private mutating func apply() {
        var inForce: [LimitChange] = []
        for change in changes where change.isInForce {
            // Of several versions of a set the last one holds.
            if change.key == .set { inForce.removeAll { $0.key == .set && $0.name == change.name } }
            inForce.append(change)
        }
        let sets = inForce.filter { $0.key == .set }.map(\.set)
        // What was read when it came is read again; were it not, nothing would pass.
        var limits =
            sets.isEmpty
            ? base
            : reader?.limits(sets) ?? Limits(maxReferenceAge: 0, throttleOrders: 0, throttleWindow: 0, duplicateWindow: 0)
        for at in inForce.indices where inForce[at].key != .set {
            let key = inForce[at].topologyKey
            let isOver = inForce[(at + 1)...].contains { $0.key == .set && reader?.states($0.set, key) ?? false }
            if !isOver { inForce[at].apply(to: &limits) }
        }
        limits.version = version
        rules = Rules(limits)
    }

    mutating func state(_ coder: inout StateCoder) {
        coder.field(&changes, filler: LimitChange())
        coder.field(&sets, filler: Named())
        coder.field(&version)
        if !coder.isSaving { apply() }
    }
}
