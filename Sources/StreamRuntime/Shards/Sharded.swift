import PlainData

/// The copies of one operator, as one: its state is that of a single copy, to the byte.
@usableFromInline final class Sharded<O: KeyedOperator & ~Copyable> {
    @usableFromInline let cells: [ShardCell<O>]
    /// Where the copies' outputs are read: all main ones, then all second ones.
    @usableFromInline let inlets: UnsafeMutablePointer<Inlet>

    @usableFromInline init(_ cells: [ShardCell<O>], _ outs: [EdgeBase]) { (self.cells, inlets) = (cells, makeInlets(outs)) }
    deinit { inlets.deallocate() }

    @usableFromInline func code(_ coder: inout StateCoder) {
        if coder.isSaving { saveKeys(&coder) } else { coder.keys { owner(of: $0).op.state(of: $0, &$1) } }
        var now = cells.reduce(0) { max($0, $1.now) }
        coder.field(&now)
        if coder.isSaving { return saveTimers(&coder) }
        for cell in cells { cell.now = now }
        var pending = UInt32(0)
        coder.field(&pending)
        for _ in 0..<pending where !coder.isTruncated {
            var number = UInt32(0), time = Int64(0)
            coder.field(&number)
            coder.field(&time)
            guard number < 1 << 24 else { return coder.refuse() }
            owner(of: O.key(ofTimer: Int(number))).timers.pointee.set(Int(number), time)
        }
    }

    private func owner(of key: Int) -> ShardCell<O> { cells[shard(of: key, among: cells.count)] }

    private func saveKeys(_ coder: inout StateCoder) {
        let last = cells.reduce(0) { max($0, $1.op.keys) }
        let held = (0..<last).filter { owner(of: $0).op.holds($0) }
        var count = UInt32(held.count)
        coder.field(&count)
        for key in held {
            var number = UInt32(key)
            coder.field(&number)
            owner(of: key).op.state(of: key, &coder)
        }
    }
    private func saveTimers(_ coder: inout StateCoder) {
        let pending = cells.flatMap { $0.timers.pointee.pending }.sorted { $0.key < $1.key }
        var count = UInt32(pending.count)
        coder.field(&count)
        for timer in pending {
            var number = UInt32(timer.key), time = timer.time
            coder.field(&number)
            coder.field(&time)
        }
    }
}
