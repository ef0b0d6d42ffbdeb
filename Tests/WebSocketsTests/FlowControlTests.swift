import Glibc
import Synchronization
import Testing

@testable import WebSockets

@Suite("flow control")
struct FlowControlTests {
    /// Far more bytes than the queue and both socket buffers hold, so that the producer must be held back.
    @Test("a client that stops reading holds the producer back, and loses nothing")
    func stopAndResume() throws {
        let count = 60_000
        let listening = try Listening { $0.sendQueueBytes = 64 << 10 }
        let recorder = ClientRecorder(stopsAfter: { $0 % 1_000 == 0 })
        let dialed = try Dialed(port: listening.port, recorder: recorder)
        let client = try #require(listening.recorder.firstClient())

        // What makes room: a thread that resumes the reading again and again, a little later each time.
        let done = Atomic(false)
        let consumer = spawn {
            while !done.load(ordering: .relaxed) {
                usleep(2_000)
                dialed.client.resumeReading()
            }
        }
        var full = 0
        for number in 0..<count {
            let message = bytes("\(number) " + String(repeating: "x", count: 200))
            let result = message.withUnsafeBytes { message -> SendResult in
                let result = listening.server.send(message, to: client)
                guard result == .full else { return result }
                full += 1
                return listening.server.send(message, to: client, waitingAtMost: .seconds(20))
            }
            #expect(result == .queued)
            if result != .queued { break }
        }
        #expect(recorder.waits(20) { $0.messages.count == count })
        done.store(true, ordering: .relaxed)
        consumer()
        #expect(full > 0, "the producer was never held back: the test shows nothing")
        recorder.seen.withLock { seen in
            #expect(seen.closures.isEmpty)
            let inOrder = seen.messages.indices.allSatisfy { seen.messages[$0].starts(with: bytes("\($0) ")) }
            #expect(inOrder)
        }
    }

    @Test("after .stop not one message more is delivered until resumeReading()")
    func stopsAtOnce() throws {
        let listening = try Listening()
        let recorder = ClientRecorder(stopsAfter: { $0 == 10 })
        let dialed = try Dialed(port: listening.port, recorder: recorder)
        let client = try #require(listening.recorder.firstClient())
        for number in 0..<1_000 { #expect(listening.server.send(text: "\(number)", to: client) == .queued) }
        #expect(recorder.waits { $0.messages.count >= 10 })
        #expect(!recorder.waits(1) { $0.messages.count > 10 })
        dialed.client.resumeReading()
        #expect(recorder.waits { $0.messages.count == 1_000 })
        #expect(recorder.texts == (0..<1_000).map(String.init))
    }

    @Test("what was sent before the peer closed is still delivered to a client that had stopped reading")
    func closeWhileStopped() throws {
        let listening = try Listening()
        let recorder = ClientRecorder(stopsAfter: { $0 == 1 })
        let dialed = try Dialed(port: listening.port, recorder: recorder)
        let client = try #require(listening.recorder.firstClient())
        for number in 0..<5_000 { #expect(listening.server.send(text: "\(number)", to: client) == .queued) }
        #expect(recorder.waits { $0.messages.count == 1 })
        listening.server.stop(grace: .milliseconds(300))
        dialed.client.resumeReading()
        #expect(recorder.waits { !$0.closures.isEmpty })
        #expect(recorder.texts == (0..<5_000).map(String.init))
    }

    @Test("a client that has stopped reading keeps its connection past the hangup time")
    func stoppedIsNotDead() throws {
        let listening = try Listening()
        let recorder = ClientRecorder(stopsAfter: { $0 == 1 })
        let dialed = try Dialed(port: listening.port, recorder: recorder) {
            $0.pingSeconds = 1
            $0.hangupSeconds = 2
        }
        let client = try #require(listening.recorder.firstClient())
        #expect(listening.server.send(text: "one", to: client) == .queued)
        #expect(listening.server.send(text: "two", to: client) == .queued)
        #expect(!recorder.waits(4) { !$0.closures.isEmpty })
        dialed.client.resumeReading()
        #expect(recorder.waits { $0.messages.count == 2 })
    }

    @Test("a client that does not read fills its own queue only; nothing of it is dropped unsaid")
    func slowClient() throws {
        let listening = try Listening { $0.sendQueueBytes = 32 << 10 }
        let slow = try Dialed(port: listening.port, recorder: ClientRecorder(stopsAfter: { $0 == 1 }))
        let slowID = try #require(listening.recorder.firstClient())
        let quick = try Dialed(port: listening.port)
        #expect(listening.recorder.waits { $0.clients.count == 2 })
        let message = [UInt8](repeating: 120, count: 4_000)
        var missing: [WebSocketServer.ClientID: Int] = [:]
        for _ in 0..<4_000 {
            let result = message.withUnsafeBytes { listening.server.broadcast($0, waitingAtMost: .milliseconds(1)) }
            for id in result.full { missing[id, default: 0] += 1 }
            #expect(result.queued + result.full.count == 2)
        }
        let missingSlow = missing[slowID, default: 0]
        let missingQuick = missing.values.reduce(-missingSlow, +)
        #expect(missingSlow > 0 && missingQuick < missingSlow)
        #expect(quick.recorder.waits { $0.messages.count == 4_000 - missingQuick })
        slow.client.resumeReading()
        #expect(slow.recorder.waits { $0.messages.count == 4_000 - missingSlow })
        #expect(message.withUnsafeBytes { listening.server.send($0, to: slowID, waitingAtMost: .seconds(5)) } == .queued)
    }

    @Test("a producer that waits is released when its client goes")
    func releasedByClose() throws {
        let listening = try Listening { $0.sendQueueBytes = 32 << 10 }
        let recorder = ClientRecorder(stopsAfter: { $0 == 1 })
        let dialed = try Dialed(port: listening.port, recorder: recorder)
        let client = try #require(listening.recorder.firstClient())
        let message = [UInt8](repeating: 120, count: 8_000)
        let killer = spawn {
            usleep(300_000)
            dialed.client.stop(grace: .zero)
        }
        var result = SendResult.queued
        var sent = 0
        while result == .queued, sent < 1_000_000 {
            result = message.withUnsafeBytes { listening.server.send($0, to: client, waitingAtMost: .seconds(20)) }
            sent += 1
        }
        killer()
        #expect(result == .gone)
    }
}

/// Runs `body` on a thread of its own; the answer waits for its end.
func spawn(_ body: @escaping @Sendable () -> Void) -> () -> Void {
    final class Job {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Job(body)).toOpaque())
    let started = thread
    return { pthread_join(started, nil) }
}
