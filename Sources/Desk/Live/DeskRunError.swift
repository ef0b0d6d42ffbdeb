/// Why a run could not begin or go on.
public enum DeskRunError: Error, CustomStringConvertible {
    case otherTopology(path: String, recorded: String, given: String)
    case dayHasEnded(path: String)
    case venue(String)
    case journalOfOtherSources(path: String)

    public var description: String {
        switch self {
        case .otherTopology(let path, let recorded, let given):
            "\(path): holds a day of topology \(recorded), not of \(given); choose another --data, or replay it with --topology"
        case .dayHasEnded(let path): "\(path): the day there has ended; choose another --data, or floor replay \(path)"
        case .venue(let reason): reason
        case .journalOfOtherSources(let path): "\(path): the recorded sources are not this topology's"
        }
    }
}
