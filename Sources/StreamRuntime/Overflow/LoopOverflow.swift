/// A loop makes more than goes round: what waits to be sequenced grows for ever, so the run ends.
public struct LoopOverflow: Error, CustomStringConvertible {
    public let loop: String, waiting: Int
    public var description: String {
        "loop \(loop): \(waiting) elements wait, and each pass makes more of them than it takes; "
            + "let the operators in it emit less for what comes back"
    }
}
