/// Which thread runs which operator, and the proof that the threads never wait for each other in a circle.
///
/// An operator runs where `thread:` says. Where it says nothing, copies get a thread to be put together on, named like the
/// operator; anything else runs on the first thread besides the engine's that makes something it reads, or else on the
/// engine's. So what comes behind an operator on a thread follows it there. Sources are the engine's; a loop comes back
/// through the sequencer, so it joins no threads.
///
/// The engine's thread hands records to all others, so it can read from none of them; and the others must not read from each
/// other in a circle. Copies stand between the thread that makes what they read and the one that puts them together.
struct ThreadPlan {
    static let engine = CheckedTopology.engineThread

    private let vertices: [Declaration]
    /// By vertex; nil where a cycle of the graph itself leaves it open.
    private let assigned: [String]?
    var threads: [String] { assigned ?? Array(repeating: Self.engine, count: vertices.count) }

    init(_ vertices: [Declaration]) {
        self.vertices = vertices
        assigned = Self.assign(vertices)
    }

    /// In topological order, so that what a vertex reads has its thread before it.
    private static func assign(_ vertices: [Declaration]) -> [String]? {
        var threads = Array(repeating: engine, count: vertices.count), open = Array(repeating: 0, count: vertices.count)
        var readers = Array(repeating: [Int](), count: vertices.count), ready: [Int] = [], done = 0
        for (reader, vertex) in vertices.enumerated() {
            for link in vertex.links where !vertex.isLoop {
                guard let producer = link.producer else { continue }
                readers[producer].append(reader)
                open[reader] += 1
            }
            if open[reader] == 0 { ready.append(reader) }
        }
        while let next = ready.popLast() {
            threads[next] = thread(of: vertices[next], threads)
            done += 1
            for reader in readers[next] {
                open[reader] -= 1
                if open[reader] == 0 { ready.append(reader) }
            }
        }
        return done == vertices.count ? threads : nil
    }
    private static func thread(of vertex: Declaration, _ threads: [String]) -> String {
        guard vertex.role == .operator else { return engine }
        if let stated = vertex.run.thread { return stated }
        if vertex.isSharded { return vertex.name }
        return vertex.links.lazy.compactMap(\.producer).map { threads[$0] }.first { $0 != engine } ?? engine
    }

    // MARK: - Circles

    /// One thread reads from another.
    private struct Way {
        let reader: Int, link: Link, from: String, to: String
    }

    func check(_ notebook: inout Notebook) {
        guard let threads = assigned else { return }
        var ways: [Way] = []
        for (reader, vertex) in vertices.enumerated() where vertex.role == .operator {
            for link in vertex.links {
                guard let producer = link.producer else { continue }
                let way = Way(reader: reader, link: link, from: threads[producer], to: threads[reader])
                if way.from == way.to {
                    if vertex.isSharded { noteCopies(way, &notebook) }
                } else if way.to == Self.engine {
                    noteEngine(way, &notebook)
                } else if way.from != Self.engine {
                    ways.append(way)
                }
            }
        }
        // Circles that share no thread, each told once; a file with more is told the first of them.
        for _ in 0..<8 {
            guard let circle = Self.circle(in: ways) else { return }
            noteCircle(circle, &notebook)
            let told = Set(circle.map(\.to))
            ways.removeAll { told.contains($0.to) || told.contains($0.from) }
        }
    }

    /// Threads that read from none that is left cannot be part of a circle; of what remains after those are gone, any thread
    /// leads back into one.
    private static func circle(in ways: [Way]) -> [Way]? {
        var open: [String: Int] = [:], readers: [String: [String]] = [:]
        for way in ways {
            open[way.to, default: 0] += 1
            open[way.from, default: 0] += 0
            readers[way.from, default: []].append(way.to)
        }
        var free = open.filter { $0.value == 0 }.map(\.key)
        while let next = free.popLast() {
            open[next] = nil
            for reader in readers[next] ?? [] {
                guard let left = open[reader] else { continue }
                open[reader] = left - 1
                if left == 1 { free.append(reader) }
            }
        }
        // The first way by which each is fed, in the file's order.
        var feeds: [String: Way] = [:]
        for way in ways where open[way.from] != nil && open[way.to] != nil && feeds[way.to] == nil { feeds[way.to] = way }
        guard var way = ways.first(where: { feeds[$0.to] != nil }).flatMap({ feeds[$0.to] }) else { return nil }
        var path: [Way] = [], places: [String: Int] = [:]
        while places[way.to] == nil {
            places[way.to] = path.count
            path.append(way)
            guard let next = feeds[way.from] else { return nil }
            way = next
        }
        return Array(path[(places[way.to] ?? 0)...])
    }

    // MARK: - Words

    private func place(_ way: Way) -> Place { vertices[way.reader].run.threadPlace ?? vertices[way.reader].place }

    private func noteEngine(_ way: Way, _ notebook: inout Notebook) {
        notebook.mistake(
            at: place(way),
            "\(vertices[way.reader].subject) on the engine's thread reads \(quoted(way.link.reference)) from the thread \(quoted(way.from)), but the engine's hands records to every other and reads from none",
            "give it thread: \(way.from), or another")
    }
    private func noteCopies(_ way: Way, _ notebook: inout Notebook) {
        let vertex = vertices[way.reader]
        notebook.mistake(
            at: place(way),
            "\(vertex.subject): \(vertex.run.shards ?? 1) shards are put together on the thread \(quoted(way.to)), which also makes \(quoted(way.link.reference)) for them: it would wait for itself",
            "give it another thread, or leave thread out")
    }
    private func noteCircle(_ circle: [Way], _ notebook: inout Notebook) {
        let words = circle.map { "\($0.to) reads \(quoted($0.link.reference)) from \($0.from)" }
        guard let first = circle.first else { return }
        notebook.mistake(
            at: place(first), "threads wait for each other in a circle: \(words.joined(separator: ", "))",
            "let one of these operators run on the thread that it reads from")
    }
}
