/// Where an overflow policy may stand, so that no order, fill or command can be lost and no result depends on timing.
///
/// The proof, edge by edge: a policy that drops stands either directly behind a source, where what survives is what is
/// journalled and everything after it is a function of that; or in front of a sink that only shows, behind which there is
/// nothing. What carries orders, fills or commands, itself or what was made of them unchanged, blocks. So on every way from
/// a source to an order or to the ledger nothing is dropped after the sequencer, and nothing of theirs before it.
struct PolicyCheck {
    let vertices: [Declaration]

    func run(_ notebook: inout Notebook) {
        for reader in vertices {
            for link in reader.links {
                guard let producer = link.producer, let output = link.output, let policy = link.policy else { continue }
                check(policy, link, from: vertices[producer], output, into: reader, &notebook)
            }
        }
        checkThatReadersAgree(&notebook)
    }

    private func check(
        _ policy: OverflowPolicy, _ link: Link, from producer: Declaration, _ output: Int, into reader: Declaration,
        _ notebook: inout Notebook
    ) {
        guard policy != .block else { return }
        let head = "\(reader.subject) reads \(quoted(link.reference)) with overflow \(policy.rawValue)"
        if let reason = obstacle(to: policy, link, from: producer, output, into: reader) {
            notebook.mistake(at: link.policyPlace, "\(head), \(reason.what)", reason.next)
        }
    }

    private func obstacle(
        to policy: OverflowPolicy, _ link: Link, from producer: Declaration, _ output: Int, into reader: Declaration
    ) -> (what: String, next: String)? {
        let isEntrance = isEntrance(link, into: reader, policy)
        if mustNotDrop(link) || (reader.kind?.inputs[link.port].mustNotDrop ?? false) {
            return policy.drops
                ? ("but what it carries must not be dropped", "use overflow: block")
                : ("but what it carries must be acted on, not piled up", "use overflow: block")
        }
        if policy == .spill {
            if !isEntrance { return nil }
            return ("which stands only between operators and in front of sinks", "use overflow: block")
        }
        if isEntrance, producer.kind?.isPulled ?? false {
            return ("but \(quoted(producer.name)) is read when there is time, so nothing piles up there", "leave overflow out")
        }
        if isEntrance, policy == .conflate, producer.kind?.outputs[output].eachCounts ?? false {
            return ("but there each element counts: the next does not replace it", "use overflow: block, or sample or shed")
        }
        if isEntrance || reader.isDisplay { return nil }
        return ("which stands only directly behind a source or in front of a display sink", "use overflow: block or spill")
    }

    /// Whether a policy of this edge holds before the sequencer. A display has its own queue, and so has a sink that spills.
    private func isEntrance(_ link: Link, into reader: Declaration, _ policy: OverflowPolicy) -> Bool {
        guard let producer = link.producer, vertices[producer].role == .source, !vertices[producer].isLoop else { return false }
        return !reader.isLoop && !reader.isDisplay && (policy != .spill || reader.role != .sink)
    }

    /// Whether what an edge carries may never be dropped: its output says so, or it passes on, through loops and operators
    /// that keep the element, what may not.
    private func mustNotDrop(_ link: Link) -> Bool {
        var link = link
        for _ in 0...vertices.count {
            guard let producer = link.producer, let output = link.output else { return false }
            let vertex = vertices[producer]
            var follows: Link?
            if vertex.isLoop {
                follows = vertex.links.first
            } else if let kind = vertex.kind {
                if kind.outputs[output].mustNotDrop { return true }
                if case .same(let input) = kind.outputs[output].element {
                    follows = vertex.links.first { kind.inputs[$0.port].name == input }
                    if follows.map({ kind.inputs[$0.port].mustNotDrop }) ?? false { return true }
                }
            }
            guard let next = follows else { return false }
            link = next
        }
        return false
    }

    /// What survives before the sequencer is what everybody reads, so the readers of one source output share one policy.
    /// One that states none follows the others.
    private func checkThatReadersAgree(_ notebook: inout Notebook) {
        var stated: [[Int]: (link: Link, policy: OverflowPolicy, reader: Declaration)] = [:]
        for reader in vertices {
            for link in reader.links {
                guard let producer = link.producer, let output = link.output, let policy = link.policy else { continue }
                guard isEntrance(link, into: reader, policy) else { continue }
                guard let earlier = stated[[producer, output]] else {
                    stated[[producer, output]] = (link, policy, reader)
                    continue
                }
                if earlier.policy != policy || earlier.link.sampling != link.sampling {
                    notebook.mistake(
                        at: link.policyPlace,
                        "\(reader.subject) reads \(quoted(link.reference)) with overflow \(Self.words(policy, link)), \(earlier.reader.subject) with \(Self.words(earlier.policy, earlier.link))",
                        "all readers of a source share one policy, as what survives is what is journalled; a display sink may have its own"
                    )
                }
            }
        }
    }
    private static func words(_ policy: OverflowPolicy, _ link: Link) -> String {
        policy.rawValue + (link.sampling.map { " every \($0.text)" } ?? "")
    }

    /// The policy that an edge has in the end.
    func effective(_ link: Link, into reader: Declaration) -> (policy: OverflowPolicy, sampling: SampleRate?) {
        if let policy = link.policy { return (policy, link.sampling) }
        guard isEntrance(link, into: reader, .block) else { return (.block, nil) }
        for other in vertices {
            for candidate in other.links where candidate.producer == link.producer && candidate.output == link.output {
                if let policy = candidate.policy, isEntrance(candidate, into: other, policy) {
                    return (policy, candidate.sampling)
                }
            }
        }
        return (.block, nil)
    }
}
