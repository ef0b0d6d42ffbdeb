import FIXSessions
import PlainData

/// The venue's side of its FIX sessions: everything a client sends goes to the venue's thread as it came.
final class FIXDesk: FIXHandler {
    private let mailbox: Mailbox
    private let names: Names

    init(mailbox: Mailbox, names: Names) { (self.mailbox, self.names) = (mailbox, names) }

    func onLogon(_ session: borrowing FIXSession) { mailbox.post(.logon(client: session.id.rawValue)) }
    func onLogout(_ session: borrowing FIXSession) { mailbox.post(.logout(client: session.id.rawValue)) }

    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        do throws(EntryFlaw) {
            // The time is set when the venue's thread takes it: the tape's.
            mailbox.post(.order(try OrderEntry(message, names: names, at: 0), client: session.id.rawValue))
            return .accept
        } catch {
            return error.verdict
        }
    }
}
