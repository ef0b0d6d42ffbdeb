import FIXRouter
import FIXSessions
import PlainData
import StreamRuntime
import Topology

/// How a desk reaches the world: over sockets, or to what a simulation puts in their place.
package protocol Connections: Sendable {
    /// A `websocket` source's feed. It fills the ports of its vertex.
    func feed(_ vertex: CheckedVertex, _ assembly: Assembly, _ engine: Engine, _ run: DeskRunSettings) throws -> any LiveFeed
    /// A router's session.
    func session(_ settings: FIXSessionSettings, _ handler: SessionHandler) throws(FIXEngineError) -> any RouterSession
    /// What a router is told of the day so far.
    func recovery(_ recovery: consuming RouterRecovery, _ names: Names) -> RouterRecovery
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
}

/// A connection that offers elements from a thread of its own.
package protocol LiveFeed {
    func start() throws
    func stop()
}
