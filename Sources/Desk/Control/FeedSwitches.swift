import Synchronization

/// What people may say of feeds while a desk runs: that one is not to be trusted, whatever it says, and that it is again.
///
/// What a person says becomes a status of the feed, in the order of its elements: on record where the status is read, and in
/// the quality of every book that the feed keeps.
package final class FeedSwitches: Sendable {
    private let switches = Mutex<[String: @Sendable (_ isForced: Bool, _ reason: String) -> Void]>([:])

    func add(_ source: String, _ set: @escaping @Sendable (_ isForced: Bool, _ reason: String) -> Void) {
        switches.withLock { $0[source] = set }
    }

    /// - Throws: where there is no such feed.
    func check(_ source: String) throws(ControlFlaw) {
        let names = switches.withLock { $0.keys.sorted() }
        guard !names.contains(source) else { return }
        let known = names.isEmpty ? "this desk has none" : "there are " + names.joined(separator: ", ")
        throw ControlFlaw(description: "feed \(source): a feed is a websocket source of the topology; \(known)")
    }
    func set(_ source: String, isForcedStale: Bool, _ reason: String) {
        switches.withLock { $0[source] }?(isForcedStale, reason)
    }
}
