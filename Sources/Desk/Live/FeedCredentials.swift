import Glibc
import MarketData
import Topology

/// Who we are to a venue, from the environment: which variables a feed needs, and which are not set. Their values are never
/// told.
public struct FeedCredentials: Sendable {
    public let source: String
    public let venue: String
    public let variables: [String]
    public let missing: [String]
    /// In the order of `variables`; empty where one is missing.
    public let values: [String]

    init(_ vertex: CheckedVertex) {
        let settings = vertex.settings
        (source, venue) = (vertex.name, settings.text("venue"))
        variables = VenueName(rawValue: venue)?.credentials(prefix: settings.textIfPresent("credentials")) ?? []
        let found = variables.map { getenv($0).map { String(cString: $0) } ?? "" }
        missing = zip(variables, found).filter { $0.1.isEmpty }.map(\.0)
        values = missing.isEmpty ? found : []
    }

    public var complaint: String {
        "source \(source): \(missing.joined(separator: " and ")) \(missing.count == 1 ? "is" : "are") not set in the environment; "
            + "\(venue) wants to know who we are. Set \(missing.count == 1 ? "it" : "them"), or name others with credentials: PREFIX"
    }

    /// What every source of a topology lacks.
    public static func lacking(in topology: CheckedTopology) -> [FeedCredentials] {
        topology.vertices.filter { $0.kind == "websocket" }.map { FeedCredentials($0) }.filter { !$0.missing.isEmpty }
    }
}
