import PlainData
import TradingModel

/// Which executions of a session have been seen today, by ExecID(17): a venue repeats reports after a reconnect, with
/// PossDup under the old number or with PossResend under a new one.
///
/// Grows with the day's executions, 16 bytes each.
package struct ExecIDFilter: ~Copyable {
    enum Verdict: Equatable {
        case fresh
        /// The same report again.
        case duplicate
        /// The same ExecID over a different content: one of the two is wrong, so the desk sees both.
        case conflict
    }

    private var seen: [TextID: UInt64] = [:]
    private let zero: TextID

    /// - Parameter names: for `0`, which stands for "no execution" in a status report.
    package init(names: Names) { zero = names.text("0") }

    mutating func admit(_ report: ExecutionReport) -> Verdict {
        guard report.msgType == .executionReport, report.execType != .orderStatus else { return .fresh }
        guard report.execID != .none, report.execID != zero else { return .fresh }
        let content = content(of: report)
        guard let known = seen[report.execID] else {
            seen[report.execID] = content
            return .fresh
        }
        return known == content ? .duplicate : .conflict
    }

    /// In the order of the ids, so that the same filter gives the same bytes.
    mutating func state(_ coder: inout StateCoder) {
        let known = coder.isSaving ? seen.sorted { $0.key < $1.key } : []
        var count = UInt32(known.count)
        coder.field(&count)
        for i in 0..<Int(count) where !coder.isTruncated {
            var (id, content) = coder.isSaving ? known[i] : (TextID.none, 0)
            coder.field(&id.rawValue)
            coder.field(&content)
            if !coder.isSaving { seen[id] = content }
        }
    }

    /// A hash of what a repeat keeps; its number, its flags and its sending time are its own.
    private func content(of report: ExecutionReport) -> UInt64 {
        var same = report
        (same.msgSeqNum, same.possDup, same.possResend, same.eventTime, same.text) = (0, 0, 0, 0, .none)
        var digest = Digest()
        digest.roll(0, same)
        return digest.value
    }
}
