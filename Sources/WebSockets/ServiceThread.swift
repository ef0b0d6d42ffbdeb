import CWebSockets
import Glibc

/// What a service thread tells: the events of `cwebsockets.h`, all on that thread.
protocol ServiceEvents: AnyObject {
    func woken()
    func timerFired()
    func turnEnded()
    func opened(_ peer: OpaquePointer)
    func received(_ message: UnsafeRawBufferPointer, isBinary: Bool, from peer: OpaquePointer)
    func writable(_ peer: OpaquePointer) -> Bool
    func closed(_ peer: OpaquePointer, _ closure: WebSocketClosure)
    func failed(_ peer: OpaquePointer, cause: String)
    func requested(_ request: cws_request, _ answer: OpaquePointer)
    func fetched(_ tag: UInt64, _ answer: HTTPAnswer)
    func admits(_ request: cws_request) -> Bool
}

extension ServiceEvents {
    func turnEnded() {}
    func admits(_ request: cws_request) -> Bool { true }
    func requested(_ request: cws_request, _ answer: OpaquePointer) {}
    func fetched(_ tag: UInt64, _ answer: HTTPAnswer) {}
}

/// Where the events of a context go. It exists before the context does, and its target after.
final class EventRelay {
    unowned(unsafe) var target: (any ServiceEvents)?
}

/// A libwebsockets context and the thread that runs it.
///
/// `@unchecked Sendable`: of the context, other threads call only what `cwebsockets.h` marks "any thread", and that
/// under the lock of `phase`, so never after it was freed.
final class ServiceThread: @unchecked Sendable {
    let context: OpaquePointer
    private let relay: EventRelay
    private let phase = Monitor(Phase.idle)

    private enum Phase {
        case idle
        case running(pthread_t)
        case ending, ended
    }

    /// - Throws: the cause, as libwebsockets has it.
    init(_ settings: inout cws_settings, relay: EventRelay, answersHTTP: Bool = false) throws(ServiceFailure) {
        self.relay = relay
        var callbacks = Self.callbacks(owner: Unmanaged.passUnretained(relay).toOpaque())
        if answersHTTP { callbacks.request = { target($0)?.requested($1.pointee, $2) } }
        var cause = [CChar](repeating: 0, count: 512)
        guard let context = cws_create(&settings, &callbacks, &cause, cause.count) else {
            throw ServiceFailure(cause: Self.text(cause))
        }
        self.context = context
    }

    /// Starts the thread, which keeps `self` and `owner` alive until it ends.
    func start(name: String, owner: any ServiceEvents) {
        relay.target = owner
        let running = Unmanaged.passRetained(Running(service: self, owner: owner, name: name))
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, serviceThreadMain, running.toOpaque())
        precondition(status == 0, "no thread could be made for \(name): \(String(cString: strerror(status)))")
    }

    fileprivate func run(name: String) {
        phase.withLock { $0 = .running(pthread_self()) }
        cws_run(context, name)
        phase.withLock { $0 = .ending }
        cws_destroy(context)
        phase.withLock { $0 = .ended }
        phase.signal()
    }

    var isCurrent: Bool {
        phase.withLock { phase in
            guard case .running(let thread) = phase else { return false }
            return pthread_equal(pthread_self(), thread) != 0
        }
    }

    func wake() {
        phase.withLock { phase in
            switch phase {
            case .idle, .running: cws_wake(context)
            case .ending, .ended: break
            }
        }
    }

    /// Ends the thread and waits for it. Connections that are still open end without a handshake. Idempotent.
    func stop() {
        precondition(!isCurrent, "a service thread cannot wait for its own end: stop it from another thread")
        phase.withLock { phase in
            switch phase {
            case .idle, .running: cws_stop(context)
            case .ending, .ended: break
            }
        }
        _ = phase.wait(atMost: .seconds(60)) { phase in
            if case .ended = phase { true } else { nil }
        }
    }

    private static func text(_ cause: [CChar]) -> String {
        let bytes = cause.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.isEmpty ? "no cause was given" : text
    }

    private static func callbacks(owner: UnsafeMutableRawPointer) -> cws_events {
        cws_events(
            owner: owner,
            woken: { target($0)?.woken() },
            timer: { target($0)?.timerFired() }, turned: { target($0)?.turnEnded() },
            opened: { target($0)?.opened($1) },
            message: { target($0)?.received(UnsafeRawBufferPointer(start: $2, count: $3), isBinary: $4, from: $1) },
            writable: { target($0)?.writable($1) ?? false },
            closed: {
                let reason = String(decoding: UnsafeRawBufferPointer(start: $3, count: $4), as: UTF8.self)
                target($0)?.closed($1, WebSocketClosure(code: UInt16(truncatingIfNeeded: $2), reason: reason))
            },
            failed: { target($0)?.failed($1, cause: String(cString: $2)) }, request: nil,
            admit: { owner, request in target(owner)?.admits(request.pointee) ?? false },
            fetched: { owner, tag, status, bytes, count, cause in
                let body = UnsafeRawBufferPointer(start: bytes, count: count)
                let answer = cause.map { HTTPAnswer.failure(String(cString: $0)) } ?? .body(body, status: Int(status))
                target(owner)?.fetched(tag, answer)
            })
    }

}

private func target(_ owner: UnsafeMutableRawPointer) -> (any ServiceEvents)? {
    Unmanaged<EventRelay>.fromOpaque(owner).takeUnretainedValue().target
}

struct ServiceFailure: Error {
    let cause: String
}

/// What the thread holds on to while it runs.
private final class Running {
    let service: ServiceThread
    let owner: AnyObject
    let name: String

    init(service: ServiceThread, owner: AnyObject, name: String) {
        self.service = service
        self.owner = owner
        self.name = name
    }
}

private func serviceThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let running = Unmanaged<Running>.fromOpaque(argument).takeRetainedValue()
    pthread_detach(pthread_self())
    running.service.run(name: running.name)
    return nil
}
