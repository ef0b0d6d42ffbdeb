import ArgumentParser
import Desk
import Topology

/// What every command that takes a topology shares.
struct TopologyArguments: ParsableArguments {
    @Argument(help: "The topology file, YAML.")
    var topology: String

    @Option(name: .customLong("set"), help: "Overrides a key: --set sources.trades.path=day.csv. May be repeated.")
    var overrides: [String] = []

    /// - Throws: every mistake at once, as one refusal.
    func checked() throws -> CheckedTopology {
        do throws(TopologyRefusal) {
            let checked = try TopologyFile.check(path: topology, against: Kinds.catalog, overrides: overrides)
            for warning in checked.warnings { complain("warning: \(warning)") }
            return checked
        } catch {
            throw Refusal.configuration(error.description)
        }
    }
}

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks a topology: every mistake at once, each with file, line and a suggestion.",
        discussion: "Example: floor check topologies/desk.yaml --set sessions.broker.port=9881")

    @OptionGroup var arguments: TopologyArguments

    func run() throws {
        let checked = try arguments.checked()
        let roles = Role.allCases.map { role in
            let n = checked.vertices.filter { $0.role == role }.count
            return "\(n) \(n == 1 ? role.rawValue : role.section)"
        }
        say("\(arguments.topology): \(checked.name) is fine: \(roles.joined(separator: ", ")); hash \(checked.hash)")
        for line in checked.threadLines { say("  thread \(line)") }
        for feed in FeedCredentials.lacking(in: checked) { complain("warning: \(feed.complaint)") }
    }
}
