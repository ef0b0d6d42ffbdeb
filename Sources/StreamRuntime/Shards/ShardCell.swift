import PlainData

/// Runs one copy of a sharded operator, an element at a time, and ranks what it puts out.
@usableFromInline final class ShardCell<O: KeyedOperator & ~Copyable> {
    @usableFromInline var op: O
    @usableFromInline let inlets: UnsafeMutablePointer<Inlet>
    @usableFromInline let out: Edge<O.Out>, side: Edge<O.Side>
    @usableFromInline let most: Int, mostPerTimer: Int
    @usableFromInline let timers: UnsafeMutablePointer<TimerQueue>
    /// As in `Cell`: the sequence of the element or timer handled last.
    @usableFromInline var now: UInt64 = 0
    /// The element handled last: its sequence, and the phase of timers that it set for the past.
    @usableFromInline var lastSequence: UInt64 = 0, lastPhase: UInt32 = 0

    @inlinable init(_ op: consuming O, _ input: EdgeBase, _ out: Edge<O.Out>, _ side: Edge<O.Side>) {
        most = max(1, op.mostOutputs)
        mostPerTimer = max(1, op.mostPerTimer)
        self.op = op
        (self.out, self.side) = (out, side)
        inlets = makeInlets([input])
        timers = makeTimers()
    }
    deinit {
        inlets.deallocate()
        freeTimers(timers)
    }

    @inlinable func run(_ batch: Batch) -> UInt64 { ShardCell.run(&op, self, batch) }

    @inlinable static func run(_ op: inout O, _ cell: ShardCell, _ batch: Batch) -> UInt64 {
        let input = cell.inlets[0].header, timers = cell.timers
        let base = elements(input, of: O.In.self), count = input.pointee.count
        let end = batch.end, lastWatermark = batch.lastWatermark
        var i = cell.inlets[0].cursor, now = max(cell.now, batch.first), reached: UInt64
        var out = Emitter(cell.out, cell.side, input, batch, timers)
        while true {
            reached = i < count ? input.pointee.sequence(i) : input.pointee.frontier
            let due = timers.pointee.nextTime > lastWatermark ? UInt64.max : max(now, batch.search(timers.pointee.nextTime))
            if due <= reached, due < end {
                now = due
                guard fire(&op, cell, due, batch.watermark(at: due), &out) else {
                    reached = due
                    break
                }
                continue
            }
            guard i < count else { break }
            let stop = due >= end ? count : input.pointee.lowerBound(due, from: i)
            let absorbed = op.absorb(Span(_unsafeStart: base + i, count: stop &- i))
            if absorbed > 0 {
                i &+= absorbed
                now = input.pointee.sequence(i &- 1)
                (cell.lastSequence, cell.lastPhase) = (now, 2 &* (input.pointee.ranks?[i &- 1].phase ?? 0) &+ 2)
                continue
            }
            guard out.hasRoom(cell.most) else { break }
            (out.index, out.limit, out.current) = (i, i &+ 1, reached)
            let place = input.pointee.ranks?[i].phase ?? 0, made = (out.outCount, out.sideCount)
            op.process(base[i], into: &out)
            rank(cell, &out, after: made, Rank(phase: 2 &* place &+ 1))
            (cell.lastSequence, cell.lastPhase) = (reached, 2 &* place &+ 2)
            now = reached
            i &+= 1
        }
        cell.now = now
        input.pointee.cursors[cell.inlets[0].slot] = i
        cell.out.publish(out.outCount, frontier: reached)
        cell.side.publish(out.sideCount, frontier: reached)
        return reached
    }

    @inlinable @inline(never)
    static func fire(
        _ op: inout O, _ cell: ShardCell, _ due: UInt64, _ watermark: Int64, _ out: inout Emitter<O.Out, O.Side>
    ) -> Bool {
        let timers = cell.timers, phase = cell.lastSequence == due ? cell.lastPhase : 0
        out.current = due
        out.isFiring = true
        defer { out.isFiring = false }
        while timers.pointee.nextTime <= watermark {
            guard out.hasRoom(cell.mostPerTimer) else { return false }
            out.firing = timers.pointee.pop()
            let made = (out.outCount, out.sideCount)
            op.timerFired(out.firing, into: &out)
            rank(cell, &out, after: made, Rank(phase: phase, time: out.firing.time, key: UInt32(out.firing.key)))
        }
        return true
    }

    @inlinable @inline(__always)
    static func rank(_ cell: ShardCell, _ out: inout Emitter<O.Out, O.Side>, after made: (Int, Int), _ rank: Rank) {
        for n in made.0..<out.outCount { cell.out.header.pointee.ranks?[n] = rank }
        for n in made.1..<out.sideCount { cell.side.header.pointee.ranks?[n] = rank }
    }
}
