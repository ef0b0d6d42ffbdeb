import StreamRuntime

extension DeskRun {
    /// Any thread: what has become of every element at the entrances and in front of the sinks.
    public var accounts: [NamedAccount] {
        engine.entranceAccounts + engine.effects.map { NamedAccount($0.name, $0.account) }
    }
    /// The edges that grew because one record put more on them than they held, and how often.
    public var growths: [(edge: String, times: Int)] {
        assembly.graph.hashedEdges.filter { $0.growths > 0 }.map { ($0.name, $0.growths) }
    }
}
