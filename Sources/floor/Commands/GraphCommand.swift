import ArgumentParser
import Desk
import Topology

struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draws a topology: svg, dot or mermaid, on standard output.",
        discussion: "Example: floor graph topologies/desk.yaml > desk.svg")

    @OptionGroup var arguments: TopologyArguments
    @Option(help: "svg, dot or mermaid.") var format = "svg"

    func run() throws {
        guard let format = TopologyDrawing.Format(rawValue: format) else {
            throw Refusal.configuration(
                "--format \(format): there are \(TopologyDrawing.Format.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        say(TopologyDrawing.draw(try arguments.checked(), as: format), terminator: "")
    }
}
