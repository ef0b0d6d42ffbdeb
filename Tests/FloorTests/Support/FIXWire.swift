import Glibc

/// FIX 4.4 over a plain socket, written for these tests alone: what the desk puts on the wire is judged by something that
/// is not its session library.
struct FIXWire: ~Copyable {
    struct Message: CustomStringConvertible {
        var fields: [(tag: Int, value: String)]
        subscript(tag: Int) -> String? { fields.first { $0.tag == tag }?.value }
        var type: String { self[35] ?? "" }
        var seqNum: Int { Int(self[34] ?? "") ?? 0 }
        var isPossDup: Bool { self[43] == "Y" }
        var description: String { fields.map { "\($0.tag)=\($0.value)" }.joined(separator: "|") }
    }
    enum Failure: Error { case closed, malformed(String) }

    private let descriptor: Int32
    private var received: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    func send(_ fields: [(Int, String)]) throws {
        let body = fields.map { "\($0.0)=\($0.1)\u{1}" }.joined()
        let framed = "8=FIX.4.4\u{1}9=\(body.utf8.count)\u{1}" + body
        let sum = framed.utf8.reduce(0) { $0 + Int($1) } % 256
        let bytes = Array((framed + "10=" + String(1_000 + sum).dropFirst() + "\u{1}").utf8)
        var sent = 0
        while sent < bytes.count {
            let n = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard n > 0 else { throw Failure.closed }
            sent += n
        }
    }

    /// The next message, nil when none came in time. Its BodyLength and CheckSum are verified.
    mutating func next(milliseconds: Int32) throws -> Message? {
        while true {
            if let message = try takeMessage() { return message }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, milliseconds) == 1 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure.closed }
            received += buffer.prefix(count)
        }
    }

    private mutating func takeMessage() throws -> Message? {
        guard let first = received.firstIndex(of: 1), let second = received[(first + 1)...].firstIndex(of: 1) else { return nil }
        let head = String(decoding: received[...second], as: UTF8.self)
        guard head.hasPrefix("8=FIX.4.4\u{1}9="), let length = Int(head.dropFirst(12).dropLast()) else {
            throw Failure.malformed(head)
        }
        let trailer = second + 1 + length
        guard received.count >= trailer + 7 else { return nil }
        let sum = received[..<trailer].reduce(0) { $0 + Int($1) } % 256
        let given = String(decoding: received[trailer..<trailer + 7], as: UTF8.self)
        guard given == "10=" + String(1_000 + sum).dropFirst() + "\u{1}" else {
            throw Failure.malformed("\(given) where CheckSum is \(sum)")
        }
        let text = String(decoding: received[..<trailer], as: UTF8.self)
        received.removeFirst(trailer + 7)
        return Message(
            fields: text.split(separator: "\u{1}").map { field in
                let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (Int(parts[0]) ?? 0, parts.count > 1 ? String(parts[1]) : "")
            })
    }
}
