import Clearance
import TradingModel

/// Reads whole sets of limits that people put over a topology's while the desk runs. They are texts of the journal, in the words
/// of a topology, which this room does not know.
///
/// What it gives is a function of the texts: every name in them has its number before the record that brings them.
public struct LimitReader {
    /// The topology's limits with these sets over them, in this order; nil where one cannot be read.
    public let limits: (_ sets: [TextID]) -> Limits?
    /// Whether a set says something under a key of `limits:`.
    public let states: (_ set: TextID, _ key: String) -> Bool

    public init(limits: @escaping ([TextID]) -> Limits?, states: @escaping (TextID, String) -> Bool) {
        (self.limits, self.states) = (limits, states)
    }
}
