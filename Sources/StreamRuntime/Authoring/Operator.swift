import PlainData

/// What all operators share. An operator holds plain state and turns the histories of its inputs into the histories
/// of its outputs, one element at a time; it knows no thread, no batch, no clock and no randomness of its own.
public protocol OperatorCore: ~Copyable {
    associatedtype Out: Element
    /// A second output, most often the late elements or the rejected ones.
    associatedtype Side: Element
    /// What the second output is called: `bars.late`.
    static var sideName: String { get }
    /// The most elements that handling one input puts on each output.
    var mostOutputs: Int { get }
    /// The most elements that one firing puts on each output.
    var mostPerTimer: Int { get }
    /// Called when the watermark reaches a timer's time, before the elements of that record.
    mutating func timerFired(_ timer: Timer, into out: inout Emitter<Out, Side>)
    /// Names every field of the state: one description saves and restores it.
    mutating func state(_ coder: inout StateCoder)
    /// The version of what `state` writes: raised whenever its fields or their meaning change.
    static var stateVersion: Int { get }
    /// The oldest version that `state` still reads: it asks `coder.version` what lies before it.
    static var oldestStateVersion: Int { get }
}

extension OperatorCore where Self: ~Copyable {
    @inlinable public static var sideName: String { "side" }
    @inlinable public var mostOutputs: Int { 1 }
    @inlinable public var mostPerTimer: Int { mostOutputs }
    @inlinable public mutating func timerFired(_ timer: Timer, into out: inout Emitter<Out, Side>) {}
    @inlinable public mutating func state(_ coder: inout StateCoder) {}
    @inlinable public static var stateVersion: Int { 1 }
    @inlinable public static var oldestStateVersion: Int { stateVersion }
}

/// An operator of one input.
public protocol Operator: OperatorCore, ~Copyable {
    associatedtype In: Element
    // Said again, so that they are inferred from `process`.
    associatedtype Out
    associatedtype Side
    mutating func process(_ element: In, into out: inout Emitter<Out, Side>)
    /// Handles as many of the run's first elements as change this operator's state and nothing else: none of them emits,
    /// sets or cancels a timer, or asks for the watermark. `process` gets the next one, and then this is asked again.
    ///
    /// For the few operators on raw ticks, whose loop is faster without an emitter in it. The default takes none.
    /// - Returns: how many it has handled.
    mutating func absorb(_ run: Span<In>) -> Int
}

extension Operator where Self: ~Copyable {
    @inlinable @inline(__always) public mutating func absorb(_ run: Span<In>) -> Int { 0 }
}

/// An operator of two inputs, merged by sequence; of one sequence, the first input's elements come first.
public protocol Operator2: OperatorCore, ~Copyable {
    associatedtype First: Element
    associatedtype Second: Element
    associatedtype Out
    associatedtype Side
    mutating func process(first element: First, into out: inout Emitter<Out, Side>)
    mutating func process(second element: Second, into out: inout Emitter<Out, Side>)
}

/// An operator of three inputs, merged like two.
public protocol Operator3: OperatorCore, ~Copyable {
    associatedtype First: Element
    associatedtype Second: Element
    associatedtype Third: Element
    associatedtype Out
    associatedtype Side
    mutating func process(first element: First, into out: inout Emitter<Out, Side>)
    mutating func process(second element: Second, into out: inout Emitter<Out, Side>)
    mutating func process(third element: Third, into out: inout Emitter<Out, Side>)
}

/// An operator of four inputs, merged like two.
public protocol Operator4: OperatorCore, ~Copyable {
    associatedtype First: Element
    associatedtype Second: Element
    associatedtype Third: Element
    associatedtype Fourth: Element
    associatedtype Out
    associatedtype Side
    mutating func process(first element: First, into out: inout Emitter<Out, Side>)
    mutating func process(second element: Second, into out: inout Emitter<Out, Side>)
    mutating func process(third element: Third, into out: inout Emitter<Out, Side>)
    mutating func process(fourth element: Fourth, into out: inout Emitter<Out, Side>)
}
