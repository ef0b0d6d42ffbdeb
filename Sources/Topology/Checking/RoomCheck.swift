/// A capacity that is too small for what one record can put on an edge into a merge.
///
/// A merge takes its first input first; what one record puts on the others waits until that record is whole, so such an edge
/// must hold all of it, or the merge and the operator that writes the edge wait for each other. Where the catalog knows how
/// much an operator makes, that is proved here. Where it does not, the edge grows while the graph runs, and that is counted.
struct RoomCheck {
    let vertices: [Declaration]

    func run(_ notebook: inout Notebook) {
        var most = [[Int]: Int?]()
        for reader in vertices where reader.role == .operator {
            guard let first = reader.links.map(\.port).min() else { continue }
            for link in reader.links where link.port > first {
                guard let producer = link.producer, let output = link.output, link.capacity != nil else { continue }
                let largest = largestCapacity(producer, output)
                guard let needed = perRecord(producer, output, &most), largest < needed, largest == link.capacity else {
                    continue
                }
                notebook.mistake(
                    at: link.policyPlace,
                    "\(reader.subject) reads \(quoted(link.reference)) with capacity \(largest), but one record can put \(needed) elements there, and it takes them when the record is whole",
                    "use capacity: \(needed) or more, or leave it out")
            }
        }
    }

    /// An edge is one buffer whoever reads it, as large as the largest wish.
    private func largestCapacity(_ producer: Int, _ output: Int) -> Int {
        let readers = vertices.filter { $0.role == .operator }.flatMap(\.links)
        return readers.filter { $0.producer == producer && $0.output == output }.compactMap(\.capacity).max() ?? 0
    }

    /// The most elements of one record on an output; nil where nobody knows, or where it is more than an edge can be.
    private func perRecord(_ vertex: Int, _ output: Int, _ known: inout [[Int]: Int?]) -> Int? {
        if vertices[vertex].role == .source { return 1 }
        if let found = known[[vertex, output]] { return found }
        var sum: Int?
        if let each = vertices[vertex].kind?.mostOutputs {
            sum = 0
            for link in vertices[vertex].links {
                guard let producer = link.producer, let from = link.output, let inputs = perRecord(producer, from, &known) else {
                    sum = nil
                    break
                }
                sum = sum.map { $0 + inputs * each }
                if let total = sum, total > Int(LinkReader.capacities.upperBound) {
                    sum = nil
                    break
                }
            }
        }
        known[[vertex, output]] = .some(sum)
        return sum
    }
}
