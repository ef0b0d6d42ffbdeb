import PlainData

/// Gives every element of an edge to the copy that has its key, with its place among the elements of its record.
@usableFromInline final class Scatter<O: KeyedOperator & ~Copyable> {
    @usableFromInline let inlets: UnsafeMutablePointer<Inlet>
    @usableFromInline let parts: UnsafeMutablePointer<UnsafeMutablePointer<EdgeHeader>>, count: Int
    @usableFromInline var lastSequence: UInt64 = 0, ordinal: UInt32 = 0

    @usableFromInline init(_ input: EdgeBase, _ edges: [Edge<O.In>]) {
        inlets = makeInlets([input])
        count = edges.count
        parts = .allocate(capacity: count)
        for (k, edge) in edges.enumerated() { (parts + k).initialize(to: edge.header) }
    }
    deinit {
        inlets.deallocate()
        parts.deallocate()
    }

    @inlinable func run() -> UInt64 {
        let inlet = inlets[0], from = inlet.header, base = elements(from, of: O.In.self), available = from.pointee.count
        var i = inlet.cursor, last = lastSequence, place = ordinal
        while i < available {
            let sequence = from.pointee.sequence(i)
            let part = parts[shard(of: O.key(of: base[i]), among: count)], at = part.pointee.count
            guard at < part.pointee.capacity else { break }
            place = sequence == last ? place &+ 1 : 0
            last = sequence
            (elements(part, of: O.In.self) + at).initialize(to: base[i])
            part.pointee.sequences[at] = sequence
            part.pointee.ranks?[at] = Rank(phase: place)
            part.pointee.count = at &+ 1
            i &+= 1
        }
        (lastSequence, ordinal) = (last, place)
        from.pointee.cursors[inlet.slot] = i
        let reached = i < available ? from.pointee.sequence(i) : from.pointee.frontier
        for k in 0..<count { parts[k].pointee.frontier = reached }
        return reached
    }
}
