import FloorTesting
import FIXSessions
import Foundation
import Glibc
import PaperVenue
import Synchronization
import TradingModel
import WebSockets

/// A client of the venue over real sockets: one FIX initiator, one feed connection.
final class VenueClient: FIXHandler, WebSocketClientHandler {
    struct Seen: Sendable {
        var reports: [[Int32: String]] = []
        var logons = 0, rejects = 0
        var messages: [[String: String]] = []
        var closure: WebSocketClosure?
    }
    private let state = Mutex(Seen())
    private let pause = Atomic<Bool>(false)
    var seen: Seen { state.withLock { $0 } }

    /// Makes the feed's handler stop reading after the next message.
    func stopReading() { pause.store(true, ordering: .releasing) }
    func readAgain() { pause.store(false, ordering: .releasing) }

    func onLogon(_ session: borrowing FIXSession) { state.withLock { $0.logons += 1 } }
    func fromAdmin(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXLogonVerdict {
        if message.msgType == .reject { state.withLock { $0.rejects += 1 } }
        return .accept
    }
    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        var fields: [Int32: String] = [:]
        for field in String(decoding: message.text(), as: UTF8.self).split(separator: "\u{1}") {
            let parts = field.split(separator: "=", maxSplits: 1)
            if parts.count == 2, let tag = Int32(parts[0]) { fields[tag] = String(parts[1]) }
        }
        state.withLock { $0.reports.append(fields) }
        return .accept
    }

    func webSocketOpened(_ client: WebSocketClient) {}
    func webSocket(_ client: WebSocketClient, received message: UnsafeRawBufferPointer, isBinary: Bool) -> WebSocketReading {
        let object = try? JSONSerialization.jsonObject(with: Data(message)) as? [String: Any]
        state.withLock { $0.messages.append((object ?? [:]).mapValues { "\($0)" }) }
        return pause.load(ordering: .acquiring) ? .stop : .goOn
    }
    func webSocket(_ client: WebSocketClient, closed closure: WebSocketClosure) { state.withLock { $0.closure = closure } }
    func webSocket(_ client: WebSocketClient, failed error: WebSocketError) {}

    /// True as soon as `condition` holds, false after twenty seconds.
    func waits(_ condition: (Seen) -> Bool) -> Bool {
        for _ in 0..<10_000 {
            if condition(seen) { return true }
            usleep(2_000)
        }
        return false
    }

    static func order(
        _ id: String, _ side: String, _ quantity: String, at price: String, symbol: String = "ELM"
    ) -> FIXMessageBuilder {
        var message = FIXMessageBuilder(.newOrderSingle)
        message.append(.clOrdID, id)
        message.append(.symbol, symbol)
        message.append(.side, side)
        message.append(.orderQty, quantity)
        message.append(.ordType, "2")
        message.append(.price, price)
        message.append(.transactTime, utcNanoseconds: 0)
        return message
    }
}

/// A venue running on a thread of its own, and a client that has logged on.
final class VenueRun: Sendable {
    let server: PaperVenueServer
    let client = VenueClient()
    let fix: FIXEngine
    private let outcome = Mutex<Result<PaperVenueServer.Summary, VenueError>?>(nil)
    private let feedConnection = Mutex<WebSocketClient?>(nil)

    private static let counter = Atomic<Int>(0)

    /// - Parameter tapePath: of a tape in files, instead of `events`.
    init(
        _ events: [TapeEvent]?, tapePath: String? = nil, instruments: [String] = ["ELM"],
        change: (inout VenueConfiguration) -> Void = { _ in }
    ) throws {
        let names = EngineBench().names
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        var configuration = VenueConfiguration()
        configuration.fixPort = freePort()
        configuration.feedPort = 0
        configuration.clients = [.init(venue: "VENUE\(number)", client: "DESK\(number)")]
        configuration.speed = .max
        configuration.exitsAtEnd = true
        configuration.idleSeconds = 20
        change(&configuration)
        if let tapePath {
            server = try PaperVenueServer(configuration, tapePath: tapePath)
        } else {
            let listed = instruments.map { Instrument(symbol: names.symbol($0), tickSize: cents(1), lotSize: units(1)) }
            server = PaperVenueServer(configuration, names: names, instruments: listed) { _ in MemoryTape(events ?? []) }
        }
        fix = try FIXEngine(
            [
                FIXSessionSettings(
                    role: .initiator, sender: "DESK\(number)", target: "VENUE\(number)", port: configuration.fixPort)
            ], handler: client)
        Thread { [self] in
            let result: Result<PaperVenueServer.Summary, VenueError>
            do throws(VenueError) { result = .success(try server.run()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
        }.start()
        guard client.waits({ _ in server.ports != nil }) else { return }
        try fix.start()
        _ = client.waits { $0.logons > 0 }
    }

    func subscribe(_ products: [String] = ["ELM"]) throws {
        let list = products.map { "\"\($0)\"" }.joined(separator: ",")
        try connect()
        send(#"{"type":"subscribe","product_ids":[\#(list)],"channels":["matches","ticker","heartbeat"]}"#)
    }
    func connect() throws {
        let connection = try WebSocketClient(
            .init(url: WebSocketURL("ws://127.0.0.1:\(server.ports?.feed ?? 0)")), handler: client)
        connection.connect()
        feedConnection.withLock { $0 = connection }
    }
    func send(_ text: String) {
        for _ in 0..<2_000 {
            if feedConnection.withLock({ $0?.send(text: text) }) == .queued { return }
            usleep(2_000)
        }
    }
    func resumeReading() {
        client.readAgain()
        feedConnection.withLock { $0?.resumeReading() }
    }
    /// Logs out and waits for the venue's end.
    func finish() throws -> PaperVenueServer.Summary? {
        fix.stop()
        feedConnection.withLock { $0?.stop() }
        _ = client.waits { _ in outcome.withLock { $0 != nil } }
        return try outcome.withLock { try $0?.get() }
    }
    /// The summary once the venue has ended by itself.
    var summary: PaperVenueServer.Summary? { outcome.withLock { try? $0?.get() } }
}
