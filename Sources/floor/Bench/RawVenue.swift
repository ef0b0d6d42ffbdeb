import Foundation
import Glibc

/// A WebSocket server as small as can be, for one connection: it says all its messages as fast as the socket takes them, many
/// frames a write, and closes. A real server is slower than what is to be measured; this one makes a block of frames once and then
/// only writes the messages' numbers into it, so that it takes little of the machine on which both run.
final class RawVenue: @unchecked Sendable {  // made on one thread, then its own thread's alone
    let port: UInt16
    private let listener: Int32
    private var thread = pthread_t()

    /// - Parameter first: the first message's number, of as many digits as the last one's.
    init(messages: Int, first: Int, _ text: @escaping @Sendable (Int) -> String) throws {
        let socket = try LoopbackListener(), listener = socket.descriptor
        (self.listener, port) = (listener, UInt16(socket.port))
        let job = Unmanaged.passRetained(Job(listener, messages, first, text))
        pthread_create(&thread, nil, rawVenueMain, job.toOpaque())
    }
    func join() { pthread_join(thread, nil) }

    fileprivate final class Job {
        let listener: Int32, messages: Int, first: Int, text: @Sendable (Int) -> String
        init(_ listener: Int32, _ messages: Int, _ first: Int, _ text: @escaping @Sendable (Int) -> String) {
            (self.listener, self.messages, self.first, self.text) = (listener, messages, first, text)
        }

        func run() {
            let client = accept(listener, nil, nil)
            defer {
                close(client)
                close(listener)
            }
            guard let key = key(of: request(client)) else { return }
            let answer =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + Data(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString() + "\r\n\r\n"
            put(Array(answer.utf8), client)
            sendAll(client)
            put([0x88, 2, 0x03, 0xE8], client)
            var rest: UInt8 = 0
            while recv(client, &rest, 1, 0) > 0 {}
        }

        private func sendAll(_ client: Int32) {
            let text = Array(text(first).utf8), digits = Array(String(first).utf8)
            let frame =
                (text.count < 126 ? [0x81, UInt8(text.count)] : [0x81, 126, UInt8(text.count >> 8), UInt8(text.count & 255)])
                + text
            let places = frame.indices.filter { frame[$0...].starts(with: digits) }
            let many = 512
            var block = Array(repeatElement(frame, count: many).joined())
            var id = first
            while id < first + messages {
                let now = min(many, first + messages - id)
                for n in 0..<now {
                    for place in places {
                        var rest = id + n, at = n * frame.count + place + digits.count
                        for _ in digits {
                            at -= 1
                            block[at] = UInt8(48 + rest % 10)
                            rest /= 10
                        }
                    }
                }
                put(now == many ? block : Array(block[..<(now * frame.count)]), client)
                id += now
            }
        }

        private func request(_ client: Int32) -> String {
            var bytes: [UInt8] = [], byte: UInt8 = 0
            while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]), recv(client, &byte, 1, 0) == 1 { bytes.append(byte) }
            return String(decoding: bytes, as: UTF8.self)
        }
        private func key(of request: String) -> String? {
            request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("sec-websocket-key:") }
                .map { $0.dropFirst(18).trimmingCharacters(in: .whitespaces) }
        }
        private func put(_ bytes: [UInt8], _ client: Int32) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    send(client, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return }
                sent += count
            }
        }
    }
}

private func rawVenueMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<RawVenue.Job>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}

/// For the handshake of RFC 6455, which asks for it. Source: FIPS 180-4.
enum SHA1 {
    static func digest(_ message: [UInt8]) -> [UInt8] {
        var bytes = message + [0x80]
        bytes += Array(repeating: 0, count: (120 - bytes.count % 64) % 64)
        bytes += withUnsafeBytes(of: UInt64(message.count * 8).bigEndian) { Array($0) }
        var hash: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        for block in stride(from: 0, to: bytes.count, by: 64) {
            var words = (0..<16).map { n in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + 4 * n + $1]) } }
            for n in 16..<80 {
                let word = words[n - 3] ^ words[n - 8] ^ words[n - 14] ^ words[n - 16]
                words.append(word << 1 | word >> 31)
            }
            var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
            for n in 0..<80 {
                let (mixed, constant): (UInt32, UInt32) =
                    switch n {
                    case 0..<20: (b & c | ~b & d, 0x5A82_7999)
                    case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                    case 40..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                (a, b, c, d, e) = ((a << 5 | a >> 27) &+ mixed &+ e &+ constant &+ words[n], a, b << 30 | b >> 2, c, d)
            }
            for (n, part) in [a, b, c, d, e].enumerated() { hash[n] = hash[n] &+ part }
        }
        return hash.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
    }
}
