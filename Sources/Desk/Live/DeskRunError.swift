/// Why a run could not begin or go on.
public enum DeskRunError: Error, CustomStringConvertible {
    case otherTopology(path: String, recorded: String, given: String)
    case dayHasEnded(path: String)
    case venue(String)
    case journalOfOtherSources(path: String)
    /// The session has sent requests that the journal does not have.
    case lostRequests(session: String, [String])

    public var description: String {
        switch self {
        case .otherTopology(let path, let recorded, let given):
            "\(path): holds a day of topology \(recorded), not of \(given); choose another --data, or replay it with --topology"
        case .dayHasEnded(let path): "\(path): the day there has ended; choose another --data, or floor replay \(path)"
        case .venue(let reason): reason
        case .lostRequests(let session, let ids):
            "session \(session) has sent \(ids.prefix(3).joined(separator: ", "))\(ids.count > 3 ? " and \(ids.count - 3) more" : ""), "
                + "and the journal has no such request: the disk lost records that it had confirmed, or the machine went down "
                + "with --durability os. Their ids would be used again, so this day does not go on; tie it out with floor reconcile"
        case .journalOfOtherSources(let path): "\(path): the recorded sources are not this topology's"
        }
    }
}
