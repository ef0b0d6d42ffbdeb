import PlainData

/// Why an order cannot be explained.
public enum WhyError: Error, Hashable, Sendable {
    case unknown(String, near: [String], of: Int)
    case ambiguous(String, [String])
    /// An id of ours, but of another day: days since 2020-01-01.
    case otherDay(String, UInt64, here: UInt64)
    /// An id of this day whose cause is not in the journal (yet).
    case notYet(String, cause: UInt64, last: UInt64)
    /// An id of this day by a vertex that makes no orders here.
    case otherVertex(String, UInt64, makers: [String])
    case journal(String)
}

extension WhyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let text, let near, let count):
            "order \(text): not one of this day's \(count) orders"
                + (near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?")
                + (near.isEmpty ? "; " : " ") + "floor why without an order lists them all"
        case .ambiguous(let text, let ids):
            "order \(text): \(ids.count) orders end so: \(ids.prefix(4).joined(separator: ", "))"
                + (ids.count > 4 ? " and \(ids.count - 4) more" : "") + "; give more of its id"
        case .otherDay(let text, let day, let here):
            "order \(text): is of \(Self.date(day)); this is the day \(Self.date(here)). Name that day's folder with --data"
        case .notYet(let text, let cause, let last):
            "order \(text): caused by record \(cause), but this journal ends at record \(last); "
                + "a day that still runs may write it yet, else it is another journal's"
        case .otherVertex(let text, let number, let makers):
            "order \(text): made by vertex \(number) of its topology, which makes no orders in this one; orders are made here by "
                + "\(makers.joined(separator: ", ")). It is of another topology's day"
        case .journal(let reason): reason
        }
    }

    /// Days since 2020-01-01 as a date.
    private static func date(_ day: UInt64) -> String { String(UTC.text((Int64(day) + 18_262) * UTC.day).prefix(10)) }
}
