/// A random topology without mistakes, and many ways to write the same one.
struct RandomTopology {
    struct Vertex {
        let name: String
        /// Keys with values as YAML text.
        var keys: [(key: String, value: String)]
    }

    var sections: [(name: String, vertices: [Vertex])] = []
    /// What may be read: reference and element.
    private var makers: [(reference: String, element: String)] = []

    init(using random: inout SeededRandom) {
        var sources: [Vertex] = []
        for number in 0...random.below(3) {
            let isQuotes = number > 0 && random.chance(30)
            let format = isQuotes ? "quotes-csv" : "trades-csv"
            sources.append(
                Vertex(
                    name: "s\(number)",
                    keys: [
                        ("kind", "file"), ("path", "day\(number).csv"), ("format", format), ("lateness", "\(random.below(5))s"),
                    ]))
            makers.append(("s\(number)", isQuotes ? "Quote" : "Trade"))
        }
        var operators: [Vertex] = []
        for number in 0..<(1 + random.below(10)) { operators.append(vertex("o\(number)", using: &random)) }
        if random.chance(50), let maker = makers.last(where: { $0.reference.hasPrefix("o") }) {
            sources.append(Vertex(name: "back", keys: [("kind", "loop"), ("of", maker.reference)]))
        }
        var sinks: [Vertex] = []
        for number in 0...random.below(3) {
            let from = makers[random.below(makers.count)].reference
            sinks.append(Vertex(name: "k\(number)", keys: [("kind", "csv"), ("path", "\"out \(number).csv\""), ("from", from)]))
        }
        let sessions = ["b", "a", "c"].map { name in
            Vertex(
                name: name,
                keys: [("role", "acceptor"), ("sender", "S"), ("target", name), ("port", "\(1 + random.below(65_535))")])
        }
        let instruments = ["X.B", "X", "A"].map { Vertex(name: $0, keys: [("tick", "0.01"), ("lot", "1")]) }
        sections = [
            ("sources", sources), ("operators", operators), ("sinks", sinks), ("sessions", sessions),
            ("instruments", instruments),
        ]
    }

    private mutating func vertex(_ name: String, using random: inout SeededRandom) -> Vertex {
        let maker = makers[random.below(makers.count)]
        let from = random.chance(30) ? "{ vertex: \(maker.reference), capacity: \(1 + random.below(9)) }" : maker.reference
        switch maker.element {
        case "Trade" where random.chance(70):
            makers.append((name, "Bar"))
            makers.append((name + ".late", "Trade"))
            return Vertex(name: name, keys: [("kind", "time-bars"), ("from", from), ("every", "\(1 + random.below(90))s")])
        case "Bar" where random.chance(70):
            makers.append((name, "Value"))
            return Vertex(
                name: name, keys: [("kind", "rsi"), ("from", from), ("period", "\(1 + random.below(50))"), ("source", "close")])
        case "Value" where random.chance(70):
            makers.append((name, "Target"))
            return Vertex(
                name: name, keys: [("kind", "targets"), ("from", from), ("weights", "{ A: 0.50, B: -0.25 }"), ("invert", "true")])
        default:
            makers.append((name, maker.element))
            return Vertex(name: name, keys: [("kind", "filter"), ("from", from), ("options", "{ a: 1, b: [x, 'y z'], c: ~ }")])
        }
    }

    /// One way to write it: sections, vertices and keys in any order, in block or flow style, with comments and blank lines.
    func text(using random: inout SeededRandom) -> String {
        var parts = ["topology: random\n", "clock: { every: 20ms, kind: event }\n", "limits: { b: 1, a: { d: x, c: 'y' } }\n"]
        if random.chance(50) { parts[1] = "clock:\n  kind: event\n\n  every: 20ms # often\n" }
        if random.chance(50) { parts[2] = "limits:\n  a: { c: y, d: 'x' }\n  b: \"1\"\n" }
        for section in sections {
            var text = "\(section.name):\(random.chance(20) ? "  # a section" : "")\n"
            for vertex in section.vertices.shuffled(using: &random) {
                if random.chance(20) { text += "\n  # about \(vertex.name)\n" }
                let keys = vertex.keys.shuffled(using: &random)
                if random.chance(50) {
                    text +=
                        "  \(vertex.name): { \(keys.map { "\($0.key): \($0.value)" }.joined(separator: random.chance(50) ? ", " : ",\n    ")) }\n"
                } else {
                    text += "  \(vertex.name):\n" + keys.map { "      \($0.key):   \($0.value)\n" }.joined()
                }
            }
            parts.append(text)
        }
        return parts.shuffled(using: &random).joined(separator: random.chance(30) ? "# ----\n" : "")
    }
}
