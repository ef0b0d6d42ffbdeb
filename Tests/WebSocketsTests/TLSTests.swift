import Foundation
import Synchronization
import Testing

@testable import WebSockets

@Suite("TLS", .enabled(if: Certificates.shared != nil, "needs the command openssl"))
struct TLSTests {
    private func listening(_ certificates: Certificates) throws -> Listening {
        try Listening(echoes: true) {
            $0.certificateFile = certificates.file("server.pem")
            $0.privateKeyFile = certificates.file("server.key")
        }
    }

    @Test("wss:// works with a certificate of the given authority")
    func trusted() throws {
        let certificates = try #require(Certificates.shared)
        let listening = try listening(certificates)
        let dialed = try Dialed(port: listening.port, scheme: "wss", host: "localhost") {
            $0.caFile = certificates.file("ca.pem")
        }
        #expect(dialed.recorder.waits { $0.opened == 1 }, "\(dialed.recorder.seen.withLock { $0.failures })")
        #expect(dialed.client.send(text: "secret") == .queued)
        #expect(dialed.recorder.waits { $0.messages == [bytes("secret")] })
    }

    /// What made some fail: libwebsockets' issue 2178, see context.c.
    @Test("connections shake hands while others are being made")
    func manyAtOnce() throws {
        let certificates = try #require(Certificates.shared)
        let listening = try listening(certificates)
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<10 {
                do {
                    let dialed = try Dialed(port: listening.port, scheme: "wss", host: "localhost") {
                        $0.caFile = certificates.file("ca.pem")
                    }
                    _ = dialed.recorder.waits { $0.opened == 1 || !$0.failures.isEmpty }
                    guard dialed.recorder.seen.withLock({ $0.opened }) != 1 else { continue }
                    failures.withLock { $0.append("\(dialed.recorder.seen.withLock { $0.failures })") }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test("another authority is refused, and the cause says so")
    func untrusted() throws {
        let certificates = try #require(Certificates.shared)
        let listening = try listening(certificates)
        let dialed = try Dialed(port: listening.port, scheme: "wss", host: "localhost") {
            $0.caFile = certificates.file("other.pem")
        }
        #expect(dialed.recorder.waits { !$0.failures.isEmpty })
        let error = try #require(dialed.recorder.seen.withLock { $0.failures.first })
        #expect(error.description.hasPrefix("cannot connect to localhost:\(listening.port): "))
        #expect(error.description.contains("certificate"))
        #expect(dialed.recorder.seen.withLock { $0.opened } == 0)
    }

    @Test("a certificate for another host name is refused")
    func otherHost() throws {
        let certificates = try #require(Certificates.shared)
        let listening = try listening(certificates)
        let dialed = try Dialed(port: listening.port, scheme: "wss", host: "127.0.0.1") {
            $0.caFile = certificates.file("ca.pem")
        }
        #expect(dialed.recorder.waits { !$0.failures.isEmpty })
        #expect(dialed.recorder.seen.withLock { $0.opened } == 0)
    }
}

/// Two authorities, and a certificate of the first for "localhost", made afresh.
struct Certificates {
    let folder: URL

    func file(_ name: String) -> String { folder.appending(path: name).path }

    static let shared: Certificates? = {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "certificates-\(ProcessInfo.processInfo.processIdentifier)")
        let script = """
            set -e; mkdir -p "$1"; cd "$1"
            for ca in ca other; do
              openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$ca" -keyout $ca.key -out $ca.pem
            done
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            printf 'subjectAltName=DNS:localhost\\n' > names
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
            """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script, "sh", folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? Certificates(folder: folder) : nil
    }()
}
