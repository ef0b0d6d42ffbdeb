import FIXSessions
import FloorTesting
import Foundation
import Synchronization
import Testing

/// What QuickFIX's own session scripts play against an acceptor on this shim and this store. The scripts and their player
/// are reference data, the standard dictionaries come with the tests' Python packages (scripts/install-dependencies --tests).
@Suite(
    "QuickFIX's session scripts, against this shim and this store",
    .enabled(if: SessionScripts.arePresent, "needs the session scripts, their player and the standard dictionaries"))
struct SessionScriptTests {
    @Test("all pass, nothing relaxed", arguments: [FIXVersion.fix42, .fix44, .fixt11])
    func all(version: FIXVersion) throws {
        let store = FileManager.default.temporaryDirectory.appendingPathComponent("fix-scripts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: store) }
        let name = version == .fix42 ? "42" : version == .fix44 ? "44" : "50SP2"
        var settings = FIXSessionSettings(
            role: .acceptor, version: version, sender: "ISLD", target: "TW" + name, port: freePort(), storePath: store.path,
            resetOnLogon: true, gapFilled: [], dictionaryPath: SessionScripts.dictionary("FIX" + name))
        settings.transportDictionaryPath = SessionScripts.dictionary("FIXT11")
        let acceptor = try FIXEngine([settings], handler: Echo())
        try acceptor.start()
        defer { acceptor.stop(graceMilliseconds: 0) }

        let player = Process()
        player.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        player.arguments = [
            "python3", SessionScripts.player, "--port", "\(settings.port)", "--version", "fix" + name.lowercased(),
            SessionScripts.folder,
        ]
        let log = store.appendingPathComponent("played.txt")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        player.standardOutput = try FileHandle(forWritingTo: log)
        player.standardError = player.standardOutput
        try player.run()
        player.waitUntilExit()
        let said = try String(contentsOf: log, encoding: .utf8)
        let passed = said.split(separator: "\n").filter { $0.contains("pass") }.count
        #expect(player.terminationStatus == 0, "\(said)")
        #expect(passed >= 40, "\(said)")
    }
}

/// Sends NewOrderSingle and SecurityDefinition back as they came, but not a PossResend of an order that came before on this
/// connection; knows no other type. As the scripts want it.
private final class Echo: FIXHandler {
    private let seen = Mutex<Set<String>>([])

    func onLogout(_ session: borrowing FIXSession) { seen.withLock { $0 = [] } }
    func fromApp(_ message: borrowing FIXMessageView, in session: borrowing FIXSession) -> FIXVerdict {
        guard let type = message.msgType, type == .newOrderSingle || type == FIXMsgType("d") else {
            return .unsupportedMsgType
        }
        if type == .newOrderSingle, let id = message.string(.clOrdID) {
            let isKnown = seen.withLock { !$0.insert(id).inserted }
            if isKnown, message.flag(.possResend) { return .accept }
        }
        var reply = FIXMessageBuilder(type)
        // The header's own fields are the session's to make; PossResend stays.
        let own: Set<Int32> = [8, 9, 10, 34, 35, 43, 49, 52, 56, 57, 50, 115, 116, 122, 128, 129, 144, 145, 142, 143]
        for field in message.text().split(separator: 1) {
            guard let equals = field.firstIndex(of: UInt8(ascii: "=")),
                let tag = Int32(String(decoding: field[..<equals], as: UTF8.self)), !own.contains(tag)
            else { continue }
            reply.append(FIXTag(rawValue: tag), String(decoding: field[field.index(after: equals)...], as: UTF8.self))
        }
        _ = try? session.send(reply, policy: .storeAndResend)
        return .accept
    }
}

private enum SessionScripts {
    static let folder = ReferenceData.folder.appendingPathComponent("fix-acceptance/quickfix").path
    static let player = ReferenceData.folder.deletingLastPathComponent().appendingPathComponent("tools/run_def.py").path
    private static let dictionaries: String = {
        var path = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { path.deleteLastPathComponent() }
        return path.appendingPathComponent(".venv/share/fix-dictionaries").path
    }()
    static func dictionary(_ name: String) -> String { "\(dictionaries)/\(name).xml" }
    static var arePresent: Bool {
        [folder, player, dictionary("FIX42"), dictionary("FIX44"), dictionary("FIX50SP2"), dictionary("FIXT11")]
            .allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }
}
