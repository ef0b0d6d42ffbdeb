import PlainData

/// Runs a graph over records that are at hand in memory, with no journal: panels, benchmarks, tests.
///
///     let driver = GraphDriver(graph)
///     for trade in trades { driver.offer(trade, to: port) }
///     driver.end()
///     driver.run(batch: 256)
///
/// Each record offered takes the next sequence; watermarks and batches are made by what replays a journal too. How the
/// records are cut into batches changes no output. More may be offered when `run` has returned: the history goes on.
public final class GraphDriver {
    public let graph: Graph
    /// The sequence of the record offered last; 0 before the first.
    public private(set) var sequence: UInt64 = 0
    /// The watermark of the record run last.
    public var watermark: Int64 { runner.tracker.watermark }

    private let runner: BatchRunner
    /// Records offered and not yet run: whose, and how many in a row.
    private var pending: [(source: Int, count: Int)] = []
    /// Their bytes, by source; the sequencer's own records are source 0.
    private var buffers: [Buffer]

    private struct Buffer {
        let stride: Int
        var base: UnsafeMutableRawPointer, capacity = 64, count = 0, taken = 0

        init(stride: Int) {
            self.stride = max(1, stride)
            base = .allocate(byteCount: 64 * self.stride, alignment: 64)
        }
        mutating func append(_ records: UnsafeRawPointer, _ n: Int) {
            if count + n > capacity {
                let larger = max(count + n, 2 * capacity)
                let moved = UnsafeMutableRawPointer.allocate(byteCount: larger * stride, alignment: 64)
                moved.copyMemory(from: base, byteCount: count * stride)
                base.deallocate()
                (base, capacity) = (moved, larger)
            }
            (base + count * stride).copyMemory(from: records, byteCount: n * stride)
            count += n
        }
    }

    /// - Parameter hasClock: whether time also passes by `tick`; then the clock holds the watermark like any source.
    public init(_ graph: Graph, hasClock: Bool = false, batchCapacity: Int = 4_096) {
        self.graph = graph
        runner = BatchRunner(graph, sources: graph.ports, hasClock: hasClock, batchCapacity: batchCapacity)
        buffers = [Buffer(stride: MemoryLayout<ControlRecord>.stride)] + graph.ports.map { Buffer(stride: $0.stride) }
    }
    deinit { for buffer in buffers { buffer.base.deallocate() } }

    /// The next record: an element of `port`, which must be one of this graph's.
    public func offer<T: Element>(_ element: T, to port: TypedPort<T>) { offer(all: CollectionOfOne(element), to: port) }
    /// The next records: many at once cost a copy of their bytes each.
    public func offer<T: Element>(all elements: some Collection<T>, to port: TypedPort<T>) {
        precondition(port.id < buffers.count && graph.ports[port.id - 1] === port, "port \(port.name) is another graph's")
        let isSideBySide: Void? = elements.withContiguousStorageIfAvailable { append($0.baseAddress, $0.count, port.id) }
        if isSideBySide == nil { for element in elements { append(element, port.id) } }
    }
    /// A clock record: time has come to `time`, nanoseconds since 1970.
    public func tick(_ time: Int64) { append(ControlRecord(.clock, eventTime: time), 0) }
    /// A record that declares a source idle: it holds the watermark no longer, until `setActive`.
    public func setIdle(_ port: SourcePort) { append(ControlRecord(.idle, eventTime: 0, id: UInt32(port.id)), 0) }
    public func setActive(_ port: SourcePort) { append(ControlRecord(.active, eventTime: 0, id: UInt32(port.id)), 0) }
    /// The record that ends all input: every pending timer fires.
    public func end() { append(ControlRecord(.end, eventTime: 0), 0) }

    private func append<T: BitwiseCopyable>(_ record: T, _ source: Int) {
        withUnsafeBytes(of: record) { append($0.baseAddress, 1, source) }
    }
    private func append(_ records: UnsafeRawPointer?, _ n: Int, _ source: Int) {
        guard let records, n > 0 else { return }
        buffers[source].append(records, n)
        sequence += UInt64(n)
        if let last = pending.last, last.source == source {
            pending[pending.count - 1].count += n
        } else {
            pending.append((source, n))
        }
    }

    /// Runs everything offered, `batch` records at a time.
    public func run(batch size: Int = 1_024) { run { size } }

    /// Runs everything offered in batches of the sizes that `cut` says.
    public func run(cut: () -> Int) {
        var first = sequence + 1 - pending.reduce(0) { $0 + UInt64($1.count) }
        var groups: [JournalGroup] = [], count = 0, room = max(1, cut())
        func flush() {
            guard count > 0 else { return }
            runner.run(groups, first: first, count: count)
            first += UInt64(count)
            groups.removeAll(keepingCapacity: true)
            (count, room) = (0, max(1, cut()))
        }
        for (source, length) in pending {
            var left = length
            while left > 0 {
                let n = min(left, room - count)
                groups.append(take(n, of: source, first: first + UInt64(count)))
                count += n
                left -= n
                if count == room { flush() }
            }
        }
        flush()
        graph.drain()
        pending.removeAll(keepingCapacity: true)
        for i in buffers.indices { (buffers[i].count, buffers[i].taken) = (0, 0) }
    }

    /// Saves or restores the whole run, when everything offered was run.
    public func state(_ coder: inout StateCoder) {
        precondition(pending.isEmpty, "records were offered and not run")
        coder.field(&sequence)
        runner.state(&coder)
    }

    private func take(_ n: Int, of source: Int, first: UInt64) -> JournalGroup {
        let buffer = buffers[source], records = buffer.base + buffer.taken * buffer.stride
        buffers[source].taken += n
        let latest = source > 0 ? graph.ports[source - 1].largestEventTime(records, n) : .min
        return JournalGroup(
            source: source, stride: buffer.stride, count: n, first: first, records: records, latest: latest, ingestTime: 0,
            ingestOffsets: nil)
    }
}
