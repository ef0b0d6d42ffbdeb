import FIXSessions
import FloorTesting
import Foundation
import Testing

/// Certificates by the command openssl, of RSA keys as QuickFIX wants them: a venue's and a client's of one authority, and an authority that signed neither.
private enum Certificates {
    static let folder: String? = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("fix-tls-\(UUID().uuidString)")
        let script = """
            set -e; mkdir -p "$0"; cd "$0"
            for ca in ca other; do
              openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$ca" -keyout $ca.key -out $ca.pem
            done
            for name in venue client; do
              openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout $name.key -out $name.csr
              openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $name.pem
            done
            """
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script, url.path]
        shell.standardError = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        guard (try? shell.run()) != nil else { return nil }
        shell.waitUntilExit()
        return shell.terminationStatus == 0 ? url.path : nil
    }()
    static func file(_ name: String) -> String { (folder ?? "") + "/" + name }
}

@Suite("FIX over TLS", .enabled(if: Certificates.folder != nil, "needs the command openssl"), .serialized)
struct TLSTests {
    private let venue = FIXTLS(
        ca: Certificates.file("ca.pem"), certificate: Certificates.file("venue.pem"), key: Certificates.file("venue.key"))
    private let client = FIXTLS(
        ca: Certificates.file("ca.pem"), certificate: Certificates.file("client.pem"), key: Certificates.file("client.key"))

    private func logsOn(_ pair: Pair, _ venue: FIXTLS?, _ client: FIXTLS?, within seconds: Double) throws -> Bool {
        let acceptor = try FIXEngine([pair.acceptor { $0.tls = venue }], handler: Recorder())
        let initiator = try FIXEngine([pair.initiator { $0.tls = client }], handler: Recorder())
        try acceptor.start()
        try initiator.start()
        defer {
            initiator.stop(graceMilliseconds: 0)
            acceptor.stop(graceMilliseconds: 0)
        }
        return eventually(seconds: seconds) { initiator.isLoggedOn() && acceptor.isLoggedOn() }
    }

    @Test("both sides know each other by one authority, and a message goes through")
    func mutual() throws {
        let pair = Pair(), desk = Recorder(), seller = Recorder()
        let acceptor = try FIXEngine([pair.acceptor { $0.tls = venue }], handler: seller)
        let initiator = try FIXEngine([pair.initiator { $0.tls = client }], handler: desk)
        try acceptor.start()
        try initiator.start()
        defer {
            initiator.stop(graceMilliseconds: 0)
            acceptor.stop(graceMilliseconds: 0)
        }
        #expect(eventually { initiator.isLoggedOn() && acceptor.isLoggedOn() })
        var order = FIXMessageBuilder(.newOrderSingle)
        order.append(.clOrdID, "A")
        try initiator.send(order)
        #expect(eventually { seller.app("D").count == 1 })
    }

    @Test("nobody gets on without a certificate of the right authority, or in clear text")
    func refused() throws {
        let other = Certificates.file("other.pem")
        #expect(try !logsOn(Pair(), venue, FIXTLS(ca: other, certificate: client.certificate, key: client.key), within: 1.5))
        #expect(try !logsOn(Pair(), venue, FIXTLS(ca: client.ca), within: 1.5), "the venue asks for one")
        #expect(try !logsOn(Pair(), venue, nil, within: 1.5))
    }

    @Test("an initiator that would believe anybody is refused, as is a venue without a certificate")
    func settings() {
        #expect(throws: FIXEngineError.self) { try FIXEngine([Pair().initiator { $0.tls = FIXTLS() }], handler: Recorder()) }
        #expect(throws: FIXEngineError.self) {
            try FIXEngine([Pair().acceptor { $0.tls = FIXTLS(ca: Certificates.file("ca.pem")) }], handler: Recorder())
        }
    }
}
