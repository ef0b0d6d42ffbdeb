import PlainData
import StreamRuntime
import TradingModel

/// Long what rises, short what falls: each instrument's weight follows how far its fast average is from its slow one.
///
///     weight = clamp(gain · (fast − slow) / slow, ±maxWeight)
///
/// - Inputs: `fast` and `slow`, two `Signal`s of the same bars, such as EMA 20 and EMA 50; the slow one positive.
/// - Output: a `Target` once both have spoken for the same `time` of an instrument, if the weight differs by more than
///   `step` from the target emitted last (0 before the first). Small moves are thus not traded; each is measured from
///   the last target, so they do not add up unseen. A slow average at or below zero has no ratio: nothing is emitted.
/// - State: three numbers an instrument.
/// - Source: the moving-average rule of Brock, Lakonishok & LeBaron, "Simple Technical Trading Rules and the Stochastic
///   Properties of Stock Returns", Journal of Finance 47(5), 1992, made proportional; the weights are this desk's.
public struct MomentumTargets: Operator2, ~Copyable {
    @usableFromInline let gain: Double, maxWeight: Double, step: Double
    @usableFromInline var rows: Dense<Row>

    /// - Parameters:
    ///   - gain: weight per relative distance: with 10, a fast average one percent above the slow one asks for 0.1.
    ///   - maxWeight: the largest weight, long or short.
    ///   - step: the smallest change of weight worth a new target.
    ///   - symbols: how many instruments to make room for at first.
    public init(gain: Double, maxWeight: Double, step: Double = 0, symbols: Int = 0) {
        precondition(gain.isFinite && maxWeight >= 0 && step >= 0, "momentum: gain \(gain), maxWeight \(maxWeight), step \(step)")
        (self.gain, self.maxWeight, self.step) = (gain, maxWeight, step)
        rows = Dense(symbols, repeating: Row())
    }

    @inlinable public mutating func process(first fast: Signal, into out: inout Emitter<Target, Nothing>) {
        rows[fast.symbol.index].fast = fast.value
        rows[fast.symbol.index].fastTime = fast.time
        decide(fast, into: &out)
    }
    @inlinable public mutating func process(second slow: Signal, into out: inout Emitter<Target, Nothing>) {
        rows[slow.symbol.index].slow = slow.value
        rows[slow.symbol.index].slowTime = slow.time
        decide(slow, into: &out)
    }
    @inlinable mutating func decide(_ cause: Signal, into out: inout Emitter<Target, Nothing>) {
        let row = rows[cause.symbol.index]
        guard row.fastTime == row.slowTime, row.fast.isFinite, row.slow > 0, row.slow.isFinite else { return }
        let weight = max(-maxWeight, min(maxWeight, gain * ((row.fast - row.slow) / row.slow)))
        guard abs(weight - row.weight) > step else { return }
        rows[cause.symbol.index].weight = weight
        out.emit(Target(eventTime: cause.eventTime, symbol: cause.symbol, weight: weight))
    }
    public mutating func state(_ coder: inout StateCoder) { coder.field(&rows) }

    public struct Row: State {
        @usableFromInline var fast = 0.0, slow = 0.0, weight = 0.0
        @usableFromInline var fastTime = Int64.min, slowTime = Int64.max
        @usableFromInline init() {}
        public mutating func state(_ coder: inout StateCoder) {
            coder.field(&fast)
            coder.field(&slow)
            coder.field(&weight)
            coder.field(&fastTime)
            coder.field(&slowTime)
        }
    }
}
