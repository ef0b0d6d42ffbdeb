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
        // An operator that hangs holds up the other threads too, so it is looked for first.
        for thread in reading.threads where thread.cell.begun > 0 {
            if let reason = hangingOperator(thread.cell, reading, frame) { return reason }
        }
        for thread in reading.threads where thread.cell.begun > 0 {
            let isEngine = thread.number == reading.threads.first?.number
            let name = isEngine ? "the engine" : "the thread \(thread.name)"
            if let reason = hang(thread.cell, name, isEngine, reading, frame) { return reason }
        }
        return nil
    }

    private static func silence(_ thread: ThreadCell, _ frame: TimeFrame) -> Double {
        frame.seconds(max(thread.heartbeat, thread.since), to: frame.end)
    }
    private static func hangingOperator(_ thread: ThreadCell, _ reading: CountersReading, _ frame: TimeFrame) -> String? {
        let silent = silence(thread, frame)
        guard thread.running != 0, thread.waitSince == 0, silent > patience,
            let stage = reading.stages.first(where: { $0.number == thread.running })
        else { return nil }
        return "\(stage.name) has been at one batch for \(seconds(silent))"
    }
    private static func hang(
        _ thread: ThreadCell, _ name: String, _ isEngine: Bool, _ reading: CountersReading, _ frame: TimeFrame
    ) -> String? {
        let waiting = frame.ongoing(thread.waitSince)
        if thread.waitSince != 0 {
            guard waiting > patience else { return nil }
            let full = reading.edges.filter { $0.cell.producer == 0 && $0.cell.blockedSince != 0 }.map(\.name)
            let stages = reading.stages.map(\.name)
            let sinks = full.filter(stages.contains).joined(separator: ", ")
            // EDGE@THREAD, where neither a sink's queue nor a source's ring has an @.
            let threads = sinks.isEmpty ? full.compactMap { $0.split(separator: "@").dropFirst().last } : []
            let place =
                !sinks.isEmpty
                ? "the sink \(sinks)" : threads.isEmpty ? "a sink" : "the thread \(Set(threads).sorted().joined(separator: ", "))"
            return "\(name) has waited \(seconds(waiting)) for room in \(place)"
        }
        if isEngine, let journal = reading.journals.first?.cell, frame.ongoing(journal.blockedSince) > patience {
            return "the engine has waited \(seconds(frame.ongoing(journal.blockedSince))) for the journal's disk"
        }
        let silent = silence(thread, frame)
        guard silent > patience else { return nil }
        return "\(name) has shown no sign of life for \(seconds(silent))"
    }

    /// A duration for people.
    static func seconds(_ value: Double) -> String {
        value < 10 ? "\((value * 10).rounded() / 10) s" : value < 7_200 ? "\(Int(value)) s" : "\(Int(min(value, 1e9) / 3_600)) h"
    }
}
