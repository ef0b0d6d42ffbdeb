import Clearance
import PlainData
import StreamRuntime
import TradingModel

/// Throws a kill switch when the exit check has stopped an order: a program that sends what nobody asked for sends more.
///
/// - Inputs: cleared orders; the exit check's findings.
/// - Output: a command to kill the finding's scope, once, and again when orders of the scope pass anew and another one is stopped: then
///   a person has armed it meanwhile.
public struct ExitAlarm: Operator2, ~Copyable {
    public typealias Out = DeskCommand
    public typealias Side = Nothing
    private let scope: Scope, who: TextID, why: TextID
    /// By strategy, or for the firm: whether it has been thrown and nothing passed since.
    private var isThrown = Dense<UInt64>(repeating: 0)

    /// - Parameters:
    ///   - scope: `firm` or `strategy`.
    ///   - who: What throws it; why: what is said.
    public init(scope: Scope, who: TextID, why: TextID) { (self.scope, self.who, self.why) = (scope, who, why) }

    private func key(_ strategy: TextID) -> Int { scope == .strategy ? Int(strategy.rawValue) : 0 }

    public mutating func process(first order: ClearedOrder, into out: inout Emitter<DeskCommand, Nothing>) {
        if order.request.action == .new { isThrown[key(order.request.strategy)] = 0 }
    }
    public mutating func process(second finding: Finding, into out: inout Emitter<DeskCommand, Nothing>) {
        guard isThrown.value(key(finding.strategy)) == 0 else { return }
        isThrown[key(finding.strategy)] = 1
        out.emit(
            DeskCommand(
                eventTime: finding.eventTime, verb: .kill, scope: scope, who: who, why: why,
                strategy: scope == .strategy ? finding.strategy : .none))
    }
    public mutating func state(_ coder: inout StateCoder) { coder.field(&isThrown) }
}

/// Two sources of commands as one, by sequence.
public struct MergedCommands: Operator2, ~Copyable {
    public typealias Out = DeskCommand
    public typealias Side = Nothing
    public init() {}
    public mutating func process(first command: DeskCommand, into out: inout Emitter<DeskCommand, Nothing>) { out.emit(command) }
    public mutating func process(second command: DeskCommand, into out: inout Emitter<DeskCommand, Nothing>) { out.emit(command) }
}
