import FloorTesting
import Glibc

/// A FIX peer of its own over a plain socket: framing, checksum and sequence numbers are written here a second time, so
/// that what the engine puts on the wire is judged by something that is not the engine.
final class RawPeer {
    struct Message: CustomStringConvertible {
        let fields: [(tag: Int, value: String)]

        subscript(tag: Int) -> String? { fields.first { $0.tag == tag }?.value }
        var type: String { self[35] ?? "?" }
        var description: String { fields.map { "\($0.tag)=\($0.value)" }.joined(separator: "|") }
    }

    enum Failure: Error {
        case closed
        case timedOut(waitingFor: String)
        case malformed(String)
    }

    private var descriptor: Int32
    private var received: [UInt8] = []
    private(set) var log: [Message] = []
    let sender: String
    let target: String
    var nextSeqNum = 1

    private init(descriptor: Int32, sender: String, target: String) {
        self.descriptor = descriptor
        self.sender = sender
        self.target = target
    }

    deinit { hangUp() }

    func hangUp() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Connects as an initiator; tries until the port listens.
    static func connect(port: Int, sender: String, target: String) throws -> RawPeer {
        for _ in 0..<500 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = loopbackAddress(port: port)
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0 { return RawPeer(descriptor: descriptor, sender: sender, target: target) }
            close(descriptor)
            usleep(10_000)
        }
        throw Failure.timedOut(waitingFor: "port \(port)")
    }

    /// A listening socket; `accept` takes the next connection from it.
    final class Listener {
        private let descriptor: Int32

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            var address = loopbackAddress(port: port)
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard status == 0, listen(descriptor, 8) == 0 else { throw Failure.malformed("cannot listen on \(port)") }
        }

        deinit { close(descriptor) }

        func accept(seconds: Int32 = 10, sender: String, target: String) throws -> RawPeer {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, seconds * 1000) == 1 else { throw Failure.timedOut(waitingFor: "a connection") }
            return RawPeer(descriptor: Glibc.accept(descriptor, nil, nil), sender: sender, target: target)
        }
    }

    /// Sends a message with the next sequence number; `seqNum` sends it under another one, without counting.
    func send(_ type: String, _ body: [(Int, String)], seqNum: Int? = nil, header: [(Int, String)] = []) throws {
        let number = seqNum ?? nextSeqNum
        if seqNum == nil { nextSeqNum += 1 }
        let first: [(Int, String)] = [(35, type), (34, String(number)), (49, sender), (52, utcNow()), (56, target)]
        let inner = (first + header + body).map { "\($0.0)=\($0.1)\u{1}" }.joined()
        let framed = "8=FIX.4.4\u{1}9=\(inner.utf8.count)\u{1}" + inner
        let sum = framed.utf8.reduce(0) { $0 + Int($1) } % 256
        let digits = String(sum)
        try write(Array((framed + "10=" + String(repeating: "0", count: 3 - digits.count) + digits + "\u{1}").utf8))
    }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.closed }
            sent += count
        }
    }

    /// The next message of the type, others are logged and skipped.
    @discardableResult
    func expect(_ type: String, seconds: Double = 10) throws -> Message {
        for _ in 0..<1000 {
            let message = try next(seconds: seconds, waitingFor: type)
            if message.type == type { return message }
        }
        throw Failure.timedOut(waitingFor: type)
    }

    /// The next message, whatever it is; its BodyLength and CheckSum are verified.
    func next(seconds: Double = 10, waitingFor: String = "a message") throws -> Message {
        while true {
            if let message = try takeMessage() {
                log.append(message)
                return message
            }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, Int32(seconds * 1000)) == 1 else { throw Failure.timedOut(waitingFor: waitingFor) }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure.closed }
            received += buffer.prefix(count)
        }
    }

    private func takeMessage() throws -> Message? {
        let text = received
        guard let bodyStart = endOfField(2, in: text) else { return nil }
        let head = String(decoding: text[..<bodyStart], as: UTF8.self).split(separator: "\u{1}")
        guard head.count == 2, head[0] == "8=FIX.4.4", head[1].hasPrefix("9="), let length = Int(head[1].dropFirst(2)) else {
            throw Failure.malformed(String(decoding: text, as: UTF8.self))
        }
        let trailer = bodyStart + length
        guard text.count >= trailer + 7 else { return nil }
        let sum = text[..<trailer].reduce(0) { $0 + Int($1) } % 256
        let given = String(decoding: text[trailer..<trailer + 7], as: UTF8.self)
        guard given.hasPrefix("10="), Int(given.dropFirst(3).prefix(3)) == sum else { throw Failure.malformed(given) }
        let fields = String(decoding: text[..<trailer], as: UTF8.self).split(separator: "\u{1}").map { field in
            let parts = field.split(separator: "=", maxSplits: 1)
            return (tag: Int(parts[0]) ?? 0, value: parts.count > 1 ? String(parts[1]) : "")
        }
        received.removeFirst(trailer + 7)
        return Message(fields: fields)
    }

    private func endOfField(_ count: Int, in text: [UInt8]) -> Int? {
        var seen = 0
        for (offset, byte) in text.enumerated() where byte == 1 {
            seen += 1
            if seen == count { return offset + 1 }
        }
        return nil
    }

    private func utcNow() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let length = strftime(&buffer, buffer.count, "%Y%m%d-%H:%M:%S", &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
