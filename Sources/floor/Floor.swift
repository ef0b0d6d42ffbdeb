import ArgumentParser

/// The command line: wires everything, owns nothing.
@main
struct Floor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor",
        abstract: "A desk's logic as one dataflow graph: live, replayed bit for bit, and over years of history.",
        discussion: """
            Begin with `floor check topologies/desk.yaml`, `floor graph topologies/desk.yaml > desk.svg`, and
            `floor run topologies/rsi-on-a-file.yaml`. Exit status: 0 done, 1 the answer is no (a divergence, an open
            break), 2 usage or configuration.
            """,
        version: floorVersion,
        subcommands: [
            Run.self, ReplayCommand.self, BacktestCommand.self, Check.self, GraphCommand.self, JournalCommand.self, Why.self,
            Reconcile.self, Slice.self, Venue.self, FIXCommand.self, Generate.self, Convert.self, Bench.self, Demo.self, Top.self,
            OrderCommand.self, Kill.self, Rearm.self, Approve.self, Reject.self, Pending.self,
            LimitCommand.self, LimitsCommand.self, Distrust.self, Trust.self,
        ])

    /// Exit statuses are a contract: what the parser itself refuses is usage, so 2.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as Refusal {
            complain(error.message)
            exit(withError: ExitCode(error.status))
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                complain(message(for: error).split(separator: "\n").first.map(String.init) ?? "the command line is wrong")
                complain("see floor --help")
                exit(withError: ExitCode(2))
            }
            if code == .success || error is ExitCode || error is CleanExit { exit(withError: error) }
            complain("\(error)")
            exit(withError: ExitCode(1))
        }
    }
}

let floorVersion = "0.1.0"
