internal import CQuickFIX
internal import Synchronization

/// What the C callbacks find behind their context pointer.
///
/// Made before the engine and released after it is destroyed. The engine pointer is set once, before its threads start.
final class FIXCallbacks: Sendable {
    let handler: any FIXHandler
    let settings: [FIXSessionSettings]
    let names: [String]
    private let engine = Atomic<UInt>(0)
    /// Which sessions have told the handler that they are logged on, a bit each.
    private let loggedOn: Mutex<Set<Int32>> = Mutex([])

    init(handler: any FIXHandler, settings: [FIXSessionSettings]) {
        self.handler = handler
        self.settings = settings
        names = settings.map(\.name)
    }

    func attach(_ pointer: OpaquePointer) { engine.store(UInt(bitPattern: pointer), ordering: .releasing) }

    /// Nil for the engine's own business before it is attached, and for sessions it does not carry.
    private func session(_ number: Int32) -> FIXSession? {
        guard names.indices.contains(Int(number)), let pointer = OpaquePointer(bitPattern: engine.load(ordering: .acquiring))
        else {
            return nil
        }
        return FIXSession(id: FIXSessionID(rawValue: number), name: names[Int(number)], engine: pointer)
    }

    func onLogon(_ number: Int32) {
        guard let session = session(number) else { return }
        loggedOn.withLock { _ = $0.insert(number) }
        handler.onLogon(session)
    }

    /// QuickFIX calls it for a connection that never got as far as a logon, too.
    func onLogout(_ number: Int32) {
        guard let session = session(number) else { return }
        if loggedOn.withLock({ $0.remove(number) }) != nil {
            handler.onLogout(session)
        } else {
            emit(.closedBeforeLogon, number)
        }
    }

    func fromApp(_ number: Int32, _ message: OpaquePointer) -> FIXVerdict {
        guard let session = session(number) else { return .unsupportedMsgType }
        return handler.fromApp(FIXMessageView(raw: message), in: session)
    }

    func fromAdmin(_ number: Int32, _ message: OpaquePointer) -> FIXLogonVerdict {
        guard let session = session(number) else { return .refuse(reason: "unknown session") }
        let view = FIXMessageView(raw: message)
        if view.msgType == .logout, !loggedOn.withLock({ $0.contains(number) }) {
            emit(.logonRefused(text: view.string(.text) ?? ""), number)
        }
        return handler.fromAdmin(view, in: session)
    }

    func toApp(_ number: Int32, _ message: OpaquePointer, isResend: Bool) -> Bool {
        guard let session = session(number) else { return false }
        let view = FIXMessageView(raw: message)
        if isResend, let type = view.msgType, settings[Int(number)].gapFilled.contains(type) {
            handler.onGapFill(view, in: session)
            return false
        }
        return handler.toApp(view, in: session)
    }

    func onEvent(_ number: Int32, _ text: String) {
        // An initiator's failed connection is told without its session; such an engine carries one.
        if text == "Connection failed", let only = settings.first, only.role == .initiator {
            return emit(.connectionFailed(host: only.host, port: only.port), 0)
        }
        // The port of this line is printed as a signed 16-bit number; the failure, if there is one, names it rightly.
        guard !text.hasPrefix("Connecting to ") else { return }
        emit(.note(text), number)
    }

    private func emit(_ kind: FIXSessionEvent.Kind, _ number: Int32) {
        let isKnown = names.indices.contains(Int(number))
        handler.onEvent(
            FIXSessionEvent(
                session: isKnown ? FIXSessionID(rawValue: number) : nil, sessionName: isKnown ? names[Int(number)] : "",
                kind: kind))
    }
}

extension FIXCallbacks {
    private static func from(_ context: UnsafeMutableRawPointer) -> FIXCallbacks {
        Unmanaged<FIXCallbacks>.fromOpaque(context).takeUnretainedValue()
    }

    /// The table for the engine; `self` must outlive it.
    func table() -> qf_callbacks {
        qf_callbacks(
            context: Unmanaged.passUnretained(self).toOpaque(),
            on_logon: { FIXCallbacks.from($0).onLogon($1) },
            on_logout: { FIXCallbacks.from($0).onLogout($1) },
            from_app: { FIXCallbacks.from($0).fromApp($1, $2).answer },
            from_admin: { context, number, message, text, capacity in
                switch FIXCallbacks.from(context).fromAdmin(number, message) {
                case .accept: return qf_answer(verdict: QF_ACCEPT, tag: 0)
                case .refuse(let reason):
                    let bytes = reason.utf8.filter { $0 >= 0x20 }.prefix(capacity - 1)
                    for (offset, byte) in bytes.enumerated() { text[offset] = CChar(bitPattern: byte) }
                    text[bytes.count] = 0
                    return qf_answer(verdict: QF_REJECT_LOGON, tag: 0)
                }
            },
            to_app: { context, number, message, isResend in
                let sends = FIXCallbacks.from(context).toApp(number, message, isResend: isResend)
                return qf_answer(verdict: sends ? QF_ACCEPT : QF_DO_NOT_SEND, tag: 0)
            },
            on_event: { context, number, text, length in
                let words = String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
                FIXCallbacks.from(context).onEvent(number, words)
            })
    }
}

extension FIXVerdict {
    fileprivate var answer: qf_answer {
        switch self {
        case .accept: qf_answer(verdict: QF_ACCEPT, tag: 0)
        case .unsupportedMsgType: qf_answer(verdict: QF_UNSUPPORTED_TYPE, tag: 0)
        case .missingField(let tag): qf_answer(verdict: QF_MISSING_FIELD, tag: tag.rawValue)
        case .badValue(let tag): qf_answer(verdict: QF_BAD_VALUE, tag: tag.rawValue)
        }
    }
}
