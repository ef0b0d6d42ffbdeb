import FIXSessions
import Topology

/// What a topology may ask for and a live run does not carry yet. Said before anything runs: an encrypted session that
/// went out in clear text, or a limit that nobody keeps, must not be found out later.
enum NotCarried {
    static func check(_ topology: CheckedTopology, notice: (String) -> Void) throws(DeskRunError) {
        for session in topology.sessions {
            let (name, keys) = (session.name, session.settings)
            let certificates = ["ca", "certificate", "key"].filter(keys.has)
            if !keys.boolean("tls"), let first = certificates.first {
                throw .venue(
                    "session \(name): TLS is off, and \(first) is given; nothing goes out in clear text by mistake: say tls: true"
                )
            }
            if keys.boolean("tls"), !keys.has("ca") {
                throw .venue(
                    "session \(name): TLS without ca believes anybody; give ca, the certificate authority that signs the venue")
            }
            if keys.has("certificate") != keys.has("key") {
                throw .venue("session \(name): TLS needs certificate and key together")
            }
            if FIXVersion(rawValue: keys.text("version")) == nil {
                throw .venue(
                    "session \(name): version \(keys.text("version")) is not carried; there are "
                        + FIXVersion.allCases.map(\.rawValue).joined(separator: ", "))
            }
            _ = try VenueHabits.quirks(name, keys)
        }
        try checkRoles(topology)
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
