import Desk
import StreamRuntime

extension DeskRun {
    /// Runs with a line of progress for who watches. Ctrl-C drains; a second one kills.
    /// - Parameter data: the day's data directory, if it is recorded.
    func runAtTerminal(data: String? = nil) throws {
        let signals = SignalWatch(stop)
        defer { signals.cancel() }
        let progress = ProgressLine()
        defer { progress.clear() }
        engine.onBatch = { sequence, watermark in progress.show(sequence, watermark) }
        do { try run() } catch { throw Refusal.answer("\(error)" + NextStep.after(error, data: data)) }
    }
}
