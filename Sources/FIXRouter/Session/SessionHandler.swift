import FIXSessions
import PlainData
import Synchronization
import TradingModel

/// The session's callbacks: read, leave it in the mailbox, return.
package final class SessionHandler: FIXHandler {
    private let mailbox: Mailbox
    private let decoder: VenueMessageDecoder
    private let notify: @Sendable (RouterNotice) -> Void
    private let lastTrouble: Mutex<FIXSessionEvent.Kind?> = Mutex(nil)

    init(
        mailbox: Mailbox, names: Names, symbols: [String: String], notify: @escaping @Sendable (RouterNotice) -> Void
    ) {
        self.mailbox = mailbox
        self.notify = notify
        decoder = VenueMessageDecoder(names: names, symbols: symbols)
    }

    /// The last reason why the session is not there.
    var trouble: FIXSessionEvent.Kind? { lastTrouble.withLock { $0 } }

    package func onLogon(_ session: borrowing FIXSession) { loggedOn(session.name) }
    package func onLogout(_ session: borrowing FIXSession) { loggedOut(session.name) }

    package func loggedOn(_ name: String) {
        lastTrouble.withLock { $0 = nil }
        mailbox.post(.loggedOn)
        notify(.loggedOn(session: name))
    }
    package func loggedOut(_ name: String) {
        mailbox.post(.loggedOut)
        notify(.loggedOut(session: name))
    }

    package func onEvent(_ event: FIXSessionEvent) {
        switch event.kind {
        case .connectionFailed, .logonRefused: lastTrouble.withLock { $0 = event.kind }
        case .closedBeforeLogon:
            // A refusal is followed by the closing of its connection; the refusal says more.
            lastTrouble.withLock { if case .logonRefused = $0 {} else { $0 = event.kind } }
        case .note: break
        }
        notify(.session(event))
    }

    package func onGapFill(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) { gapFilled(message) }

    /// The venue asked for a request again and got a gap fill.
    package func gapFilled(_ message: borrowing some FIXFieldReader & ~Copyable) { mailbox.post(.gapFilled(clOrdID(message))) }

    package func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict { read(message) }

    package func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict {
        if message.msgType == .reject { _ = read(message) }
        return .accept
    }

    /// A message of the venue's, in sequence.
    package func read(_ message: borrowing some FIXFieldReader & ~Copyable) -> FIXVerdict {
        do throws(UnreadableMessage) {
            mailbox.post(.message(try decoder.decode(message)), waitsForRoom: true)
            return .accept
        } catch {
            mailbox.post(.unreadable(error, clOrdID(message)), waitsForRoom: true)
            return error.flaw.verdict
        }
    }

    private func clOrdID(_ message: borrowing some FIXFieldReader & ~Copyable) -> ClOrdID {
        message.withField(.clOrdID) { ClOrdID(echoed: $0, names: decoder.names) } ?? .none
    }
}
