/// Why a venue could not be opened or had to close.
public enum VenueError: Error, Hashable, Sendable {
    case badTape(path: String, reason: String)
    case noPort(service: String, reason: String)
    case notWritten(path: String, reason: String)
}

extension VenueError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badTape(let path, let reason): "tape \(path): \(reason)"
        case .noPort(let service, let reason): "the venue's \(service) cannot listen: \(reason); choose another port"
        case .notWritten(let path, let reason): "\(path) was not written: \(reason); check the folder and the space left"
        }
    }
}
