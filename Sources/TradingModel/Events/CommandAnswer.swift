import PlainData

/// What compliance says to a command: its findings one by one, the last of them with the outcome.
public struct CommandAnswer: Element {
    public static var elementName: String { "CommandAnswer" }
    /// The command's.
    public var number: UInt64
    public var finding: Finding
    /// 1 for the last one.
    public var isLast: UInt8

    public init(number: UInt64, finding: Finding, isLast: Bool) {
        (self.number, self.finding, self.isLast) = (number, finding, isLast ? 1 : 0)
    }
    public var eventTime: Int64 { finding.eventTime }
    public func fields<V: FieldVisitor>(_ visitor: inout V) {
        finding.fields(&visitor)
        visitor.field("number", number)
        visitor.field("last", isLast)
    }
}
