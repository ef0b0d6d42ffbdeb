import PlainData

/// One input of a stage: the edge and which of its readers this is.
@usableFromInline struct Inlet {
    @usableFromInline let header: UnsafeMutablePointer<EdgeHeader>
    @usableFromInline let slot: Int
    @inlinable init(_ header: UnsafeMutablePointer<EdgeHeader>, _ slot: Int) { (self.header, self.slot) = (header, slot) }

    @inlinable @inline(__always) var cursor: Int { header.pointee.cursors[slot] }
    /// The sequence of the next element, or, when there is none, below which there will be none.
    @inlinable @inline(__always) var next: UInt64 {
        let at = cursor
        return at < header.pointee.count ? header.pointee.sequence(at) : header.pointee.frontier
    }
}

/// Runs one operator: merges its inputs by sequence, cuts the runs where timers fall, stops where room ends.
///
/// The loop is written once for any number of inputs and specialised where the operator's type is known.
@usableFromInline final class Cell<B: Body & ~Copyable> {
    @usableFromInline var body: B
    @usableFromInline let inlets: UnsafeMutablePointer<Inlet>, inputs: Int
    @usableFromInline let out: Edge<B.Out>, side: Edge<B.Side>
    @usableFromInline let most: Int, mostPerTimer: Int
    @usableFromInline let timers: UnsafeMutablePointer<TimerQueue>
    /// The sequence of the element or timer handled last.
    @usableFromInline var now: UInt64 = 0
    /// Somebody who wants to know what each output came of; nil in every run that counts.
    @usableFromInline var watch: StageWatch?

    @inlinable init(_ body: consuming B, _ edges: [EdgeBase], _ out: Edge<B.Out>, _ side: Edge<B.Side>) {
        most = max(1, body.mostOutputs)
        mostPerTimer = max(1, body.mostPerTimer)
        self.body = body
        (self.out, self.side, inputs) = (out, side, edges.count)
        inlets = makeInlets(edges)
        timers = makeTimers()
    }
    deinit {
        inlets.deallocate()
        freeTimers(timers)
    }

    @inlinable func run(_ batch: Batch) -> UInt64 { Cell.run(&body, &now, self, batch) }

    /// Static, so that the operator is borrowed once per batch, not checked for exclusivity per element.
    @inlinable static func run(_ body: inout B, _ now: inout UInt64, _ cell: Cell, _ batch: Batch) -> UInt64 {
        let inlets = cell.inlets, inputs = B.isSingle ? 1 : cell.inputs, timers = cell.timers, most = cell.most
        let end = batch.end, lastWatermark = batch.lastWatermark
        now = max(now, batch.first)
        var reached: UInt64
        let watch = cell.watch
        var out = Emitter(cell.out, cell.side, inlets[0].header, batch, timers)
        while true {
            // Which input is next, and how far it may run before another has precedence.
            var chosen = 0, until = UInt64.max
            reached = inlets[0].next
            if !B.isSingle {
                for k in 1..<inputs where inlets[k].next < reached { (chosen, reached) = (k, inlets[k].next) }
                for k in 0..<inputs where k != chosen {
                    let next = inlets[k].next
                    until = min(until, k < chosen ? next : next &+ 1)  // ties go to the input declared first
                }
            }
            let due = timers.pointee.nextTime > lastWatermark ? UInt64.max : max(now, batch.search(timers.pointee.nextTime))
            if due <= reached, due < end {
                now = due
                if !fire(&body, cell, due, batch.watermark(at: due), &out) {
                    reached = due
                    break
                }
                continue
            }
            let inlet = inlets[chosen], header = inlet.header
            let from = inlet.cursor
            guard from < header.pointee.count else { break }
            let before = min(until, due)
            let stop = before >= end ? header.pointee.count : header.pointee.lowerBound(before, from: from)
            out.input = header
            out.index = from
            out.limit = from &+ out.fitting(stop &- from, most)
            if out.limit == from { break }
            if watch != nil { out.limit = from &+ 1 }
            let made = (out.outCount, out.sideCount)
            body.run(chosen, into: &out)
            if let watch { watch.handled(chosen, out.current, out.outCount &- made.0, out.sideCount &- made.1) }
            header.pointee.cursors[inlet.slot] = out.index
            now = out.current
        }
        cell.out.publish(out.outCount, frontier: reached)
        cell.side.publish(out.sideCount, frontier: reached)
        return reached
    }

    /// Fires everything that the watermark of record `due` has reached, in order of (time, key).
    /// - Returns: false when room ran out first.
    @inlinable @inline(never)
    static func fire(
        _ body: inout B, _ cell: Cell, _ due: UInt64, _ watermark: Int64, _ out: inout Emitter<B.Out, B.Side>
    ) -> Bool {
        let timers = cell.timers
        out.current = due
        out.isFiring = true
        defer { out.isFiring = false }
        while timers.pointee.nextTime <= watermark {
            guard out.hasRoom(cell.mostPerTimer) else { return false }
            out.firing = timers.pointee.pop()
            let made = (out.outCount, out.sideCount)
            body.timerFired(out.firing, into: &out)
            if let watch = cell.watch {
                watch.fired(out.firing.time, due, out.outCount &- made.0, out.sideCount &- made.1)
            }
        }
        return true
    }

    @inlinable func code(_ coder: inout StateCoder) {
        body.state(&coder)
        codeRest(&coder)
    }
    @usableFromInline func codeRest(_ coder: inout StateCoder) {
        coder.field(&now)
        timers.pointee.state(&coder)
    }
}

@usableFromInline func makeInlets(_ edges: [EdgeBase]) -> UnsafeMutablePointer<Inlet> {
    let inlets = UnsafeMutablePointer<Inlet>.allocate(capacity: max(1, edges.count))
    for (i, edge) in edges.enumerated() { (inlets + i).initialize(to: Inlet(edge.header, edge.addReader())) }
    return inlets
}
@usableFromInline func makeTimers() -> UnsafeMutablePointer<TimerQueue> {
    let timers = UnsafeMutablePointer<TimerQueue>.allocate(capacity: 1)
    timers.initialize(to: TimerQueue())
    return timers
}
@usableFromInline func freeTimers(_ timers: UnsafeMutablePointer<TimerQueue>) {
    timers.deinitialize(count: 1)
    timers.deallocate()
}
