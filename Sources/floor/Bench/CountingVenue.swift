import Foundation
import Glibc
import StreamRuntime
import Synchronization

/// The least that a FIX 4.4 venue can be: it logs on, acknowledges each order as resting, and notes when cancels come. It answers
/// no cancel, and checks no numbers: what is measured is the side that sends.
///
/// `@unchecked Sendable`: the descriptor is set before its thread starts; the rest is atomic or that thread's.
final class CountingVenue: @unchecked Sendable {
    let port: Int
    private let listener: Int32
    let orders = Atomic<Int>(0), cancels = Atomic<Int>(0), lastCancel = Atomic<Int64>(0)
    private let isStopping = Atomic<Bool>(false), ended = DispatchSemaphore(value: 0)
    private var sequence = 0

    init() throws {
        let socket = try LoopbackListener()
        (listener, port) = (socket.descriptor, socket.port)
        Thread.detachNewThread { [self] in
            run()
            ended.signal()
        }
    }
    func stop() {
        isStopping.store(true, ordering: .releasing)
        shutdown(listener, Int32(SHUT_RDWR))
        ended.wait()
        close(listener)
    }

    private func run() {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        defer { close(client) }
        var time = timeval(tv_sec: 0, tv_usec: 100_000)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        // What it costs to read a message is taken from the floor's own time where cores are few: bytes are looked at once.
        var buffer = [UInt8](repeating: 0, count: 1 << 20), have = 0
        while !isStopping.load(ordering: .acquiring) {
            let room = buffer.count - have
            let n = buffer.withUnsafeMutableBytes { recv(client, $0.baseAddress.map { $0 + have }, room, 0) }
            if n == 0 { return }
            guard n > 0 else { continue }
            let now = TickClock.monotonic()
            have += n
            var out: [UInt8] = [], at = 0
            while let end = Self.end(of: buffer, from: at, to: have) {
                if Self.find([1, 0x33, 0x35, 0x3D, 0x46, 1], in: buffer, from: at, to: end) != nil {  // ␁35=F␁
                    lastCancel.store(now, ordering: .relaxed)
                    cancels.add(1, ordering: .releasing)
                } else {
                    answer(buffer[at..<end], &out)
                }
                at = end
            }
            buffer.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress { memmove(base, base + at, have - at) }
            }
            have -= at
            put(out, client)
        }
    }
    /// After a message's checksum: `10=nnn␁`.
    private static func end(of bytes: [UInt8], from: Int, to: Int) -> Int? {
        guard let found = find([1, 0x31, 0x30, 0x3D], in: bytes, from: from, to: to), found + 8 <= to else { return nil }
        return found + 8
    }
    private static func find(_ mark: [UInt8], in bytes: [UInt8], from: Int, to: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var at = from
            while at + mark.count <= to {
                if bytes[at] == mark[0], (1..<mark.count).allSatisfy({ bytes[at + $0] == mark[$0] }) { return at }
                at += 1
            }
            return nil
        }
    }
    private func answer(_ message: ArraySlice<UInt8>, _ out: inout [UInt8]) {
        var fields: [Int: String] = [:]
        for field in message.split(separator: 1) {
            let parts = field.split(separator: 0x3D, maxSplits: 1)
            guard parts.count == 2, let tag = Int(String(decoding: parts[0], as: UTF8.self)) else { continue }
            fields[tag] = String(decoding: parts[1], as: UTF8.self)
        }
        switch fields[35] ?? "" {
        case "A":
            say("A", "98=0\u{1}108=\(fields[108] ?? "30")\u{1}" + (fields[141].map { "141=\($0)\u{1}" } ?? ""), fields, &out)
        case "1": say("0", "112=\(fields[112] ?? "")\u{1}", fields, &out)
        case "D":
            let number = orders.add(1, ordering: .relaxed).newValue
            say(
                "8",
                "37=O\(number)\u{1}17=E\(number)\u{1}11=\(fields[11] ?? "")\u{1}150=0\u{1}39=0\u{1}55=\(fields[55] ?? "")\u{1}"
                    + "54=\(fields[54] ?? "1")\u{1}38=\(fields[38] ?? "0")\u{1}151=\(fields[38] ?? "0")\u{1}14=0\u{1}6=0\u{1}",
                fields, &out)
        default: break
        }
    }
    private func say(_ type: String, _ body: String, _ asked: [Int: String], _ out: inout [UInt8]) {
        sequence += 1
        let text =
            "35=\(type)\u{1}34=\(sequence)\u{1}49=\(asked[56] ?? "")\u{1}56=\(asked[49] ?? "")\u{1}52=\(asked[52] ?? "")\u{1}"
            + body
        let head = Array("8=FIX.4.4\u{1}9=\(text.utf8.count)\u{1}".utf8) + Array(text.utf8)
        let sum = head.reduce(0) { ($0 + Int($1)) & 255 }
        out += head + Array("10=\(String(1_000 + sum).dropFirst())\u{1}".utf8)
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
