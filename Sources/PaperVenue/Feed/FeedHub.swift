import PlainData
import Synchronization
import TradingModel
import WebSockets

/// Who listens to the feed and to what; answers subscriptions on the feed's own thread.
final class FeedHub: WebSocketServerHandler {
    private struct Listener {
        let id: WebSocketServer.ClientID
        var subscription = FeedSubscription()
    }
    private let listeners = Mutex<[Listener]>([])
    private let changes = Atomic<Int>(1)
    private let mailbox: Mailbox
    /// Nil where any product may be subscribed to.
    private let listed: Set<String>?

    init(mailbox: Mailbox, listed: Set<String>?) { (self.mailbox, self.listed) = (mailbox, listed) }

    /// Grows with each change of who listens to what.
    var version: Int { changes.load(ordering: .acquiring) }
    var hasSubscriber: Bool { listeners.withLock { $0.contains { !$0.subscription.isEmpty } } }
    var subscribers: [WebSocketServer.ClientID] {
        listeners.withLock { $0.filter { !$0.subscription.isEmpty }.map(\.id) }
    }
    var isEmpty: Bool { listeners.withLock { $0.isEmpty } }

    /// The clients that want a channel of a product, in the order in which they came.
    func clients(_ channel: FeedChannel, _ product: String) -> [WebSocketServer.ClientID] {
        listeners.withLock { $0.filter { $0.subscription.has(product, channel) }.map(\.id) }
    }

    func webSocketServer(_ server: WebSocketServer, opened client: WebSocketServer.ClientID) {
        listeners.withLock { $0.append(Listener(id: client)) }
        changed()
    }
    func webSocketServer(_ server: WebSocketServer, closed client: WebSocketServer.ClientID, _ closure: WebSocketClosure) {
        listeners.withLock { $0.removeAll { $0.id == client } }
        changed()
    }
    func webSocketServer(
        _ server: WebSocketServer, received message: UnsafeRawBufferPointer, isBinary: Bool, from client: WebSocketServer.ClientID
    ) {
        let answer: String
        do throws(FeedRequest.Flaw) {
            let request = try FeedRequest(message)
            if request.isSubscribe, let listed, let stranger = request.wanted.first(where: { !listed.contains($0.product) }) {
                throw FeedRequest.Flaw(message: "Failed to subscribe", reason: "\(stranger.product) is not a valid product")
            }
            answer = apply(request, of: client)
        } catch {
            answer = FeedSubscription.error(error.message, reason: error.reason)
        }
        // A client that does not read its answers cannot be spoken to; answers longer than the queue do not come about by
        // honest subscriptions.
        if answer.utf8.count > server.configuration.sendQueueBytes / 4 || server.send(text: answer, to: client) == .full {
            server.close(client, code: 1008, reason: "answers are not read")
        }
        changed()
    }

    private func apply(_ request: FeedRequest, of client: WebSocketServer.ClientID) -> String {
        listeners.withLock { listeners in
            guard let i = listeners.firstIndex(where: { $0.id == client }) else { return FeedSubscription().message }
            for wanted in request.wanted {
                if request.isSubscribe {
                    listeners[i].subscription.add(wanted.product, wanted.channel)
                } else {
                    listeners[i].subscription.remove(wanted.product, wanted.channel)
                }
            }
            return listeners[i].subscription.message
        }
    }

    private func changed() {
        changes.add(1, ordering: .releasing)
        mailbox.post(.feed)
    }
}
