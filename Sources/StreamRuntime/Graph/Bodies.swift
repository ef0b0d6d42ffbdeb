import PlainData

/// An operator of any number of inputs, as the one loop of `Cell` sees it: something that handles elements
/// `out.index ..< out.limit` of one input, or until a timer it set cuts the run.
@usableFromInline protocol Body: ~Copyable {
    associatedtype Out: Element
    associatedtype Side: Element
    static var isSingle: Bool { get }
    static var sideName: String { get }
    var mostOutputs: Int { get }
    var mostPerTimer: Int { get }
    mutating func run(_ input: Int, into out: inout Emitter<Out, Side>)
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Out, Side>)
    mutating func state(_ coder: inout StateCoder)
    static var versions: StateVersions { get }
}

/// Which states an operator reads, and which it writes.
@usableFromInline struct StateVersions {
    @usableFromInline let oldest: Int, newest: Int
    @inlinable init(_ newest: Int, oldest: Int) { (self.oldest, self.newest) = (oldest, newest) }
}

@inlinable @inline(__always)
func elements<T: Element>(_ header: UnsafeMutablePointer<EdgeHeader>, of type: T.Type) -> UnsafeMutablePointer<T> {
    header.pointee.storage.assumingMemoryBound(to: T.self)
}

@usableFromInline struct Body1<O: Operator & ~Copyable>: Body, ~Copyable {
    @usableFromInline typealias Out = O.Out
    @usableFromInline typealias Side = O.Side
    @usableFromInline var op: O
    @inlinable static var isSingle: Bool { true }
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
        let base = elements(out.input, of: O.In.self), sequences = out.input.pointee.sequences
        let first = out.input.pointee.first, isDense = out.input.pointee.isDense
        var i = out.index
        while i < out.limit {
            i &+= op.absorb(Span(_unsafeStart: base + i, count: out.limit &- i))
            if i == out.limit {
                out.current = isDense ? first &+ UInt64(truncatingIfNeeded: i &- 1) : sequences[i &- 1]
                break
            }
            out.index = i
            out.current = isDense ? first &+ UInt64(truncatingIfNeeded: i) : sequences[i]
            op.process(base[i], into: &out)
            i &+= 1
        }
        out.index = i
    }
}

/// The loop that all inputs of a merge share.
@inlinable @inline(__always)
func runEach<T: Element, O: Element, S: Element>(
    _ out: inout Emitter<O, S>, _ type: T.Type, _ handle: (T, inout Emitter<O, S>) -> Void
) {
    let base = elements(out.input, of: T.self)
    var i = out.index
    while i < out.limit {
        out.index = i
        out.current = out.input.pointee.sequence(i)
        handle(base[i], &out)
        i &+= 1
    }
    out.index = i
}

@usableFromInline struct Body2<O: Operator2 & ~Copyable>: Body, ~Copyable {
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
        if input == 0 {
            runEach(&out, O.First.self) { op.process(first: $0, into: &$1) }
        } else {
            runEach(&out, O.Second.self) { op.process(second: $0, into: &$1) }
        }
    }
}

@usableFromInline struct Body3<O: Operator3 & ~Copyable>: Body, ~Copyable {
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
        default: runEach(&out, O.Third.self) { op.process(third: $0, into: &$1) }
        }
    }
}

@usableFromInline struct Body4<O: Operator4 & ~Copyable>: Body, ~Copyable {
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
        default: runEach(&out, O.Fourth.self) { op.process(fourth: $0, into: &$1) }
        }
    }
}
