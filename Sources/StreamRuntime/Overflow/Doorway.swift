import Synchronization

/// What the ingresses of one connection share: one lock, and one line of arrival across their types of element.
///
/// Stamps of arrival grow strictly here, and the sequencer looks at all the ingresses at once. So their records are
/// sequenced in exactly the order in which they were offered, and a quote never gets ahead of the trade before it.
public final class Doorway: @unchecked Sendable {  // `feeds` is the engine's thread's
    /// The newest stamp. Where the machine's clock steps back, stamps wait for it.
    let newest = Mutex<Int64>(.min)
    private var feeds: [Behind] = []

    /// The engine holds the feeds, and each of them holds its ingress, which holds this.
    private struct Behind { unowned let feed: Feed }

    public init() {}

    func add(_ feed: Feed) { feeds.append(Behind(feed: feed)) }
    var isShared: Bool { feeds.count > 1 }

    /// The engine: whatever has come until now, of every type, may be taken in this batch, and nothing later.
    func look() {
        newest.withLock { _ in for behind in feeds { behind.feed.look() } }
    }
}
