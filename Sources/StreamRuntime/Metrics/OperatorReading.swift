/// The rows of the operators: shares, lags, and which one holds the floor up.
struct OperatorReading {
    private let reading: CountersReading, map: FloorMap, frame: TimeFrame
    private(set) var operators: [FloorFigures.Operator] = []

    /// A thread that rests less than this share of the time is never idle; an operator that is held up less than this share
    /// is not what is held up.
    private static let restless = 0.1, free = 0.5

    init(_ reading: CountersReading, _ map: FloorMap, _ frame: TimeFrame) {
        (self.reading, self.map, self.frame) = (reading, map, frame)
        /// The rows that share a thread; a thread's own work first.
        var groups: [[Int]] = []
        for thread in reading.threads {
            var rows = [own(thread)]
            for (at, stage) in reading.stages.enumerated() where stage.cell.thread == thread.number {
                let kind = StageKind(rawValue: stage.cell.kind)
                var row = row(at, in: thread.cell)
                guard kind == .operator || kind == .sink else { continue }
                row.kind = kind == .sink ? .sink : .operator
                rows.append(row)
            }
            guard thread.cell.begun > 0 || rows.count > 1 else { continue }
            groups.append(Array(operators.count..<(operators.count + rows.count)))
            operators += rows
        }
        var workers: [Int] = []
        for (at, stage) in reading.stages.enumerated() where stage.cell.kind == StageKind.worker.rawValue {
            workers.append(operators.count)
            operators.append(worker(at))
        }
        groups.append(workers)
        if let journal = journal() {
            groups.append([operators.count])
            operators.append(journal)
        }
        nameBottleneck(groups)
    }

    // MARK: - Shares

    private func row(_ at: Int, in thread: ThreadCell) -> FloorFigures.Operator {
        let stage = reading.stages[at], cell = stage.cell
        var row = FloorFigures.Operator(name: stage.name, kind: .operator)
        let isRunning = thread.running == stage.number && thread.running != 0
        let since = isRunning ? thread.since : cell.busySince
        let past = frame.past(cell.history, or: StageCell.Sample())
        row.busy = frame.share(cell.busyTicks, since: past.busy, ongoing: since)
        // While it tries again its wait for room has not ended, but is not what it does.
        let held =
            cell.blockedSince == 0
            ? 0 : isRunning ? frame.seconds(cell.blockedSince, to: since) : frame.ongoing(cell.blockedSince)
        let blocked = cell.blockedTicks > past.blocked ? frame.seconds(cell.blockedTicks &- past.blocked) : 0
        row.backpressured = min(1 - row.busy, max(0, (blocked + held) / frame.window))
        row.idle = max(0, 1 - row.busy - row.backpressured)
        row.atWorkSeconds = frame.ongoing(since)
        row.elementsIn = cell.elements
        row.elementsPerSecond = cell.elements > past.elements ? Double(cell.elements &- past.elements) / frame.window : 0
        row.elementsOut = edge(cell.output)?.cell.total ?? 0
        if let side = edge(cell.side), side.name.hasSuffix(".late") { row.elementsLate = side.cell.total }
        (row.latency, row.nanosecondsPerUnit) = (stage.histogram, frame.nanosecondsPerTick)
        (row.localLag, row.globalLag) = lags(at, thread, isRunning: isRunning)
        return row
    }
    private func edge(_ number: UInt64) -> CountersReading.Record<EdgeCell>? {
        number == 0 ? nil : reading.edges.first { $0.number == number }
    }

