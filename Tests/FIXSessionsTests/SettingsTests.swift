import FIXSessions
import Testing

@Suite("FIX session settings")
struct SettingsTests {
    static let mistakes: [(String, @Sendable (inout FIXSessionSettings) -> Void)] = [
        ("sender", { $0.sender = "" }), ("target", { $0.target = "A\nB" }), ("host", { $0.host = " here" }),
        ("port", { $0.port = 0 }), ("port", { $0.port = 70_000 }), ("heartbeat", { $0.heartbeatSeconds = 0 }),
        ("store", { $0.storePath = "" }), ("reconnect", { $0.reconnectSeconds = -1 }),
    ]

    @Test("a wrong setting is refused and named", arguments: mistakes.indices)
    func refused(index: Int) {
        let (key, change) = Self.mistakes[index]
        let settings = Pair().initiator(change)
        do {
            _ = try FIXEngine([settings], handler: Recorder())
            Issue.record("accepted")
        } catch {
            guard case .badSetting(_, let named, _, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(named == key)
        }
    }

    @Test("an engine has one role and, as an initiator, one session")
    func mixedRoles() {
        let pair = Pair()
        for settings in [[], [pair.initiator(), pair.acceptor()], [pair.initiator(), Pair().initiator()]] {
            #expect(throws: FIXEngineError.self) { try FIXEngine(settings, handler: Recorder()) }
        }
    }

    @Test("a session is open once in a process")
    func openTwice() throws {
        let pair = Pair()
        let first = try FIXEngine([pair.initiator()], handler: Recorder())
        #expect(throws: FIXEngineError.self) { try FIXEngine([pair.initiator()], handler: Recorder()) }
        withExtendedLifetime(first) {}
    }

    @Test("a data dictionary that is not there is named when the engine is made")
    func missingDictionary() {
        let settings = Pair().initiator { $0.dictionaryPath = "/no/such/FIX44.xml" }
        do {
            _ = try FIXEngine([settings], handler: Recorder())
            Issue.record("accepted")
        } catch {
            #expect(error.description.contains("/no/such/FIX44.xml"))
        }
    }

    @Test("an engine whose port is taken says so when it starts")
    func portTaken() throws {
        let pair = Pair()
        let listener = try RawPeer.Listener(port: pair.port)
        let engine = try FIXEngine([pair.acceptor()], handler: Recorder())
        do {
            try engine.start()
            Issue.record("started")
        } catch {
            #expect(error.description.contains("port \(pair.port)"))
        }
        withExtendedLifetime(listener) {}
    }
}
