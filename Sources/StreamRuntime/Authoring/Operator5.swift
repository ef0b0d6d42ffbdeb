import PlainData

/// An operator of five inputs, merged like two.
public protocol Operator5: OperatorCore, ~Copyable {
    associatedtype First: Element
    associatedtype Second: Element
    associatedtype Third: Element
    associatedtype Fourth: Element
    associatedtype Fifth: Element
    associatedtype Out
    associatedtype Side
    mutating func process(first element: First, into out: inout Emitter<Out, Side>)
    mutating func process(second element: Second, into out: inout Emitter<Out, Side>)
    mutating func process(third element: Third, into out: inout Emitter<Out, Side>)
    mutating func process(fourth element: Fourth, into out: inout Emitter<Out, Side>)
    mutating func process(fifth element: Fifth, into out: inout Emitter<Out, Side>)
}

extension Graph {
    @inlinable @discardableResult
    public func add<O: Operator5 & ~Copyable>(
        _ name: String, _ op: consuming O, from a: Edge<O.First>, _ b: Edge<O.Second>, _ c: Edge<O.Third>, _ d: Edge<O.Fourth>,
        _ e: Edge<O.Fifth>
    ) -> Outlets<O.Out, O.Side> {
        add(name, Body5(op), [a, b, c, d, e])
    }
}

@usableFromInline struct Body5<O: Operator5 & ~Copyable>: Body, ~Copyable {
    @usableFromInline typealias Out = O.Out
    @usableFromInline typealias Side = O.Side
    @usableFromInline var op: O
    @inlinable static var isSingle: Bool { false }
    @inlinable static var sideName: String { O.sideName }
    @inlinable init(_ op: consuming O) { self.op = op }
    @inlinable var mostOutputs: Int { op.mostOutputs }
    @inlinable var mostPerTimer: Int { op.mostPerTimer }
    @inlinable @inline(__always) mutating func timerFired(_ timer: Timer, into out: inout Emitter<Out, Side>) {
        op.timerFired(timer, into: &out)
    }
    @inlinable mutating func state(_ coder: inout StateCoder) { op.state(&coder) }
    @inlinable static var versions: StateVersions { StateVersions(O.stateVersion, oldest: O.oldestStateVersion) }

    @inlinable @inline(__always) mutating func run(_ input: Int, into out: inout Emitter<Out, Side>) {
        switch input {
        case 0: runEach(&out, O.First.self) { op.process(first: $0, into: &$1) }
        case 1: runEach(&out, O.Second.self) { op.process(second: $0, into: &$1) }
        case 2: runEach(&out, O.Third.self) { op.process(third: $0, into: &$1) }
        case 3: runEach(&out, O.Fourth.self) { op.process(fourth: $0, into: &$1) }
        default: runEach(&out, O.Fifth.self) { op.process(fifth: $0, into: &$1) }
        }
    }
}
