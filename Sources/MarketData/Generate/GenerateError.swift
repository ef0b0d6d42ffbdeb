/// Why data could not be generated. What was written so far lies beside the wanted file, under its name with `.part`.
public enum GenerateError: Error, Hashable, Sendable {
    case outOfRange(name: String, value: Int, allowed: ClosedRange<Int>)
    case notWritten(path: String, reason: String)
}

extension GenerateError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .outOfRange(let name, let value, let allowed):
            "\(name) is \(value); give a number from \(allowed.lowerBound) to \(allowed.upperBound)"
        case .notWritten(let path, let reason): "\(path) was not written: \(reason); check the folder and the space left"
        }
    }
}

func check(_ name: String, _ value: Int, in allowed: ClosedRange<Int>) throws(GenerateError) {
    guard allowed.contains(value) else { throw .outOfRange(name: name, value: value, allowed: allowed) }
}
