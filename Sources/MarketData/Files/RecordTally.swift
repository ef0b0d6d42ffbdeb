/// How many records of each kind gave nothing, by the kind's number.
public final class RecordTally {
    private let counts = UnsafeMutablePointer<Int>.allocate(capacity: 256)
    private let name: (UInt8) -> String

    /// - Parameter name: of a kind, for messages.
    init(_ name: @escaping (UInt8) -> String) {
        self.name = name
        counts.initialize(repeating: 0, count: 256)
    }
    deinit { counts.deallocate() }

    /// Kinds that are told elsewhere: they are not named by `text`.
    func leaveOut(_ kinds: [UInt8]) { told.formUnion(kinds) }
    private var told: Set<UInt8> = []

    @inline(__always) func count(_ kind: UInt8) { counts[Int(kind)] &+= 1 }

    /// "2 system, 1 status", in the order of the kinds' numbers; nil where there were none.
    var text: String? {
        // Kinds of one name are one.
        var found: [(name: String, count: Int)] = []
        for kind in 0..<256 where counts[kind] > 0 && !told.contains(UInt8(kind)) {
            let name = name(UInt8(kind))
            if let at = found.firstIndex(where: { $0.name == name }) {
                found[at].count += counts[kind]
            } else {
                found.append((name, counts[kind]))
            }
        }
        return found.isEmpty ? nil : found.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    }
}
