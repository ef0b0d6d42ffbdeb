import CPlatform
import Foundation
import Synchronization

/// Listens on a socket in the data directory and hands each line to `handle`, with the user at the other end.
///
/// Each connection has a thread for as long as it asks and is answered, one line each: a person who types nothing holds up
/// nobody. `@unchecked Sendable`: the descriptor is set before the thread starts and closed when it has ended.
final class ControlServer: @unchecked Sendable {
    private static let mostConnections = 32
    private let path: String
    private let handle: @Sendable (_ user: Int64, _ line: [UInt8]) -> [UInt8]
    private var socket: Int32 = -1
    private let isStopping = Atomic<Bool>(false), connections = Atomic<Int>(0)
    private let ended = DispatchSemaphore(value: 0)

    init(path: String, handle: @escaping @Sendable (_ user: Int64, _ line: [UInt8]) -> [UInt8]) {
        (self.path, self.handle) = (path, handle)
    }

    func start() throws(LocalSocket.Failure) {
        socket = try LocalSocket.listen(at: path)
        Thread.detachNewThread { [self] in
            cp_name_thread("control")
            while !isStopping.load(ordering: .acquiring) { accept() }
            ended.signal()
        }
    }
    /// Nobody is heard any more; who was, is answered.
    func stop() {
        guard socket >= 0 else { return }
        isStopping.store(true, ordering: .releasing)
        ended.wait()
        close(socket)
        unlink(path)
        socket = -1
    }

    private func accept() {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 100) > 0 else { return }
        let peer = Glibc.accept(socket, nil, nil)
        guard peer >= 0 else { return }
        LocalSocket.limit(peer, seconds: 5)
        guard connections.load(ordering: .relaxed) < Self.mostConnections else {
            _ = LocalSocket.write(peer, ControlReply.error("too many people talk to this floor at once; try again").line)
            close(peer)
            return
        }
        connections.add(1, ordering: .relaxed)
        Thread.detachNewThread { [self] in
            cp_name_thread("control.peer")
            defer {
                close(peer)
                connections.subtract(1, ordering: .relaxed)
            }
            guard let line = LocalSocket.readLine(peer, most: ControlRequest.mostBytes) else { return }
            _ = LocalSocket.write(peer, handle(cp_peer_user(peer), line))
        }
    }
}
