import PlainData

extension Graph {
    /// What every stage puts out, then what every source brings: those that are there now.
    public var allEdges: [EdgeBase] { stages.flatMap(\.outputs) + ports.map(\.edgeOfAnyType) }

    /// A sink that hands on every element, one after the other, with the sequence that caused it.
    @inlinable
    public func each<T: Element>(_ name: String, of edge: Edge<T>, _ body: @escaping (T, UInt64) -> Void) {
        sink(name, from: edge) { offer in
            for i in 0..<offer.count { body(offer[i], offer.sequence(i)) }
            return offer.count
        }
    }
}
