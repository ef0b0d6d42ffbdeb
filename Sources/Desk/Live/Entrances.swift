import MarketData
import PlainData
import StreamRuntime
import Topology

extension Assembly {
    /// How an output of a source comes in, if the graph has it: with the policy and the room that its readers ask for.
    func entrance<T: Element>(
        _ source: CheckedVertex, _ output: Int, as type: T.Type, _ engine: Engine, _ doorway: Doorway,
        key: @escaping @Sendable (T) -> UInt32
    ) -> Ingress<T>? {
        guard let port = port(source, output, as: type) else { return nil }
        let (policy, sampling, capacity) = topology.entrance(of: source.name, output)
        return engine.ingress(
            port, capacity: capacity ?? 65_536, overflow: Overflow(policy, sampling, key: key), doorway: doorway)
    }

    /// Whether anybody reads an output.
    func isRead(_ source: CheckedVertex, _ output: Int) -> Bool {
        topology.vertices.contains {
            $0.inputs.contains { topology.vertices[$0.producer].name == source.name && $0.output == output }
        }
    }

    /// Whether an output's elements may come ahead of older ones of its connection, so that they must not say how late it is:
    /// the newest of a key stands where its first one stood. Where nothing else of the connection tells the time they still
    /// do, and the source's `lateness` has to cover how long they wait.
    func isOutOfTime(_ source: CheckedVertex, _ output: Int) -> Bool {
        guard output > 0, source.kind == "websocket", topology.entrance(of: source.name, output).policy == .conflate else {
            return false
        }
        let venue = VenueName(rawValue: source.settings.text("venue"))
        return source.settings.texts("channels").contains {
            switch venue?.channel($0) {
            case .trades, .aggregateTrades, .heartbeat: true
            default: false
            }
        }
    }
}

extension Overflow {
    init(_ policy: OverflowPolicy, _ sampling: SampleRate?, key: @escaping @Sendable (T) -> UInt32) {
        switch (policy, sampling) {
        case (.conflate, _): self = .conflate(key: key)
        case (.shed, _): self = .shed
        case (.sample, .oneIn(let count)?): self = .sample(.oneIn(count), key: key)
        case (.sample, .oneEvery(let nanoseconds)?): self = .sample(.oneEvery(nanoseconds: nanoseconds), key: key)
        case (.sample, nil): preconditionFailure("a sample was checked to say how much it keeps")
        case (.block, _), (.spill, _): self = .block
        }
    }
}
