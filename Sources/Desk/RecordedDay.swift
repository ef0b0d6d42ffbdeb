import Foundation
import PlainData
import StreamRuntime
import Topology
import TradingModel

/// A day on disk, to be looked at or run again.
public struct RecordedDay {
    public let directory: DataDirectory
    public let manifest: DayManifest

    /// A graph with a journal's worth of records ahead of it.
    public struct Run {
        public let assembly: Assembly
        public let replay: Replay
    }

    /// - Throws: when there is no readable day.
    public init(_ path: String, storage: any Storage = DiskStorage()) throws(JournalError) {
        directory = try DataDirectory(path, creating: false, storage: storage)
        guard let manifest = try directory.read(DayManifest.self, from: "manifest.json") else { throw .notADay(path: path) }
        self.manifest = manifest
    }

    public func reader() throws(JournalError) -> JournalReader {
        try JournalReader(directory: directory.journal, storage: directory.storage)
    }

    /// The topology that the day was run with, or the one in `path`, with overrides.
    public func topology(_ path: String?, _ overrides: [String]) throws(TopologyRefusal) -> CheckedTopology {
        if path == nil, let text = try? directory.storage.contents(of: directory.topology) {
            return try TopologyFile.check(
                text: String(decoding: text, as: UTF8.self), named: directory.topology, against: Kinds.catalog,
                overrides: overrides)
        }
        return try TopologyFile.check(path: path ?? directory.topology, against: Kinds.catalog, overrides: overrides)
    }

    /// The names that the day's topology and journal gave numbers to, all of them, so that another topology's own come after.
    public func names() throws(JournalError) -> Names {
        let names = Names()
        for symbol in manifest.symbols { _ = names.symbol(symbol) }
        for text in manifest.texts { _ = names.text(text) }
        _ = names.takeFresh()
        let reader = try reader()
        var texts = TextReader(names)
        while try reader.next() != nil {
            for group in reader.groups where group.source == 0 { try texts.take(group) }
        }
        return names
    }

    /// Builds a graph for the day's records.
    public func assemble(
        _ topology: CheckedTopology, names: Names? = nil, isExplained: Bool = false, numberedLike twin: CheckedTopology? = nil
    ) throws(JournalError) -> Run {
        let names = if let names { names } else { try self.names() }
        let assembly = Assembly(topology, names: names, day: manifest.day, isExplained: isExplained, numberedLike: twin)
        let replay = Replay(
            assembly.graph, names: names, sources: manifest.sources.map(\.name),
            hasClock: manifest.clockIntervalNanoseconds != nil)
        return Run(assembly: assembly, replay: replay)
    }

    public func replay(_ run: Run, until: UInt64 = .max) throws(JournalError) { try run.replay.run(reader(), until: until) }
}
