import Foundation
import PlainData

/// A day on disk: `journal/`, `checkpoints/`, `fix/`, `manifest.json`, `lock`, and the topology it was run with.
public final class DataDirectory: @unchecked Sendable {  // nothing changes after it was opened but the lock
    public let path: String
    public let storage: any Storage
    private var lock: (any StorageLock)?

    public var journal: String { path + "/journal" }
    public var checkpoints: String { path + "/checkpoints" }
    public var fix: String { path + "/fix" }
    public var ledger: String { path + "/ledger.db" }
    public var counters: String { path + "/counters.bin" }
    public var topology: String { path + "/topology.yaml" }

    /// Opens an existing day, or makes an empty one when `creating`.
    public init(_ path: String, creating: Bool, storage: any Storage = DiskStorage()) throws(JournalError) {
        (self.path, self.storage) = (path, storage)
        guard creating else {
            guard storage.exists(path + "/manifest.json") else { throw .notADay(path: path) }
            return
        }
        for folder in [path, path + "/journal", path + "/checkpoints", path + "/fix"] { try storage.makeFolder(folder) }
    }
    deinit { unlock() }

    /// Takes the day for this process alone, until `unlock` or the process's end, however it ends.
    public func takeLock() throws(JournalError) { lock = try storage.lock(path + "/lock") }
    public func unlock() {
        lock?.release()
        lock = nil
    }

    public func read<T: Decodable>(_ type: T.Type, from name: String) throws(JournalError) -> T? {
        guard let bytes = try storage.contents(of: path + "/" + name) else { return nil }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw .alreadyADay(path: path + "/" + name, reason: "it cannot be read: \(error)")
        }
    }
    /// Writes beside the old file, then takes its place: a crash leaves the one or the other.
    public func write(_ value: some Encodable, to name: String) throws(JournalError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes: Data
        do { bytes = try encoder.encode(value) } catch { preconditionFailure("\(name) cannot be written as JSON: \(error)") }
        try storage.writeAtomically(path + "/" + name, [UInt8](bytes))
    }
    /// The same for a file's bytes.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws(JournalError) {
        try storage.writeAtomically(path + "/" + name, [UInt8](bytes))
    }
}

/// What a day was run with.
public struct DayManifest: Codable, Sendable, Equatable {
    public struct Source: Codable, Sendable, Equatable {
        public var name: String, element: String, stride: Int
        public init(_ port: SourcePort) { (name, element, stride) = (port.name, port.elementName, port.stride) }
    }
    public var floorVersion: String
    public var topologyName: String
    public var topologyHash: String
    /// Days since 2020-01-01: part of every ClOrdID.
    public var day: UInt64
    public var startedAt: String
    public var durability: String
    public var clockIntervalNanoseconds: Int64?
    public var sources: [Source]
    /// The symbols and texts that the topology itself names, in the order of their numbers.
    public var symbols: [String], texts: [String]

    public init(
        floorVersion: String, topologyName: String, topologyHash: String, day: UInt64, startedAt: String, durability: Durability,
        clockInterval: Int64?, sources: [SourcePort], symbols: [String], texts: [String]
    ) {
        (self.floorVersion, self.topologyName, self.topologyHash) = (floorVersion, topologyName, topologyHash)
        (self.day, self.startedAt, self.durability) = (day, startedAt, durability.rawValue)
        (clockIntervalNanoseconds, self.symbols, self.texts) = (clockInterval, symbols, texts)
        self.sources = sources.map(Source.init)
    }
}
