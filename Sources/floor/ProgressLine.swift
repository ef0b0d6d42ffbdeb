import Glibc
import PlainData
import StreamRuntime

/// One line on a terminal, rewritten in place ten times a second; nothing where nobody watches.
final class ProgressLine {
    private var last: Int64 = 0, isShown = false

    /// - Parameter text: asked for only when it is shown.
    func show(_ text: @autoclosure () -> String) {
        guard isTerminal else { return }
        let now = TickClock.monotonic()
        guard now - last > 100_000_000 else { return }
        (last, isShown) = (now, true)
        write("\r\u{1B}[K" + text())
    }
    func show(_ sequence: UInt64, _ watermark: Int64) {
        show(
            "\(sequence) records  "
                + (watermark > .min && watermark < endOfTime ? UTC.text(watermark / UTC.second * UTC.second) : "…"))
    }
    func clear() {
        guard isShown else { return }
        isShown = false
        write("\r\u{1B}[K")
    }
    private func write(_ text: String) { _ = text.withCString { Glibc.write(2, $0, strlen($0)) } }
}
