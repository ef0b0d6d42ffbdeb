import PlainData

/// Puts the copies' outputs together again, by (sequence, rank): the history of one copy.
@usableFromInline final class Gather<T: Element> {
    @usableFromInline let inlets: UnsafeMutablePointer<Inlet>, count: Int
    @usableFromInline let out: Edge<T>

    @usableFromInline init(_ inlets: UnsafeMutablePointer<Inlet>, _ count: Int, into out: Edge<T>) {
        (self.inlets, self.count, self.out) = (inlets, count, out)
    }

    /// Takes heads in order while no copy can still put out an earlier one, and there is room.
    @inlinable func run() -> UInt64 {
        let to = out.header, base = elements(to, of: T.self), room = to.pointee.capacity
        var n = to.pointee.count, reached: UInt64
        while true {
            // The first head, and what it must come before: another head, or the frontier of a copy that has none.
            var best = -1, sequence = UInt64.max, rank = Rank(phase: 0)
            var nextSequence = UInt64.max, nextRank = Rank(phase: 0), limit = UInt64.max
            for k in 0..<count {
                let header = inlets[k].header, at = inlets[k].cursor
                guard at < header.pointee.count else {
                    limit = min(limit, header.pointee.frontier)
                    continue
                }
                let mine = header.pointee.sequences[at], own = header.pointee.ranks?[at] ?? Rank(phase: 0)
                if best < 0 || mine < sequence || (mine == sequence && own < rank) {
                    (nextSequence, nextRank) = (sequence, rank)
                    (best, sequence, rank) = (k, mine, own)
                } else if mine < nextSequence || (mine == nextSequence && own < nextRank) {
                    (nextSequence, nextRank) = (mine, own)
                }
            }
            reached = min(sequence, limit)
            guard best >= 0, sequence < limit, n < room else { break }
            let header = inlets[best].header, from = elements(header, of: T.self), available = header.pointee.count
            var at = inlets[best].cursor
            repeat {
                (base + n).initialize(to: from[at])
                to.pointee.sequences[n] = sequence
                n &+= 1
                at &+= 1
                guard at < available, n < room else { break }
                sequence = header.pointee.sequences[at]
                rank = header.pointee.ranks?[at] ?? Rank(phase: 0)
            } while sequence < limit && (sequence < nextSequence || (sequence == nextSequence && rank < nextRank))
            header.pointee.cursors[inlets[best].slot] = at
        }
        out.publish(n, frontier: reached)
        return reached
    }
}
