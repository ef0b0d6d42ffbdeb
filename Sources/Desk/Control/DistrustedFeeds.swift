import PlainData
import StreamRuntime
import Synchronization
import TradingModel

/// Which feeds people do not trust, by the day's commands: what a resumed run tells its feeds before they connect.
///
/// `@unchecked Sendable`: the engine's thread alone writes, under the lock.
final class DistrustedFeeds: @unchecked Sendable {
    struct Entry {
        var who: UInt32, why: UInt32
    }
    private let entries = Mutex<[UInt32: Entry]>([:])

    /// Follows the commands, of the journal and of people.
    func watch(_ edge: Edge<DeskCommand>, in graph: Graph) -> CheckpointPart {
        graph.sink(edge.name + ".trust", from: edge) { [self] offer in
            for i in 0..<offer.count { take(offer[i]) }
            return offer.count
        }
        return CheckpointPart(edge.name + ".trust") { [self] in state(&$0) }
    }
    private func take(_ command: DeskCommand) {
        guard command.verb == .distrust || command.verb == .trust else { return }
        let entry = command.verb == .distrust ? Entry(who: command.who.rawValue, why: command.why.rawValue) : nil
        entries.withLock { $0[command.name.rawValue] = entry }
    }

    /// By the number of their source's name.
    var all: [(source: TextID, who: TextID, why: TextID)] {
        entries.withLock { entries in
            entries.sorted { $0.key < $1.key }.map {
                (TextID(rawValue: $0.key), TextID(rawValue: $0.value.who), TextID(rawValue: $0.value.why))
            }
        }
    }

    private func state(_ coder: inout StateCoder) {
        let rows = coder.isSaving ? all : []
        var count = UInt32(rows.count)
        coder.field(&count)
        for at in 0..<Int(count) where !coder.isTruncated {
            var source = coder.isSaving ? rows[at].source.rawValue : 0
            var entry =
                coder.isSaving ? Entry(who: rows[at].who.rawValue, why: rows[at].why.rawValue) : Entry(who: 0, why: 0)
            coder.field(&source)
            coder.field(&entry.who)
            coder.field(&entry.why)
            let read = entry
            if !coder.isSaving { entries.withLock { $0[source] = read } }
        }
    }
}
