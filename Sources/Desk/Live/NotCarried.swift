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
            for edge in vertex.inputs where edge.policy == .spill && vertex.role == .operator {
                notice(
                    "\(vertex.name) reads \(edge.reference) with overflow spill, which is not carried between operators: on one "
                        + "thread no edge holds more than a batch, and a thread that is behind makes its writer wait")
            }
        }
    }
}
