/// Which stage stands upstream of which, and behind which sources, as the counters name them.
struct FloorMap {
    private var stageAt: [UInt64: Int] = [:]
    private var edgeAt: [UInt64: Int] = [:]
    /// For each stage, those that it reads directly, and everything above, as places in the reading's list.
    private(set) var producers: [[Int]] = []
    private(set) var ancestors: [Set<Int>] = []
    /// For each stage, the source edges above it, as places in the reading's list.
    private(set) var sources: [Set<Int>] = []
    /// For each stage, its input edges.
    private(set) var inputs: [[Int]] = []

    init(_ reading: CountersReading) {
        for (i, stage) in reading.stages.enumerated() { stageAt[stage.number] = i }
        for (i, edge) in reading.edges.enumerated() { edgeAt[edge.number] = i }
        for (i, stage) in reading.stages.enumerated() {
            var read: [Int] = [], direct: [Int] = [], above: Set<Int> = [], from: Set<Int> = []
            for k in 0..<8 {
                guard let edge = edgeAt[stage.cell.inputs[k]] else { continue }
                read.append(edge)
                let producer = reading.edges[edge].cell.producer
                // A stage reads only what was made before it: damaged counters may say otherwise.
                if let at = stageAt[producer], at < i {
                    direct.append(at)
                    above.insert(at)
                    above.formUnion(ancestors[at])
                    from.formUnion(sources[at])
                } else {
                    from.insert(edge)
                }
            }
            inputs.append(read)
            producers.append(direct)
            ancestors.append(above)
            sources.append(from)
        }
    }
}
