import PlainData
import StreamRuntime
import Testing

/// A running sum, in the versions that it has had.
private struct SumOne: Operator, ~Copyable {
    var sum = 0.0
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        sum += v.value
        out.emit(Value(v.eventTime, sum, key: v.key))
    }
    mutating func state(_ coder: inout StateCoder) { coder.field(&sum) }
}

/// Counts too, and reads what version 1 wrote: there every value was 1.
private struct SumTwo: Operator, ~Copyable {
    static var stateVersion: Int { 2 }
    static var oldestStateVersion: Int { 1 }
    var sum = 0.0, count: Int64 = 0
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) {
        sum += v.value
        count += 1
        out.emit(Value(v.eventTime, sum, key: UInt32(count)))
    }
    mutating func state(_ coder: inout StateCoder) {
        coder.field(&sum)
        if coder.isSaving || coder.version >= 2 { coder.field(&count) } else { count = Int64(sum) }
    }
}

/// Cannot read what came before.
private struct SumThree: Operator, ~Copyable {
    static var stateVersion: Int { 3 }
    var sum = 0.0
    mutating func process(_ v: Value, into out: inout Emitter<Value, Nothing>) { out.emit(v) }
    mutating func state(_ coder: inout StateCoder) { coder.field(&sum) }
}

@Suite("state versions") struct StateVersionTests {
    private func floor<O: Operator & ~Copyable>(_ op: consuming O) -> (Engine, Edge<O.Out>) where O.In == Value {
        let graph = Graph()
        let port = graph.source("values", Value.self)
        let out = graph.add("sum", op, from: port.edge).out
        let engine = Engine(graph, names: Names())
        engine.pull(port, ListSource((0..<5).map { Value(Int64($0), 1, key: 0) }, seed: 1))
        return (engine, out)
    }
    private func saved() throws -> Checkpoint {
        let (engine, _) = floor(SumOne())
        try engine.run(journal: nil)
        return Checkpoint(sequence: engine.nextSequence - 1, topologyHash: 0, parts: engine.checkpointParts.save())
    }

    @Test("a newer operator migrates an older state")
    func migrates() throws {
        let (engine, _) = floor(SumTwo())
        try engine.restore(saved())
        let after = try #require(engine.checkpointParts.save().first { $0.name == "operator/sum" })
        #expect(after.version == 2)
        // By hand: five values of 1.
        let (fresh, _) = floor(SumTwo())
        try fresh.restore(Checkpoint(sequence: 6, topologyHash: 0, parts: engine.checkpointParts.save()))
        #expect(fresh.checkpointParts.save() == engine.checkpointParts.save())
    }

    @Test("an operator that cannot read an older state refuses it by name and leaves everything as it was")
    func refuses() throws {
        let (engine, _) = floor(SumThree())
        let before = engine.checkpointParts.save()
        let error = #expect(throws: CheckpointError.self) { try engine.restore(saved()) }
        #expect(error == .otherVersion(part: "operator/sum", found: 1, oldest: 3, newest: 3, sequence: 6))
        #expect(error?.description.contains("operator/sum is of version 1, this floor reads version 3") == true)
        #expect(engine.checkpointParts.save() == before)
    }

    @Test("a state that a checkpoint lacks, or that does not fit, is named")
    func doesNotFit() throws {
        var lacking = try saved(), longer = lacking
        lacking.parts.removeAll { $0.name == "operator/sum" }
        longer.parts = longer.parts.map {
            $0.name == "operator/sum" ? .init(name: $0.name, version: 1, bytes: $0.bytes + [0]) : $0
        }
        let engine = floor(SumOne()).0
        #expect(throws: CheckpointError.missing(part: "operator/sum", sequence: 6)) { try engine.restore(lacking) }
        #expect(throws: CheckpointError.doesNotFit(part: "operator/sum", sequence: 6)) { try engine.restore(longer) }
    }
}
