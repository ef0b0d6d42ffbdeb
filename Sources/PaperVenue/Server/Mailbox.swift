import Glibc

/// What reaches the venue's thread from the threads of its sockets.
enum VenueMail: Sendable {
    case order(OrderEntry, client: Int32)
    case logon(client: Int32)
    case logout(client: Int32)
    /// A feed client came, left or changed its subscription.
    case feed
    case stop
}

/// Mail for one reader, who waits for it until a moment.
///
/// `@unchecked Sendable`: `mail` is read and written with `mutex` held, and nowhere else. A lock of the language's own cannot be
/// waited on with a time limit.
final class Mailbox: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var mail: [VenueMail] = []

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(filled, &attributes)
        pthread_condattr_destroy(&attributes)
    }
    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    func post(_ item: VenueMail) {
        pthread_mutex_lock(mutex)
        mail.append(item)
        pthread_cond_signal(filled)
        pthread_mutex_unlock(mutex)
    }

    /// Takes all mail, oldest first, after waiting for some until `deadline` (ns of the monotonic clock).
    func take(until deadline: Int64) -> [VenueMail] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while mail.isEmpty, Self.now() < deadline {
            var end = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
            pthread_cond_timedwait(filled, mutex, &end)
        }
        defer { mail.removeAll(keepingCapacity: true) }
        return mail
    }

    /// The monotonic clock, ns.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
