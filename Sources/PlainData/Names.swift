import Synchronization

/// The texts that elements refer to by number: instruments in a dense space of their own, so that they can index
/// tables, and everything else (order ids, reasons, accounts) in a second one.
///
/// Texts are interned where they enter, on any thread. The engine journals each new one before the first record
/// that can mention it, so a replay gives the same numbers.
public final class Names: Sendable {
    public enum Space: UInt8, Sendable, CaseIterable { case symbols = 0, texts = 1 }

    /// One text on its way to the journal.
    public struct Definition: Sendable, Equatable {
        public let space: Space, id: UInt32, text: String
        public init(space: Space, id: UInt32, text: String) { (self.space, self.id, self.text) = (space, id, text) }
    }

    private struct Table {
        var ids: [String: UInt32] = [:], texts: [String] = []
    }
    private struct Tables {
        var spaces: [Table], fresh: [Definition] = []
    }
    private let tables: Mutex<Tables>
    private let hasFresh = Atomic<Bool>(false)

    /// Number 0 of either space is the empty text: "none".
    public init() {
        tables = Mutex(Tables(spaces: Space.allCases.map { _ in Table(ids: ["": 0], texts: [""]) }))
    }

    /// The number of `text`, a new one where it has none yet.
    public func intern(_ text: String, in space: Space) -> UInt32 {
        tables.withLock { tables in
            if let id = tables.spaces[Int(space.rawValue)].ids[text] { return id }
            let id = UInt32(tables.spaces[Int(space.rawValue)].texts.count)
            tables.spaces[Int(space.rawValue)].texts.append(text)
            tables.spaces[Int(space.rawValue)].ids[text] = id
            tables.fresh.append(Definition(space: space, id: id, text: text))
            hasFresh.store(true, ordering: .releasing)
            return id
        }
    }

    /// The number of `text` if it has one.
    public func find(_ text: String, in space: Space) -> UInt32? {
        tables.withLock { $0.spaces[Int(space.rawValue)].ids[text] }
    }

    public func text(_ id: UInt32, in space: Space) -> String {
        tables.withLock { tables in
            let texts = tables.spaces[Int(space.rawValue)].texts
            return Int(id) < texts.count ? texts[Int(id)] : "#\(id)"
        }
    }

    public func count(in space: Space) -> Int { tables.withLock { $0.spaces[Int(space.rawValue)].texts.count } }

    /// What was interned since the last call, in order of interning.
    public func takeFresh() -> [Definition] {
        guard hasFresh.load(ordering: .acquiring) else { return [] }
        return tables.withLock { tables in
            hasFresh.store(false, ordering: .relaxed)
            defer { tables.fresh.removeAll(keepingCapacity: true) }
            return tables.fresh
        }
    }

    /// The texts that the journal, or whoever began it, has been told of, in the order of their numbers: all but those
    /// that `takeFresh` would give.
    public func known(in space: Space) -> [String] {
        tables.withLock { tables in
            let fresh = tables.fresh.count { $0.space == space }
            return Array(tables.spaces[Int(space.rawValue)].texts.dropLast(fresh))
        }
    }

    /// Saves the known texts; a restore adds those that are missing.
    public func state(_ coder: inout StateCoder) {
        for space in Space.allCases {
            var texts = coder.isSaving ? known(in: space) : []
            var count = UInt32(texts.count)
            coder.field(&count)
            for id in 0..<Int(count) where !coder.isTruncated {
                var text = coder.isSaving ? texts[id] : ""
                coder.field(&text)
                if !coder.isSaving { texts.append(text) }
            }
            guard !coder.isSaving else { continue }
            for (id, text) in texts.enumerated() { define(Definition(space: space, id: UInt32(id), text: text)) }
        }
    }

    /// Takes over a definition read from a journal: it need not be journalled again.
    /// - Returns: false when the number or the text is already taken by another.
    @discardableResult public func define(_ definition: Definition) -> Bool {
        tables.withLock { tables in
            let space = Int(definition.space.rawValue), id = Int(definition.id)
            let known = tables.spaces[space].texts
            if id < known.count {
                guard known[id] == definition.text else { return false }
                if let at = tables.fresh.firstIndex(of: definition) { tables.fresh.remove(at: at) }
                return true
            }
            guard id == known.count, tables.spaces[space].ids[definition.text] == nil else { return false }
            tables.spaces[space].texts.append(definition.text)
            tables.spaces[space].ids[definition.text] = definition.id
            return true
        }
    }
}
