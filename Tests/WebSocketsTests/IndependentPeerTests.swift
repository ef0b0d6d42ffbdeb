import Foundation
import Glibc
import Testing

@testable import WebSockets

/// The same library on both ends could be wrong in the same way twice; Python's `websockets` shares no code with it.
@Suite("against an independent peer", .enabled(if: python != nil, "needs .venv/bin/python with the package websockets"))
struct IndependentPeerTests {
    @Test("our client puts a message of five fragments together, and reads texts, bytes and a close code")
    func client() throws {
        let peer = try Peer(
            """
            import asyncio, sys, websockets
            async def serve(ws):
                await ws.send("h\\u00e9llo")
                await ws.send(bytes(range(256)) * 4)
                async def pieces():
                    for i in range(5): yield chr(97 + i) * 60000
                await ws.send(pieces())
                heard = [await ws.recv(), await ws.recv()]
                await ws.send("heard " + heard[0] + " and " + str(len(heard[1])))
                await (await ws.ping())
                await ws.close(4001, "session expired")
            async def main():
                async with websockets.serve(serve, "127.0.0.1", 0, max_size=None, compression="deflate") as server:
                    print(server.sockets[0].getsockname()[1], flush=True)
                    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            asyncio.run(main())
            """)
        let port = try #require(UInt16(peer.line()))
        for compresses in [false, true] {
            let dialed = try Dialed(port: port) { $0.offersCompression = compresses }
            #expect(dialed.recorder.waits { $0.messages.count == 3 })
            #expect(dialed.client.send(text: "you") == .queued)
            #expect(dialed.client.send(text: String(repeating: "é", count: 100_000)) == .queued)
            #expect(dialed.recorder.waits { !$0.closures.isEmpty })
            let (messages, kinds, closures) = dialed.recorder.seen.withLock { ($0.messages, $0.kinds, $0.closures) }
            try #require(messages.count == 4)
            #expect(messages[0] == bytes("héllo"))
            #expect(messages[1] == Array((0..<1024).map { UInt8($0 % 256) }))
            #expect(messages[2] == "abcde".flatMap { [UInt8](repeating: $0.asciiValue ?? 0, count: 60_000) })
            #expect(messages[3] == bytes("heard you and 100000"))
            #expect(kinds == [false, true, false, false])
            #expect(closures == [WebSocketClosure(code: 4001, reason: "session expired")])
        }
    }

    @Test("our server understands fragments, answers a close, and loses nothing to a slow reader")
    func server() throws {
        let listening = try Listening(echoes: true) { $0.sendQueueBytes = 256 << 10 }
        let peer = try Peer(
            """
            import asyncio, sys, websockets
            async def main():
                async with websockets.connect("ws://127.0.0.1:\(listening.port)/", max_size=None, max_queue=1) as ws:
                    async def pieces():
                        for i in range(4): yield chr(97 + i) * 20000
                    await ws.send(pieces())
                    back = await ws.recv()
                    print(len(back), back[0] + back[-1], flush=True)
                    await asyncio.sleep(0.5)
                    count = 0
                    try:
                        while True:
                            text = await ws.recv()
                            assert text.startswith(str(count) + " "), text[:20]
                            count += 1
                    except websockets.ConnectionClosed as end:
                        print(count, end.rcvd.code, end.rcvd.reason, flush=True)
                async with websockets.connect("ws://127.0.0.1:\(listening.port)/") as ws:
                    await ws.close(4002, "bye")
            asyncio.run(main())
            """)
        let client = try #require(listening.recorder.firstClient())
        #expect(peer.line() == "80000 ad")
        let filler = String(repeating: "x", count: 1_000)
        for number in 0..<10_000 {
            let message = bytes("\(number) \(filler)")
            let result = message.withUnsafeBytes { listening.server.send($0, to: client, waitingAtMost: .seconds(20)) }
            #expect(result == .queued)
        }
        listening.server.close(client, code: 4003, reason: "end of tape")
        #expect(peer.line() == "10000 4003 end of tape")
        #expect(listening.recorder.waits { $0.closures.contains(WebSocketClosure(code: 4002, reason: "bye")) })
    }

    @Test("a peer that is killed is a lost connection, and the next connect() succeeds when it is back")
    func killed() throws {
        let script = """
            import asyncio, sys, websockets
            async def serve(ws):
                async for m in ws: await ws.send(m)
            async def main():
                async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1])) as server:
                    print(server.sockets[0].getsockname()[1], flush=True)
                    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            asyncio.run(main())
            """
        let first = try Peer(script, "0")
        let port = try #require(UInt16(first.line()))
        let dialed = try Dialed(port: port)
        #expect(dialed.recorder.waits { $0.opened == 1 })
        first.kill()
        #expect(dialed.recorder.waits { $0.closures == [WebSocketClosure(code: WebSocketClosure.abnormal)] })
        let second = try Peer(script, String(port))
        #expect(second.line() == String(port))
        dialed.client.connect()
        #expect(dialed.recorder.waits { $0.opened == 2 })
        #expect(dialed.client.send(text: "again") == .queued)
        #expect(dialed.recorder.waits { $0.messages == [bytes("again")] })
    }

    @Test("a peer whose text is no UTF-8 is closed with code 1007")
    func badText() throws {
        let listening = try Listening()
        let peer = try Peer(
            """
            import asyncio, websockets
            from websockets.frames import Frame, Opcode
            async def main():
                async with websockets.connect("ws://127.0.0.1:\(listening.port)/") as ws:
                    ws.transport.write(Frame(Opcode.TEXT, b"\\xff\\xfe").serialize(mask=True))
                    try: await ws.recv()
                    except websockets.ConnectionClosed as end: print(end.rcvd.code if end.rcvd else "lost", flush=True)
            asyncio.run(main())
            """)
        #expect(peer.line() == "1007")
        #expect(listening.recorder.seen.withLock { $0.messages.isEmpty })
    }
}

/// The Python of the package's virtual environment, where it has the peer's library.
let python: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appending(path: ".venv/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    let probe = Process()
    probe.executableURL = URL(filePath: path)
    probe.arguments = ["-c", "import websockets"]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return nil }
    probe.waitUntilExit()
    return probe.terminationStatus == 0 ? path : nil
}()

/// A Python script that runs until its standard input ends or it is killed.
final class Peer {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var rest: [UInt8] = []

    init(_ script: String, _ arguments: String...) throws {
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = ["-c", script] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    /// The next line it prints; empty at the end.
    func line() -> String {
        while true {
            if let end = rest.firstIndex(of: 10) {
                defer { rest.removeSubrange(...end) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return "" }
            rest += more
        }
    }

    func kill() {
        precondition(process.processIdentifier > 1)
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill() }
        process.waitUntilExit()
    }
}
