import Foundation
import PlainData
import StreamRuntime
import Topology

extension DeskRun {
    /// The queue in front of a sink, as the edge that it reads asks for it.
    func makeQueue<T: Element>(_ sink: CheckedVertex, _ edge: CheckedEdge, of type: T.Type, wantsReplay: Bool) throws
        -> TypedEffectQueue<T>
    {
        // A sink that is no display has the policy of the source that it reads where the source comes in, not here.
        let overflow = sink.isDisplay ? Overflow<T>(edge.policy, edge.sampling) { symbolKey($0) } : .block
        let queue = try TypedEffectQueue.make(
            sink.name, capacity: edge.capacity ?? 65_536, wantsReplay: wantsReplay, overflow: overflow,
            spill: edge.policy == .spill ? spillPlace(sink) : nil)
        queue.onNotice(settings.notice)
        return queue
    }
    private func spillPlace(_ sink: CheckedVertex) -> SpillPlace {
        if let path = settings.data { return SpillPlace(in: path, name: sink.name, storage: settings.storage) }
        let folder = FileManager.default.temporaryDirectory.path
        return SpillPlace(in: folder, name: "floor-\(ProcessInfo.processInfo.processIdentifier)-\(sink.name)")
    }

    /// Any thread: what has become of every element at the entrances and in front of the sinks.
    public var accounts: [NamedAccount] {
        engine.entranceAccounts + engine.effects.map { NamedAccount($0.name, $0.account) }
    }
    /// The edges that grew because one record put more on them than they held, and how often.
    public var growths: [(edge: String, times: Int)] {
        assembly.graph.hashedEdges.filter { $0.growths > 0 }.map { ($0.name, $0.growths) }
    }
}
