/// The sources that offer when they like, merged by the time their records came in; ties in the order of declaration.
struct Arrivals {
    private(set) var feeds: [Feed] = []
    /// Those that several of them share.
    private var doorways: [Doorway] = []

    mutating func add(_ feed: Feed, behind doorway: Doorway) {
        feeds.append(feed)
        if doorway.isShared, !doorways.contains(where: { $0 === doorway }) { doorways.append(doorway) }
    }

    /// Takes what has come until now, as far as there is room.
    func take(into builder: inout BatchBuilder) {
        for doorway in doorways { doorway.look() }
        while builder.room > 0, let next = earliest(of: feeds, by: \.nextIngestTime) {
            feeds[next.index].take(most: builder.room, until: next.following, into: &builder)
        }
    }
    func release() { for feed in feeds { feed.release() } }

    var haveEnded: Bool { feeds.allSatisfy(\.hasEnded) }
    var isReady: Bool { feeds.contains(where: \.isReady) }
}

/// The one whose next record is the earliest, when that is, and when another's comes (`.max`: never). Of two with the same
/// time the one declared first.
@inline(__always) func earliest<F>(of feeds: [F], by time: (F) -> Int64?) -> (index: Int, time: Int64, following: Int64)? {
    var chosen: Int?, first = Int64.max, following = Int64.max
    for (i, feed) in feeds.enumerated() {
        guard let next = time(feed) else { continue }
        if chosen == nil || next < first {
            (chosen, first, following) = (i, next, chosen == nil ? .max : first)
        } else {
            following = min(following, next)
        }
    }
    return chosen.map { ($0, first, following) }
}
