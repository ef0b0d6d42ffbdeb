import ArgumentParser
import Desk
import Foundation
import Topology

struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Shows the limits of a running floor, or puts a file of them over the topology's.",
        discussion: """
            FILE has a name, a version above the last one of that name, and under limits: the keys of a topology's limits; each takes the
            place of the topology's, whole: a list, a template, the throttle. It holds from a time on and until a time (from and until in
            the file, or --from and --until); what ends gives back what held before. The day's journal keeps it with author and reason.
              floor limits limits.yaml --data day --until 30m --why "block trades"
              floor limits --end equities --data day --why "done"
              floor limits --data day
            """)

    @Argument(help: "A limits file. Without it the limits in force are shown.") var file: String?
    @Option(help: "From when: a time, or how long from now. At once without it.") var from: String?
    @Option(help: "Until when, likewise. For the day without it.") var until: String?
    @Option(help: "Take away the set of this name.") var end: String?
    @OptionGroup var floor: AskFloor

    func validate() throws {
        guard file == nil || end == nil else { throw ValidationError("limits: a file or --end, not both") }
    }

    func run() throws {
        var request = ControlRequest(.limits)
        (request.from, request.until, request.limit) = (from, until, end)
        if let file {
            do throws(TopologyRefusal) { _ = try LimitsFile.checked(path: file) } catch {
                throw Refusal.configuration(error.description)
            }
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw Refusal.configuration("\(file): it cannot be read; check that you may")
            }
            (request.text, request.scope) = (text, file)
        }
        try floor.send(request)
    }
}
