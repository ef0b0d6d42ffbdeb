import Topology

/// What a topology may ask for and a live run does not carry yet. Said before anything runs: an encrypted session that
/// went out in clear text, or a limit that nobody keeps, must not be found out later.
enum NotCarried {
    static func check(_ topology: CheckedTopology, notice: (String) -> Void) throws(DeskRunError) {
        for session in topology.sessions {
            let (name, keys) = (session.name, session.settings)
            if keys.boolean("tls") || ["ca", "certificate", "key"].contains(where: keys.has) {
                throw .venue(
                    "session \(name): TLS is not carried yet, and nothing is sent in clear text instead; "
                        + "remove tls, ca, certificate and key, and let a TLS proxy on this machine stand between")
            }
            if keys.has("throttle") {
                throw .venue("session \(name): throttle is not carried yet; use limits.throttle, which compliance keeps")
            }
            if keys.text("role") != "initiator" {
                throw .venue("session \(name): role \(keys.text("role")) is not carried yet; a desk connects, role: initiator")
            }
        }
        for vertex in topology.vertices {
            for edge in vertex.inputs
            where edge.policy == .spill && vertex.role == .operator && !topology.joinsThreads(edge, vertex) {
                notice(
                    "\(vertex.name) reads \(edge.reference) with overflow spill on the thread that makes it: there an edge is "
                        + "empty after each batch, so there is nothing to spill")
            }
        }
    }
}

extension CheckedTopology {
    /// Whether an edge leads from one thread to another.
    func joinsThreads(_ edge: CheckedEdge, _ reader: CheckedVertex) -> Bool {
        let maker = vertices[edge.producer]
        return reader.shards > 1 || reader.thread != (maker.role == .operator ? maker.thread : Self.engineThread)
    }
}