    /// What a thread does besides running stages: it takes from the sources, reads files, appends to the journal.
    private func own(_ thread: CountersReading.Record<ThreadCell>) -> FloorFigures.Operator {
        let cell = thread.cell, past = frame.past(cell.history, or: ThreadCell.Sample())
        let name = thread.number == reading.threads.first?.number ? FloorFigures.sequencer : "(\(thread.name))"
        var row = FloorFigures.Operator(name: name, kind: .own)
        let parked = frame.share(cell.parkedTicks, since: past.parked, ongoing: cell.parkedSince)
        var waiting = frame.share(cell.waitTicks, since: past.waiting, ongoing: cell.waitSince)
        let running = cell.running != 0 && cell.waitSince == 0 ? cell.since : 0
        let all = frame.share(cell.stageTicks, since: past.stages, ongoing: running)
        var busy = max(0, 1 - parked - waiting - all)
        if let journal = reading.journals.first?.cell {
            let past = frame.past(journal.history, or: JournalCell.Sample())
            let held = min(busy, frame.share(journal.blockedTicks, since: past.blocked, ongoing: journal.blockedSince))
            (busy, waiting) = (busy - held, waiting + held)
        }
        row.busy = cell.begun > 0 ? busy : 0
        row.backpressured = min(1 - row.busy, waiting)
        row.idle = max(0, 1 - row.busy - row.backpressured)
        (row.elementsIn, row.elementsOut) = (cell.records, cell.records)
        row.elementsPerSecond = cell.records > past.records ? Double(cell.records &- past.records) / frame.window : 0
        if running == 0, cell.parkedSince == 0, cell.waitSince == 0, cell.begun > 0 {
            row.atWorkSeconds = frame.ongoing(cell.since)
        }
        // What waits in front of the sequencer: the engine's alone, the others get whole batches from it.
        if thread.number == reading.threads.first?.number {
            let entrances = Set(reading.sources.map(\.name))
            let backlog = reading.edges.filter { entrances.contains($0.name) && $0.cell.depth > 0 && $0.cell.oldestIngest != 0 }
            row.globalLag = backlog.map { frame.age($0.cell.oldestIngest) }.max() ?? 0
            row.localLag = row.globalLag
        }
        return row
    }

    /// What carries a sink's effects out.
    private func worker(_ at: Int) -> FloorFigures.Operator {
        let stage = reading.stages[at]
        var row = row(at, in: ThreadCell())
        row.kind = .sink
        let isOwn = { (name: String) in name == stage.name || name.hasPrefix(stage.name + ".") }
        let waiting = reading.edges.filter {
            isOwn($0.name) && $0.cell.producer == 0 && $0.cell.depth > 0 && $0.cell.oldestIngest != 0
        }
        let oldest = waiting.map(\.cell.oldestIngest).min()
        let handled = handledLag(stage.cell)
        row.globalLag = max(oldest.map(frame.age) ?? handled, 0)
        // How old the elements were when the engine handed them over: that much is not the sink's doing.
        let before = reading.stages.filter { $0.cell.kind == StageKind.plumbing.rawValue && isOwn($0.name) }.map { plumbing in
            handledLag(plumbing.cell)
        }
        row.localLag = max(0, row.globalLag - (before.max() ?? 0), row.atWorkSeconds)
        return row
    }

    private func journal() -> FloorFigures.Operator? {
        guard let cell = reading.journals.first?.cell, cell.appended > 0 || cell.commits > 0 else { return nil }
        var row = FloorFigures.Operator(name: FloorFigures.journalName, kind: .own)
        let past = frame.past(cell.history, or: JournalCell.Sample())
        row.busy = frame.share(cell.busyTicks, since: past.busy, ongoing: cell.commitSince)
        row.idle = 1 - row.busy
        (row.elementsIn, row.elementsOut) = (cell.appended, cell.durable)
        row.atWorkSeconds = frame.ongoing(cell.commitSince)
        (row.localLag, row.globalLag) = (row.atWorkSeconds, row.atWorkSeconds)
        return row
    }

    // MARK: - Lags

