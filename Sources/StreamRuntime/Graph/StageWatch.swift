import PlainData

/// What each output of one stage came of: the element that was being handled, or the timer that fired. For explanations
/// of a replay; a stage that is watched handles one element at a time.
public final class StageWatch {
    public enum Trigger: Equatable, Sendable {
        /// An element of this input.
        case input(Int)
        /// The watermark reached the time that a timer was set for, nanoseconds since 1970.
        case timer(Int64)
    }

    /// One handling of an element or a timer that put something out.
    public struct Emission: Equatable, Sendable {
        public let trigger: Trigger
        public let sequence: UInt64
        /// How many elements of each input the stage had taken by then, since the watch began. The last one taken of the
        /// triggering input is the trigger; what was taken of the others is what the stage knew.
        public let taken: [UInt64]
        /// How many elements it put on the main and on the second output.
        public let outputs: Int, sides: Int
    }

    private var taken: [UInt64]
    private var emissions: [Emission] = []

    init(inputs: Int) { taken = Array(repeating: 0, count: inputs) }

    @usableFromInline func handled(_ input: Int, _ sequence: UInt64, _ outputs: Int, _ sides: Int) {
        taken[input] += 1
        if outputs > 0 || sides > 0 { add(.input(input), sequence, outputs, sides) }
    }
    @usableFromInline func fired(_ time: Int64, _ sequence: UInt64, _ outputs: Int, _ sides: Int) {
        if outputs > 0 || sides > 0 { add(.timer(time), sequence, outputs, sides) }
    }
    private func add(_ trigger: Trigger, _ sequence: UInt64, _ outputs: Int, _ sides: Int) {
        emissions.append(Emission(trigger: trigger, sequence: sequence, taken: taken, outputs: outputs, sides: sides))
    }

    /// What was put out since the last call, in its order.
    public func take() -> [Emission] {
        defer { emissions.removeAll(keepingCapacity: true) }
        return emissions
    }
}
