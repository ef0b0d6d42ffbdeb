import Glibc
import Topology

/// Who a person at the socket is, and what that person may do.
///
/// The kernel says which user of the machine asks. Another name is believed only of the user that the floor runs as and of
/// root, which can do anything to it as it is: a gateway of the desk's that knows its people, a shared account.
struct People: Sendable {
    /// Empty where anybody may do anything who can reach the socket.
    private let permissions: [String: [String]]
    static let words = ["order", "kill", "rearm", "approve", "limits", "feed"]

    init(_ settings: Settings) {
        let table = settings.mapIfPresent("people")
        permissions = Dictionary(uniqueKeysWithValues: (table?.names ?? []).map { ($0, table?.texts($0) ?? []) })
    }

    func name(of user: Int64, stated: String) throws(ControlFlaw) -> String {
        guard user >= 0 else { throw ControlFlaw(description: "the kernel does not say who asks") }
        let own = Self.userName(uid_t(truncatingIfNeeded: user))
        if stated.isEmpty || stated == own { return own }
        guard user == 0 || user == Int64(getuid()) else {
            throw ControlFlaw(description: "you are \(own), not \(stated): only the floor's own user speaks for others")
        }
        return stated
    }
    func check(_ name: String, may verb: ControlRequest.Verb) throws(ControlFlaw) {
        guard !permissions.isEmpty, let word = verb.permission else { return }
        guard permissions[name]?.contains(word) ?? false else {
            let others = permissions.filter { $0.value.contains(word) }.keys.sorted()
            throw ControlFlaw(
                description: "\(name) may not \(word) here; "
                    + (others.isEmpty ? "nobody may" : others.joined(separator: ", ") + " may"))
        }
    }

    private static func userName(_ user: uid_t) -> String {
        var entry = passwd(), buffer = [CChar](repeating: 0, count: 16_384)
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return "user-\(user)"
        }
        return String(cString: name)
    }
}
