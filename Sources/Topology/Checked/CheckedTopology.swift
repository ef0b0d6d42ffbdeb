/// A topology that passed every check: what a graph can be built from without another question.
///
/// It does not depend on the order of keys or on comments: vertices, sessions and maps stand in a canonical order.
public struct CheckedTopology: Sendable {
    /// The value of `topology:`.
    public let name: String
    /// The file as the user named it.
    public let file: String
    public let clock: ClockSettings
    /// In topological order: each vertex after all that it reads, except through a loop. Ties go by role, then by name.
    public let vertices: [CheckedVertex]
    /// By name.
    public let sessions: [NamedSettings]
    /// By name where `instruments:` is a map, in the order of the file where it is a list.
    public let instruments: [NamedSettings]
    public let limits: Settings
    /// What is doubtful: outputs and sessions that nobody uses.
    public let warnings: [TopologyMistake]

    /// What holds in front of the sequencer, where an output of a source comes in: the policy on which those who read it
    /// agree, and the largest capacity that one of them wishes. Displays, and sinks that spill, have their own where they read.
    public func entrance(of source: String, _ output: Int) -> (policy: OverflowPolicy, sampling: SampleRate?, capacity: Int?) {
        let edges = vertices.filter { !$0.isDisplay }.flatMap(\.inputs).filter {
            $0.producerName == source && $0.output == output && $0.policy != .spill
        }
        let stated = edges.first { $0.policy.drops }
        return (stated?.policy ?? .block, stated?.sampling, edges.compactMap(\.capacity).max())
    }

    public func vertex(_ name: String) -> CheckedVertex? { vertices.first { $0.name == name } }
    public func session(_ name: String) -> Settings? { sessions.first { $0.name == name }?.settings }
}

/// An entry of `sessions:` or `instruments:`.
public struct NamedSettings: Sendable, Hashable {
    public let name: String
    public let settings: Settings
    /// As in `CheckedVertex`.
    var places: Set<String> = []
}

/// `clock: { kind: wall|event, every: 10ms }`.
public struct ClockSettings: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The machine's clock: live.
        case wall
        /// The event times of the sources: files.
        case event
    }

    /// nil where the file does not say: then it follows from the sources.
    public let kind: Kind?
    /// The distance of clock records in ns; 10 ms by default.
    public let every: Int64
}

/// A vertex with its kind, parameters and resolved inputs.
public struct CheckedVertex: Sendable {
    public let name: String
    public let role: Role
    /// The kind's name in the catalog; `loop` for a loop.
    public let kind: String
    public let settings: Settings
    /// In the order of the kind's inputs; optional ones that are not read are left out. Empty for sources and loops.
    public let inputs: [CheckedEdge]
    /// The element type of each output, the main one first.
    public let outputs: [CheckedOutput]
    /// For a loop: the edge that comes back. Its producer may stand later in the order.
    public let loop: CheckedEdge?
    /// Where it is declared.
    public let place: Place
    /// Its display flag in the catalog.
    public let isDisplay: Bool
    /// The thread that an operator runs on, `engine` for the engine's and for all that is none. No part of the meaning.
    public let thread: String
    /// The settings that say where something is, by their names: no part of the meaning.
    let places: Set<String>
    /// In how many copies an operator runs, each on a thread of its own where there are several; put together on `thread`.
    public let shards: Int

    public func input(_ port: String) -> CheckedEdge? { inputs.first { $0.port == port } }
}

/// One output of a checked vertex.
public struct CheckedOutput: Sendable, Hashable {
    public let name: String
    public let element: String
    /// How many edges read it, loops included.
    public let readers: Int
}

/// An edge, told from its reader's side.
public struct CheckedEdge: Sendable, Hashable {
    /// The reader's input, and its index among the kind's inputs (the tie-break of a merge).
    public let port: String
    public let portIndex: Int
    /// The index of the producer in `CheckedTopology.vertices`, and its name.
    public let producer: Int
    public let producerName: String
    /// The index of the producer's output, and its name.
    public let output: Int
    public let outputName: String
    public let element: String
    public let policy: OverflowPolicy
    /// For `sample`: how much it keeps.
    public let sampling: SampleRate?
    /// In elements; nil where the file does not say.
    public let capacity: Int?

    /// The edge's producer as a topology writes it: `bars`, `bars.late`.
    public var reference: String { output == 0 ? producerName : "\(producerName).\(outputName)" }
}
