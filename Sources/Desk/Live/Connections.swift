import FIXRouter
import FIXSessions
import Foundation
import PlainData
import StreamRuntime
import Topology

/// How a desk reaches the world: over sockets, or to what a simulation puts in their place.
package protocol Connections: Sendable {
    /// A `websocket` source's feed. It fills the ports of its vertex.
    func feed(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ run: DeskRunSettings) throws -> any LiveFeed
    /// A router's session.
    func session(_ settings: FIXSessionSettings, _ handler: SessionHandler) throws(FIXEngineError) -> any RouterSession
    /// Since when the session's store has everything that left, nanoseconds since the epoch; `.max` where nobody knows.
    func storeProvesSince(_ durability: Durability) -> Int64
    /// What a router is told of the day so far.
    func recovery(_ recovery: consuming RouterRecovery, _ names: Names) -> RouterRecovery
}

extension Connections {
    package func storeProvesSince(_ durability: Durability) -> Int64 { .max }
}

/// Venues' feeds over web sockets, FIX over QuickFIX.
struct Sockets: Connections {
    func feed(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ run: DeskRunSettings) throws -> any LiveFeed {
        try VenueFeedSource(vertex, assembly, engine, run)
    }
    func session(_ settings: FIXSessionSettings, _ handler: SessionHandler) throws(FIXEngineError) -> any RouterSession {
        try RouterSessions.quickFIX(settings, handler)
    }
    func recovery(_ recovery: consuming RouterRecovery, _ names: Names) -> RouterRecovery { recovery }
    /// A store that is synced has it always; one that is not, since the machine was started.
    func storeProvesSince(_ durability: Durability) -> Int64 { durability == .disk ? .min : bootTime() ?? .max }

    private func bootTime() -> Int64? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let seconds = Int64(line.dropFirst(6))
        else { return nil }
        return seconds * UTC.second
    }
}

/// A connection that offers elements from a thread of its own.
package protocol LiveFeed {
    func start() throws
    func stop()
    /// From now on people may say whether it is to be trusted.
    func listen(to switches: FeedSwitches)
}

extension LiveFeed {
    package func listen(to switches: FeedSwitches) {}
}
