import Foundation
import Glibc
import PlainData

/// A day on disk: `journal/`, `checkpoints/`, `fix/`, `manifest.json`, `lock`, and the topology it was run with.
public final class DataDirectory: @unchecked Sendable {  // nothing changes after it was opened but the lock's descriptor
    public let path: String
    private var lock: Int32 = -1

    public var journal: String { path + "/journal" }
    public var checkpoints: String { path + "/checkpoints" }
    public var fix: String { path + "/fix" }
    public var ledger: String { path + "/ledger.db" }
    public var topology: String { path + "/topology.yaml" }

    /// Opens an existing day, or makes an empty one when `creating`.
    public init(_ path: String, creating: Bool) throws(JournalError) {
        self.path = path
        guard creating else {
            guard access(path + "/manifest.json", R_OK) == 0 else { throw .notADay(path: path) }
            return
        }
        for folder in [path, path + "/journal", path + "/checkpoints", path + "/fix"] {
            do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
                throw .io(operation: "create the folder", path: folder, errno: errno)
            }
        }
    }
    deinit { unlock() }

    /// Takes the day for this process alone, until `unlock` or the process's end, however it ends.
    public func takeLock() throws(JournalError) {
        let file = open(path + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .io(operation: "open the lock", path: path + "/lock", errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: path + "/lock", encoding: .utf8)) ?? ""
            close(file)
            throw .locked(path: path, holder: holder.isEmpty ? "another process" : holder.trimmingCharacters(in: .newlines))
        }
        let text = "process \(getpid())\n"
        ftruncate(file, 0)
        _ = text.withCString { Glibc.write(file, $0, strlen($0)) }
        lock = file
    }
    public func unlock() {
        if lock >= 0 { close(lock) }
        lock = -1
    }

    public func read<T: Decodable>(_ type: T.Type, from name: String) throws(JournalError) -> T? {
        guard let data = FileManager.default.contents(atPath: path + "/" + name) else { return nil }
        do { return try JSONDecoder().decode(type, from: data) } catch {
            throw .alreadyADay(path: path + "/" + name, reason: "it cannot be read: \(error)")
        }
    }
    /// Writes beside the old file, then takes its place: a crash leaves the one or the other.
    public func write(_ value: some Encodable, to name: String) throws(JournalError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { try encoder.encode(value).write(to: URL(fileURLWithPath: path + "/" + name), options: .atomic) } catch {
            throw .io(operation: "write", path: path + "/" + name, errno: errno)
        }
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
