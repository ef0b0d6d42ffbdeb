/// Deliberate breaks of the code under test, made at its seams: the simulation must catch each of them.
///
/// None of them is a switch in the code itself, so none can be left on.
public enum Mutation: String, CaseIterable, Sendable {
    /// Orders leave before the record that caused them is durable.
    case sendsBeforeDurable
    /// Orders leave when the batch before theirs is durable.
    case sendsOneBatchEarly
    /// What may have left is sent again without asking the venue.
    case resendsWithoutAsking
    /// The router knows no earlier execution after a restart.
    case forgetsExecIDs
    /// A restart does not see the journal's last block.
    case skipsTheLastBlock
    /// An unfinished write stays where it is.
    case keepsTornTails
    /// `fdatasync` and `fsync` do nothing.
    case syncsNothing
    /// A sync that fails is taken for one that did not.
    case ignoresFailedSyncs
    /// A restart does not ask the session what it has sent: what a disk has forgotten goes unseen.
    case trustsTheDisk
    /// What waits in a loop at a crash is gone after it.
    case losesTheLoop
    /// The session never goes back to the last report that reached the journal.
    case skipsLostReports
    /// The router is told nothing of what the journal holds.
    case forgetsTheDay
}
