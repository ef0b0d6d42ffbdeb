import PlainData
import Topology
import TradingModel

extension NotCarried {
    /// Orders go out on sessions that we open; parents come in, and are answered, on those that an EMS opens.
    static func checkRoles(_ topology: CheckedTopology) throws(DeskRunError) {
        for session in topology.sessions {
            let isAcceptor = session.settings.text("role") == "acceptor"
            let users = topology.vertices.filter { $0.kind == "fix" && $0.settings.text("session") == session.name }
            let copies = topology.vertices.filter {
                $0.kind == "drop-copy" && $0.settings.text("session") == session.name
            }
            guard copies.count + (copies.isEmpty ? 0 : users.count) <= 1 else {
                throw .venue(
                    "session \(session.name): a drop copy has its session to itself; give the orders, or the other source, one of their own"
                )
            }
            if !copies.isEmpty { continue }
            let sources = users.filter { $0.role == .source }, sinks = users.filter { $0.role == .sink }
            for sink in sinks {
                let element = sink.inputs.first?.element ?? "", takes = isAcceptor ? ParentReport.elementName : "ClearedOrder"
                guard element == takes else {
                    throw .venue(
                        "sink \(sink.name): the session \(session.name) is \(session.settings.text("role")) and takes \(takes), not "
                            + "\(element); "
                            + (isAcceptor
                                ? "read an operator of kind parent-reports"
                                : "read the loop of a gate or a slicer, or say role: acceptor"))
                }
            }
            guard isAcceptor, sources.count != 1 || sinks.count != 1 else { continue }
            throw .venue(
                "session \(session.name): role acceptor takes one source and one sink of kind fix, for what the EMS sends and what it is "
                    + "told; there are \(sources.count) and \(sinks.count)")
        }
    }
}
