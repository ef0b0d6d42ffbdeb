/// Why a floor does not get on.
enum Trouble {
    /// A thread that says nothing for so long hangs, in seconds.
    static let patience = 5.0

    static func of(_ reading: CountersReading, _ figures: FloorFigures, _ frame: TimeFrame) -> String? {
        let process = figures.process, silent = seconds(process.silentSeconds)
        switch process.run {
        case .ended: return nil
        case .failed: return "the run of process \(process.id) has failed"
        default: break
        }
        switch process.state {
        case .gone: return "process \(process.id) is gone; last heartbeat \(silent) ago"
        case .stopped: return "process \(process.id) is stopped by a signal; last heartbeat \(silent) ago"
        case .alive: break
        }
        for thread in reading.threads where thread.cell.begun > 0 {
            if let reason = hang(thread.cell, reading, frame) { return reason }
        }
        return nil
    }

    private static func hang(_ thread: ThreadCell, _ reading: CountersReading, _ frame: TimeFrame) -> String? {
        let waiting = frame.ongoing(thread.waitSince)
        if thread.waitSince != 0 {
            guard waiting > patience else { return nil }
            let full = reading.edges.filter { $0.cell.producer == 0 && $0.cell.blockedSince != 0 }.map(\.name)
            let stages = reading.stages.map(\.name)
            let sinks = full.filter(stages.contains).joined(separator: ", ")
            return "the engine has waited \(seconds(waiting)) for room in \(sinks.isEmpty ? "a sink" : "the sink \(sinks)")"
        }
        if let journal = reading.journals.first?.cell, frame.ongoing(journal.blockedSince) > patience {
            return "the engine has waited \(seconds(frame.ongoing(journal.blockedSince))) for the journal's disk"
        }
        let silent = frame.seconds(max(thread.heartbeat, thread.since), to: frame.end)
        guard silent > patience else { return nil }
        if let stage = reading.stages.first(where: { $0.number == thread.running && thread.running != 0 }) {
            return "\(stage.name) has been at one batch for \(seconds(silent))"
        }
        return "the engine has shown no sign of life for \(seconds(silent))"
    }

    /// A duration for people.
    static func seconds(_ value: Double) -> String {
        value < 10 ? "\((value * 10).rounded() / 10) s" : value < 7_200 ? "\(Int(value)) s" : "\(Int(min(value, 1e9) / 3_600)) h"
    }
}
