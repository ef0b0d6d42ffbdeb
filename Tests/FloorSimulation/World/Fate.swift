/// Decides at which of its steps the process under test dies: between any two things that it does to the world.
///
/// Everything that reaches the outside asks first. Once dead, nothing of that process has any effect, however far its
/// code runs on: which is what `kill -9` at that instruction does.
final class Fate {
    private(set) var steps = 0
    private(set) var isDead = false
    /// Which process it is: handles of a dead one are of no use to the next.
    private(set) var life = 0
    /// What the process died at, for the reader of a failure.
    private(set) var lastStep = ""
    /// Every step's name, where somebody wants them.
    var names: [String]?
    /// Whether the process dies at this step, numbered from 1.
    var isLast: (_ step: Int, _ name: String) -> Bool = { _, _ in false }

    func begin() {
        life += 1
        isDead = false
    }
    func kill() { isDead = true }

    /// - Returns: false when the process is dead, or dies now.
    func passes(_ name: @autoclosure () -> String) -> Bool {
        if isDead { return false }
        steps += 1
        let name = name()
        names?.append(name)
        guard isLast(steps, name) else { return true }
        (isDead, lastStep) = (true, name)
        return false
    }
}
