import PlainData
import StreamRuntime
import TradingModel

/// Picks out of compliance's findings those that answer a command, with the command's number.
///
/// - Inputs: the commands; compliance's findings, which carry the sequence of the command that caused them. An order that came
///   as a command is answered by the findings of its own record, which comes after.
/// - State: the orders that were announced and have no decision yet.
public struct CommandAnswers: Operator2, ~Copyable {
    public typealias Out = CommandAnswer
    public typealias Side = Nothing
    private var number: UInt64 = 0, sequence: UInt64 = 0
    private var announced = IDTable()
    private var numbers = Dense<UInt64>(repeating: 0)
    private var count: Int64 = 0

    public init() {}

    public mutating func process(first command: DeskCommand, into out: inout Emitter<CommandAnswer, Nothing>) {
        (number, sequence) = (command.number, out.sequence)
        guard command.verb == .order, !command.order.isNone else { return }
        count += 1
        numbers[Int(count)] = command.number
        announced.set(command.order.rawValue, Int(count))
    }
    public mutating func process(second finding: Finding, into out: inout Emitter<CommandAnswer, Nothing>) {
        if out.sequence == sequence {
            return out.emit(CommandAnswer(number: number, finding: finding, isLast: finding.check.isAct))
        }
        guard let at = announced.find(finding.clOrdID.rawValue), at != 0, !finding.check.isAct else { return }
        let isLast = finding.check == .decision
        out.emit(CommandAnswer(number: numbers[at], finding: finding, isLast: isLast))
        if isLast { announced.set(finding.clOrdID.rawValue, 0) }
    }
    public mutating func state(_ coder: inout StateCoder) {
        coder.field(&number)
        coder.field(&sequence)
        announced.state(&coder)
        coder.field(&numbers)
        coder.field(&count)
    }
}

/// Two sources of orders as one, by sequence.
public struct MergedOrders: Operator2, ~Copyable {
    public typealias Out = OrderRequest
    public typealias Side = Nothing
    public init() {}
    public mutating func process(first order: OrderRequest, into out: inout Emitter<OrderRequest, Nothing>) { out.emit(order) }
    public mutating func process(second order: OrderRequest, into out: inout Emitter<OrderRequest, Nothing>) { out.emit(order) }
}
