/// Where an overflow policy may stand. Nothing between operators may depend on timing, so policies that drop stand only
/// directly behind a source, where what survives is what is journalled, or in front of a sink that only shows; and what must
/// not drop blocks from end to end.
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
        let head = "\(reader.subject) reads \(quoted(link.reference)) with overflow \(policy.rawValue)"
        let outputMustNot = producer.kind?.outputs[output].mustNotDrop ?? false
        let inputMustNot = reader.kind?.inputs[link.port].mustNotDrop ?? false
        if policy != .block, outputMustNot || inputMustNot {
            notebook.mistake(at: link.policyPlace, "\(head), but what it carries must not be dropped", "use overflow: block")
            return
        }
        if policy.drops {
            let isBeforeSequencer = producer.role == .source && !producer.isLoop && !reader.isLoop
            let isShown = reader.kind?.isDisplay ?? false
            guard !isBeforeSequencer, !isShown else { return }
            notebook.mistake(
                at: link.policyPlace, "\(head), which stands only directly behind a source or in front of a display sink",
                "use overflow: block or spill")
        } else if policy == .spill, producer.role == .source, !producer.isLoop {
            notebook.mistake(
                at: link.policyPlace, "\(head), which stands only between operators and in front of sinks", "use overflow: block")
        }
    }

    /// What survives before the sequencer is what everybody reads, so the readers of one source output share one policy.
    /// One that states none follows the others.
    private func checkThatReadersAgree(_ notebook: inout Notebook) {
        var stated: [[Int]: (policy: OverflowPolicy, reader: Declaration)] = [:]
        for reader in vertices where !(reader.kind?.isDisplay ?? false) {
            for link in reader.links {
                guard let producer = link.producer, let output = link.output, let policy = link.policy else { continue }
                guard vertices[producer].role == .source, !vertices[producer].isLoop else { continue }
                guard let earlier = stated[[producer, output]] else {
                    stated[[producer, output]] = (policy, reader)
                    continue
                }
                if earlier.policy != policy {
                    notebook.mistake(
                        at: link.policyPlace,
                        "\(reader.subject) reads \(quoted(link.reference)) with overflow \(policy.rawValue), \(earlier.reader.subject) with \(earlier.policy.rawValue)",
                        "all readers of a source share one policy, as what survives is what is journalled")
                }
            }
        }
    }

    /// The policy that an edge has in the end.
    func effective(_ link: Link, into reader: Declaration) -> OverflowPolicy {
        if let policy = link.policy { return policy }
        guard let producer = link.producer, vertices[producer].role == .source, !vertices[producer].isLoop else { return .block }
        guard !(reader.kind?.isDisplay ?? false) else { return .block }
        for other in vertices where !(other.kind?.isDisplay ?? false) {
            for candidate in other.links where candidate.producer == producer && candidate.output == link.output {
                if let policy = candidate.policy { return policy }
            }
        }
        return .block
    }
}
