/// "Did you mean": the nearest word of a vocabulary, by edit distance.
enum Nearest {
    /// The candidate with the fewest edits to `word`, if there is one within a third of its length (at least one edit).
    /// Case does not count. Of equals the first candidate wins, so the answer is stable.
    static func word(to word: String, in candidates: [String]) -> String? {
        let wanted = Array(word.lowercased().unicodeScalars)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates where candidate.unicodeScalars.count <= 64 {
            let other = Array(candidate.lowercased().unicodeScalars)
            let allowed = max(1, max(wanted.count, other.count) / 3)
            let distance = distance(wanted, other)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// The suggestion for an unknown word: the nearest one, or else the list of what is allowed, introduced by `lead`.
    static func suggestion(for word: String, in candidates: [String], lead: String) -> String? {
        if let near = self.word(to: word, in: candidates) { return "did you mean \(quoted(near))?" }
        guard !candidates.isEmpty else { return nil }
        return "\(lead) \(listed(candidates))"
    }

    /// At most `limit` words with commas, and how many more there are.
    static func listed(_ words: [String], limit: Int = 24) -> String {
        let shown = words.prefix(limit).joined(separator: ", ")
        return words.count > limit ? "\(shown) and \(words.count - limit) more" : shown
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each count one.
    /// Source: Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}

/// A name or value of the file in quotes, cut when it is too long to read.
func quoted(_ text: String) -> String {
    text.count > 80 ? "\"\(text.prefix(77))…\"" : "\"\(text)\""
}
