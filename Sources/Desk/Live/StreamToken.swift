import Glibc
import Topology

/// What clients of a stream have to know: the value of the environment variable that the sink names. It is never told.
struct StreamToken {
    let value: String

    init(_ vertex: CheckedVertex) throws {
        guard let variable = vertex.settings.textIfPresent("token") else {
            value = ""
            return
        }
        value = getenv(variable).map { String(cString: $0) } ?? ""
        guard value.utf8.count >= 8, value.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "&") }) else {
            throw DeskRunError.venue(
                "sink \(vertex.name): \(variable) in the environment is no token: at least 8 plain characters without blanks and &; set it"
            )
        }
    }
}
