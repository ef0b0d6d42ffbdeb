import PlainData
import StreamRuntime

/// The laws that any operator keeps, checked over one history of one small graph.
///
///     try Laws(of: { TimeBars(length: 10) }, over: trades).check()
///
/// What a law is about, and what breaking it looks like, is on the page docs/operators.md. A law that is broken throws
/// `Broken`, whose text names the first output, element and field that differ.
public struct Laws {
    public enum Law: String, Sendable, CaseIterable {
        /// Any cutting of the records into batches gives the same outputs.
        case batch
        /// Edges with hardly any room give the same outputs.
        case room
        /// A second run gives the same outputs: no clock, no randomness, no order of a dictionary.
        case repetition
        /// Saved after any record and restored into a new graph, the rest gives the same outputs.
        case restart
        /// The same state gives the same bytes.
        case bytes
        /// No input is lost in silence: it changes what comes out, or comes out late.
        case account
        /// Several copies of a keyed operator, in one thread or in many, are as one: their outputs and their state.
        case copies
        /// Outputs come in order of sequence, and the watermark that they see never falls.
        case progress
    }

    public struct Broken: Error, CustomStringConvertible {
        public let law: Law
        public let description: String
        init(_ law: Law, _ text: String) { (self.law, description) = (law, "the law of \(law) is broken: \(text)") }
    }

    /// How a graph is given its history.
    public struct Script {
        /// Offers record number i, counted from 0.
        let offer: (Int, GraphDriver) -> Void
        /// Offers it so that its sequence and its time pass, but no operator sees it. Without this the law of account is
        /// not checked.
        let pass: ((Int, GraphDriver) -> Void)?

        public init(pass: ((Int, GraphDriver) -> Void)? = nil, offer: @escaping (Int, GraphDriver) -> Void) {
            (self.offer, self.pass) = (offer, pass)
        }
    }

    let records: Int, seed: UInt64, hasClock: Bool
    /// Fills a graph; the second is how many copies of a keyed operator to make, below zero each on a thread of its own.
    let build: (Graph, Int) -> Script
    let isKeyed: Bool

    /// - Parameters:
    ///   - records: how many there are.
    ///   - seed: of random cuts, and of the records after which a long run is restarted.
    ///   - hasClock: whether the script ticks.
    ///   - build: fills an empty graph, the same each time, and says how it is given its records.
    public init(records: Int, seed: UInt64 = 1, hasClock: Bool = false, build: @escaping (Graph) -> Script) {
        self.init(records, seed, hasClock, isKeyed: false) { graph, _ in build(graph) }
    }
    init(_ records: Int, _ seed: UInt64, _ hasClock: Bool, isKeyed: Bool, build: @escaping (Graph, Int) -> Script) {
        (self.records, self.seed, self.hasClock) = (records, seed, hasClock)
        (self.isKeyed, self.build) = (isKeyed, build)
    }

    /// After how many records a run is saved and restored: every one, unless there are more than this.
    static let mostRestarts = 150

    /// - Throws: `Broken`, for the first law that is.
    public func check(_ laws: Set<Law> = Set(Law.allCases)) throws {
        let expected = LawRun(self)
        expected.run()
        for law in Law.allCases where laws.contains(law) {
            switch law {
            case .batch: try holdBatch(expected)
            case .room: try holdRoom(expected)
            case .repetition: try holdRepetition(expected)
            case .restart: try holdRestart(expected)
            case .bytes: try holdBytes()
            case .account: try holdAccount(expected)
            case .copies: if isKeyed { try holdCopies(expected) }
            case .progress: try holdProgress()
            }
        }
    }

    private func holdBatch(_ expected: LawRun) throws {
        for size in [1, 7, 256] {
            let run = LawRun(self)
            run.run(cut: Cuts.every(size))
            try run.compare(with: expected, .batch, "in batches of \(size)")
        }
        let run = LawRun(self)
        run.run(cut: Cuts.random(seed: seed))
        try run.compare(with: expected, .batch, "in batches of random sizes, seed \(seed)")
    }

    private func holdRoom(_ expected: LawRun) throws {
        for capacity in [1, 5] {
            let run = LawRun(self, edgeCapacity: capacity)
            run.run(cut: Cuts.random(seed: seed))
            try run.compare(with: expected, .room, "with edges of \(capacity)")
        }
    }

    /// Several runs that live side by side: a hash table's order depends on where in memory it lies.
    private func holdRepetition(_ expected: LawRun) throws {
        var runs: [LawRun] = []
        for number in 2...4 {
            let run = LawRun(self)
            run.run()
            try run.compare(with: expected, .repetition, "in run \(number)")
            runs.append(run)
        }
    }

    /// The numbers of records after which to restart.
    private var points: [Int] {
        guard records + 1 > Self.mostRestarts else { return Array(0...records) }
        var random = SplitMix64(seed: seed)
        return (0..<Self.mostRestarts / 8).map { _ in random.below(records + 1) }.sorted()
    }

    private func holdRestart(_ expected: LawRun) throws {
        let first = LawRun(self), end = expected.save()
        for point in points {
            first.run(until: point, cut: Cuts.every(1))
            let saved = first.save()
            let second = LawRun(self)
            guard second.restore(saved) else {
                throw Broken(.restart, "the state after record \(point) is not read as it was written")
            }
            guard second.save() == saved else {
                throw Broken(.bytes, "saved after record \(point), restored and saved again, it is other bytes")
            }
            second.run(from: point, cut: Cuts.random(seed: seed &+ UInt64(point)))
            try second.compare(with: expected, .restart, "restored after record \(point)")
            guard second.save() == end else {
                throw Broken(.bytes, "restored after record \(point), at the end it is other bytes than the unbroken run")
            }
        }
    }

    /// Two runs that came to the same record by different batches are in the same state.
    private func holdBytes() throws {
        let one = LawRun(self), many = LawRun(self)
        for point in points {
            one.run(until: point, cut: Cuts.every(1))
            many.run(until: point, cut: Cuts.random(seed: seed))
            guard one.save() == many.save() else {
                throw Broken(.bytes, "after record \(point) two runs of the same history are other bytes")
            }
        }
    }

    private func holdAccount(_ expected: LawRun) throws {
        guard LawRun(self).canPass else { return }
        for at in 0..<records {
            let run = LawRun(self)
            guard run.run(passing: at), run.digests == expected.digests else { continue }
            throw Broken(.account, "record \(at + 1) left no trace: no output changes without it, and it is not late")
        }
    }

    private func holdCopies(_ expected: LawRun) throws {
        let half = records / 2, one = LawRun(self)
        one.run(until: half)
        let saved = one.save()
        for copies in [2, 4, 8, -3] {
            let how = copies < 0 ? "with \(-copies) copies on threads" : "with \(copies) copies"
            let whole = LawRun(self, copies: copies), second = LawRun(self, copies: copies)
            whole.run(until: half, cut: Cuts.random(seed: seed))
            guard whole.save() == saved else { throw Broken(.copies, "\(how) the state after record \(half) is other bytes") }
            whole.run(cut: Cuts.random(seed: seed))
            try whole.compare(with: expected, .copies, how)
            guard second.restore(saved) else { throw Broken(.copies, "\(how) the state of one copy is not read") }
            second.run(from: half, cut: Cuts.random(seed: seed))
            try second.compare(with: expected, .copies, "\(how), restored from one after record \(half)")
        }
    }

    private func holdProgress() throws {
        let run = LawRun(self, probed: true)
        run.run(cut: Cuts.random(seed: seed))
        if let fall = run.fall { throw Broken(.progress, fall) }
    }
}
