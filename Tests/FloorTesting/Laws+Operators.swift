import PlainData
import StreamRuntime

extension Laws {
    /// One operator over one history, which ends. The law of account is checked where the second output is called `late`.
    /// - Parameter lateness: how far behind the newest element one may lie, in nanoseconds.
    public init<O: Operator & ~Copyable>(
        of make: @escaping () -> O, over elements: [O.In], lateness: Int64 = 0, seed: UInt64 = 1
    ) {
        self.init(elements, lateness, seed, isKeyed: false, isAccounted: O.sideName == "late") { graph, edge, _ in
            graph.add("operator", make(), from: edge)
        }
    }
    /// The same for an operator by keys, which the law of copies is about too.
    public init<O: KeyedOperator & ~Copyable>(
        of make: @escaping () -> O, over elements: [O.In], lateness: Int64 = 0, seed: UInt64 = 1
    ) {
        self.init(elements, lateness, seed, isKeyed: true, isAccounted: O.sideName == "late") { graph, edge, copies in
            graph.on(thread: copies < 0 ? "together" : nil) {
                _ = graph.add("operator", shards: abs(copies), onThreads: copies < 0, from: edge, make)
            }
        }
    }
    private init<T: Element>(
        _ elements: [T], _ lateness: Int64, _ seed: UInt64, isKeyed: Bool, isAccounted: Bool,
        add: @escaping (Graph, Edge<T>, Int) -> Void
    ) {
        self.init(elements.count + 1, seed, false, isKeyed: isKeyed) { graph, copies in
            let source = LawSource(graph, "in", elements, lateness)
            add(graph, source.port.edge, copies)
            let offer: (Int, GraphDriver) -> Void = { at, driver in
                if at < elements.count { source.offer(at, driver) } else { driver.end() }
            }
            guard isAccounted else { return Script(offer: offer) }
            return Script(pass: { if $0 < elements.count { source.pass($0, $1) } }, offer: offer)
        }
    }

    /// One operator over two histories, mixed by the seed, which end.
    public init<O: Operator2 & ~Copyable>(
        of make: @escaping () -> O, over first: [O.First], and second: [O.Second], lateness: Int64 = 0, seed: UInt64 = 1
    ) {
        var random = SplitMix64(seed: seed), order: [(isFirst: Bool, at: Int)] = [], (a, b) = (0, 0)
        while a + b < first.count + second.count {
            let isFirst = random.below(first.count + second.count - a - b) < first.count - a
            order.append((isFirst, isFirst ? a : b))
            if isFirst { a += 1 } else { b += 1 }
        }
        let mixed = order
        self.init(records: mixed.count + 1, seed: seed) { graph in
            let one = LawSource(graph, "first", first, lateness), two = LawSource(graph, "second", second, lateness)
            graph.add("operator", make(), from: one.port.edge, and: two.port.edge)
            let offer: (Int, GraphDriver) -> Void = { at, driver in
                guard at < mixed.count else { return driver.end() }
                if mixed[at].isFirst { one.offer(mixed[at].at, driver) } else { two.offer(mixed[at].at, driver) }
            }
            guard O.sideName == "late" else { return Script(offer: offer) }
            return Script(
                pass: { at, driver in
                    guard at < mixed.count else { return }
                    if mixed[at].isFirst { one.pass(mixed[at].at, driver) } else { two.pass(mixed[at].at, driver) }
                }, offer: offer)
        }
    }
}

/// A source, and beside it one that nobody reads and that makes the same progress in time.
struct LawSource<T: Element> {
    let port: TypedPort<T>
    private let unread: TypedPort<T>, elements: [T]

    init(_ graph: Graph, _ name: String, _ elements: [T], _ lateness: Int64) {
        port = graph.source(name, T.self, lateness: lateness)
        unread = graph.source("unread " + name, T.self, sharing: port)
        self.elements = elements
    }
    func offer(_ at: Int, _ driver: GraphDriver) { driver.offer(elements[at], to: port) }
    func pass(_ at: Int, _ driver: GraphDriver) { driver.offer(elements[at], to: unread) }
}
