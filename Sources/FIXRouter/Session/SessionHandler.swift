import FIXSessions
import PlainData
import Synchronization
import TradingModel

/// The session's callbacks: read, leave it in the mailbox, return.
final class SessionHandler: FIXHandler {
    private let mailbox: Mailbox
    private let decoder: VenueMessageDecoder
    private let notify: @Sendable (RouterNotice) -> Void
    private let lastTrouble: Mutex<FIXSessionEvent.Kind?> = Mutex(nil)

    init(mailbox: Mailbox, names: Names, notify: @escaping @Sendable (RouterNotice) -> Void) {
        self.mailbox = mailbox
        self.notify = notify
        decoder = VenueMessageDecoder(names: names)
    }

    /// The last reason why the session is not there.
    var trouble: FIXSessionEvent.Kind? { lastTrouble.withLock { $0 } }

    func onLogon(_ session: borrowing FIXSession) {
        lastTrouble.withLock { $0 = nil }
        mailbox.post(.loggedOn)
        notify(.loggedOn(session: session.name))
    }

    func onLogout(_ session: borrowing FIXSession) {
        mailbox.post(.loggedOut)
        notify(.loggedOut(session: session.name))
    }

    func onEvent(_ event: FIXSessionEvent) {
        switch event.kind {
        case .connectionFailed, .logonRefused: lastTrouble.withLock { $0 = event.kind }
        case .closedBeforeLogon:
            // A refusal is followed by the closing of its connection; the refusal says more.
            lastTrouble.withLock { if case .logonRefused = $0 {} else { $0 = event.kind } }
        case .note: break
        }
        notify(.session(event))
    }

    func onGapFill(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) {
        mailbox.post(.gapFilled(clOrdID(message)))
    }

    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict { read(message) }

    func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict {
        if message.msgType == .reject { _ = read(message) }
        return .accept
    }

    private func read(_ message: borrowing FIXMessageView) -> FIXVerdict {
        do throws(UnreadableMessage) {
            mailbox.post(.message(try decoder.decode(message)), waitsForRoom: true)
            return .accept
        } catch {
            mailbox.post(.unreadable(error, clOrdID(message)), waitsForRoom: true)
            return error.flaw.verdict
        }
    }

    private func clOrdID(_ message: borrowing FIXMessageView) -> ClOrdID {
        message.withField(.clOrdID) { ClOrdID(echoed: $0, names: decoder.names) } ?? .none
    }
}