    /// - Returns: what this stage adds, and the way from the source, in seconds.
    private func lags(_ at: Int, _ thread: ThreadCell, isRunning: Bool) -> (local: Double, global: Double) {
        let stage = reading.stages[at], cell = stage.cell
        let isInBatch = thread.begun != thread.ended
        let isLacking = lacksRoom(at)
        let isBehind =
            isInBatch
            && (isLacking || cell.blockedSince != 0 || (thread.running != 0 && stage.number >= thread.running)
                || map.ancestors[at].contains(where: lacksRoom))
        let readsSource = map.inputs[at].contains { reading.edges[$0].cell.producer == 0 }
        let isWaitedFor = map.inputs[at].contains { reading.edges[$0].cell.producer != 0 && reading.edges[$0].cell.depth > 0 }
        let hasInput = isInBatch && (isRunning || isLacking || isWaitedFor || (readsSource && isBehind && cell.blockedSince == 0))

        // Its input was there when the last of those that it reads from had run, or when the batch began.
        // Of other threads the whole batch was there when this one began it.
        var inputAt = thread.batchStart
        for producer in map.producers[at] where reading.stages[producer].cell.thread == cell.thread {
            inputAt = max(inputAt, reading.stages[producer].cell.finished)
        }
        let local = hasInput ? frame.waiting(inputAt) : frame.seconds(cell.localTicks)

        var waiting: [Int64] = []
        if isBehind, thread.oldestIngest != 0 { waiting.append(thread.oldestIngest) }
        // Its thread has not begun what the engine's has handed on: another that it reads from is behind, or it itself.
        if !isInBatch, thread.waitingIngest != 0 { waiting.append(thread.waitingIngest) }
        for edge in map.sources[at] where reading.edges[edge].cell.depth > 0 {
            waiting.append(reading.edges[edge].cell.oldestIngest)
        }
        if let oldest = waiting.filter({ $0 != 0 }).min() { return (local, max(local, frame.age(oldest))) }
        return (local, max(local, handledLag(cell)))
    }
    /// Whether an operator itself has no room, and not only a sink below it.
    private func lacksRoom(_ at: Int) -> Bool {
        let cell = reading.stages[at].cell
        return [cell.output, cell.side].contains { edge($0)?.cell.blockedSince ?? 0 != 0 }
    }
    /// How old the newest element handled was when it was done with.
    private func handledLag(_ cell: StageCell) -> Double {
        guard cell.finished != 0, cell.handledIngest != 0 else { return 0 }
        return max(0, (frame.wall(at: cell.finished) - Double(cell.handledIngest)) / 1e9)
    }

    // MARK: - The bottleneck

    /// The operator that is not backpressured itself and whose thread never rests: of the thread with the least rest the
    /// busiest one. None when every thread rests, or waits for another.
    private mutating func nameBottleneck(_ groups: [[Int]]) {
        var best: (row: Int, load: Double)?
        for rows in groups {
            let load = load(rows)
            guard load >= 1 - Self.restless, load > (best?.load ?? 0) else { continue }
            let free = rows.filter { operators[$0].backpressured < Self.free }
            if let busiest = free.max(by: { operators[$0].busy < operators[$1].busy }) { best = (busiest, load) }
        }
        if let best { operators[best.row].isBottleneck = true }
    }
    /// The share of the window in which the thread of these rows was at work, plumbing included.
    private func load(_ rows: [Int]) -> Double {
        guard let own = rows.first, operators[own].kind == .own, operators[own].name != FloorFigures.journalName else {
            return rows.reduce(0) { $0 + operators[$1].busy }
        }
        guard
            let thread = reading.threads.first(where: { thread in
                operators[own].name == FloorFigures.sequencer || operators[own].name == "(\(thread.name))"
            })
        else { return 0 }
        let past = frame.past(thread.cell.history, or: ThreadCell.Sample())
        let parked = frame.share(thread.cell.parkedTicks, since: past.parked, ongoing: thread.cell.parkedSince)
        return thread.cell.begun == 0 ? 0 : max(0, 1 - parked - operators[own].backpressured)
    }
}
