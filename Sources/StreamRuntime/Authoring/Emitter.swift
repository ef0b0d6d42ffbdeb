import PlainData

/// Where an operator's outputs go, and all it knows of time.
///
/// Holds no class reference: each would cost a retain per element. An unmanaged one is enough, because the graph
/// outlives every call.
public struct Emitter<Out: Element, Side: Element> {
    @usableFromInline let outBase: UnsafeMutablePointer<Out>, sideBase: UnsafeMutablePointer<Side>
    @usableFromInline let outSequences: UnsafeMutablePointer<UInt64>, sideSequences: UnsafeMutablePointer<UInt64>
    @usableFromInline let outCapacity: Int, sideCapacity: Int
    @usableFromInline var outCount: Int, sideCount: Int
    /// The next input element and where this run ends. A timer set inside the run moves the end forward.
    @usableFromInline var index = 0, limit = 0
    @usableFromInline var input: UnsafeMutablePointer<EdgeHeader>
    @usableFromInline let batch: Unmanaged<Batch>, batchHeader: UnsafeMutablePointer<Batch.Header>
    @usableFromInline let watermarks: UnsafeMutablePointer<Int64>
    @usableFromInline let timers: UnsafeMutablePointer<TimerQueue>
    @usableFromInline let lastWatermark: Int64
    @usableFromInline var isFiring = false
    @usableFromInline var firing = Timer(key: 0, time: 0)

    /// The sequence of the record that is being handled: the cause of whatever is emitted now.
    public internal(set) var sequence: UInt64 {
        @inlinable get { current }
        set { current = newValue }
    }
    @usableFromInline var current: UInt64 = 0

    @inlinable init(
        _ out: Edge<Out>, _ side: Edge<Side>, _ input: UnsafeMutablePointer<EdgeHeader>, _ batch: Batch,
        _ timers: UnsafeMutablePointer<TimerQueue>
    ) {
        let o = out.header, s = side.header
        (outBase, outSequences) = (out.base, o.pointee.sequences)
        (sideBase, sideSequences) = (side.base, s.pointee.sequences)
        (outCapacity, outCount) = (o.pointee.capacity, o.pointee.count)
        (sideCapacity, sideCount) = (s.pointee.capacity, s.pointee.count)
        (self.input, self.batch, self.timers) = (input, Unmanaged.passUnretained(batch), timers)
        (batchHeader, watermarks, lastWatermark) = (batch.header, batch.watermarks, batch.lastWatermark)
    }

    /// The watermark at the record being handled: no older element is expected. Prefer `hasReached`, which asks for
    /// it only when the answer can be yes.
    @inlinable @inline(__always) public var watermark: Int64 {
        batchHeader.pointee.isFilled ? watermarks[Int(current &- batchHeader.pointee.first)] : Self.first(batch, current)
    }
    // Static, with the few values it needs: a call of a method that is not inlined copies the whole emitter.
    @usableFromInline static func first(_ batch: Unmanaged<Batch>, _ sequence: UInt64) -> Int64 {
        batch._withUnsafeGuaranteedRef { $0.watermark(at: sequence) }
    }

    /// Whether the watermark has reached `time`, nanoseconds since 1970. Costs one comparison while it has not.
    @inlinable @inline(__always) public func hasReached(_ time: Int64) -> Bool {
        time <= lastWatermark && watermark >= time
    }

    /// Emits on the main output.
    @inlinable @inline(__always) public mutating func emit(_ element: Out) {
        precondition(outCount < outCapacity, "an operator emitted more than its mostOutputs")
        (outBase + outCount).initialize(to: element)
        outSequences[outCount] = current
        outCount &+= 1
    }

    /// Emits on the second output.
    @inlinable @inline(never) public mutating func emitSide(_ element: Side) {
        precondition(sideCount < sideCapacity, "an operator emitted more than its mostOutputs")
        (sideBase + sideCount).initialize(to: element)
        sideSequences[sideCount] = current
        sideCount &+= 1
    }

    /// Sets the one timer of `key`, in place of an earlier one. At or before the present watermark it fires right
    /// after this element. A firing may set timers only for later than its own time, so that firings end.
    @inlinable @inline(__always) public mutating func setTimer(_ key: Int, at time: Int64) {
        if time > lastWatermark { timers.pointee.set(key, time) } else { limit = setNear(key, time) }
    }
    /// The same in `timerFired`, for an operator that keeps a list of times under one key: the next of them, which was
    /// pending already. So it fires at the end of all input too, where `setTimer` starts nothing new.
    public mutating func setNextTimer(_ key: Int, at time: Int64) {
        precondition(isFiring && time > firing.time, "the next time of timer \(key) comes after \(firing.time), while that fires")
        timers.pointee.set(key, time)
    }
    @inlinable public mutating func cancelTimer(_ key: Int) { timers.pointee.cancel(key) }

    /// This operator cannot go on: no record is sequenced after the batch at hand, and no effect leaves whose cause is later
    /// than the record being handled. It happens at a stamp, so every replay halts there too. For what only a person can
    /// put right; bad input goes to the second output instead.
    @inlinable @inline(never) public mutating func halt(_ reason: String) { Self.halt(batch, current, reason) }
    @usableFromInline static func halt(_ batch: Unmanaged<Batch>, _ sequence: UInt64, _ reason: String) {
        batch._withUnsafeGuaranteedRef { $0.stop(at: sequence, reason) }
    }

    @usableFromInline @inline(never) mutating func setNear(_ key: Int, _ time: Int64) -> Int {
        if watermark == endOfTime { return limit }  // the end of all input: nothing more will come
        if isFiring { precondition(time > firing.time, "timer \(key) at \(firing.time) set one that is not later") }
        timers.pointee.set(key, time)
        guard !isFiring else { return limit }
        let fires = max(current, batch._withUnsafeGuaranteedRef { $0.search(time) })
        return fires == current ? index + 1 : min(limit, input.pointee.lowerBound(fires, from: index + 1))
    }

    @inlinable @inline(__always) func hasRoom(_ most: Int) -> Bool {
        outCapacity &- outCount >= most && sideCapacity &- sideCount >= most
    }
    /// How many of `wanted` inputs fit, if each emits its most.
    @inlinable @inline(__always) func fitting(_ wanted: Int, _ most: Int) -> Int {
        let free = min(outCapacity &- outCount, sideCapacity &- sideCount)
        return wanted &* most <= free ? wanted : free / max(1, most)
    }
}
