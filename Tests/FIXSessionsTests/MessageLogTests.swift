import FloorTesting
import Foundation
import PlainData
import Testing

@testable import FIXSessions

@Suite("the message log")
struct MessageLogTests {
    /// QuickFIX's own dictionaries: names of fields and messages, and the descriptions of values.
    private struct Reference {
        var names: [Int: String] = [:], values: [Int: [String: String]] = [:], messages: [String: String] = [:]

        mutating func add(_ lines: [String]) {
            var tag = 0
            for line in lines where line.contains("<") {
                func attribute(_ key: String) -> String? {
                    for quote in ["'", "\""] {
                        if let start = line.range(of: " \(key)=\(quote)")?.upperBound,
                            let end = line[start...].firstIndex(of: Character(quote))
                        {
                            return String(line[start..<end])
                        }
                    }
                    return nil
                }
                if line.contains("<field "), let number = attribute("number").flatMap({ Int($0) }), let name = attribute("name") {
                    tag = number
                    if names[tag] == nil { names[tag] = name }
                } else if line.contains("<value "), let value = attribute("enum"), let meaning = attribute("description") {
                    if values[tag]?[value] == nil { values[tag, default: [:]][value] = meaning }
                } else if line.contains("<message "), let type = attribute("msgtype"), let name = attribute("name") {
                    if messages[type] == nil { messages[type] = name }
                }
            }
        }
    }
    private static func plain(_ text: String) -> String { text.uppercased().filter { $0.isLetter || $0.isNumber } }

    @Test("names are those of FIX's dictionaries", .enabled(if: ReferenceData.isPresent))
    func names() throws {
        var reference = Reference()
        // The newest name of what several versions have; what only an older one has follows.
        for file in ["FIX44", "FIX50SP2", "FIXT11", "FIX42"] {
            reference.add(try ReferenceData.lines("fix-dictionaries/\(file).xml.gz"))
        }
        #expect(reference.names.count > 900 && reference.messages.count > 90)
        for (tag, field) in FIXDictionary.standard.fields {
            #expect(reference.names[tag] == field.name, "tag \(tag)")
            for (value, meaning) in field.values {
                let known = reference.values[tag]?[value]
                #expect(known.map(Self.plain) == Self.plain(meaning), "tag \(tag), \(value): \(known ?? "none")")
            }
        }
        for (type, name) in FIXDictionary.standard.messages { #expect(reference.messages[type] == name, "MsgType \(type)") }
    }

    /// Messages and meanings by hand.
    @Test("a line is a message in words; a message with a line break inside is one; a torn end is left out")
    func reading() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "fix"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = """
            2026-03-02T14:30:00.123456789Z > 8=FIX.4.4|9=99|35=D|34=17|49=FLOOR|56=BROKER|52=20260302-14:30:00.123|11=A-1|54=5|40=2|44=10.5|10=027|
            2026-03-02T14:30:00.200000000Z < 8=FIX.4.4|9=99|35=8|34=9|11=A-1|41=A-0|150=8|39=8|103=99|58=two
            lines|9999=x|10=001|
            2026-03-02T14:30:01.000000000Z > 8=FIX.4.4|35=0|34=18|10=0
            """.replacingOccurrences(of: "|", with: "\u{1}")
        try text.write(to: folder.appending(path: "fix/S.messages"), atomically: true, encoding: .utf8)
        let files = FIXMessageLog.files(in: folder.path())
        #expect(files.count == 1)
        var messages: [FIXLoggedMessage] = []
        for file in files {
            #expect(
                FIXMessageLog.read(file) {
                    messages.append($0); return true
                })
        }
        #expect(
            messages.map { $0.text() } == [
                "14:30:00.123456 → NewOrderSingle 17  ClOrdID=A-1  Side=5 SellShort  OrdType=2 Limit  Price=10.5",
                "14:30:00.200000 ← ExecutionReport 9  ClOrdID=A-1  OrigClOrdID=A-0  ExecType=8 Rejected  OrdStatus=8 Rejected  "
                    + "OrdRejReason=99 Other  Text=two·lines  9999=x",
            ])
        #expect(messages.last?.orderIDs == ["A-1", "A-0"] && messages.first?.raw.hasPrefix("8=FIX.4.4|9=99|35=D|") == true)
    }

    @Test("any bytes are read to their end", arguments: Fuzz.seeds(60, of: "FIX message log"))
    func anyBytes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let sound = Array("2026-03-02T14:30:00.123456789Z > 8=FIX.4.4\u{1}35=D\u{1}34=17\u{1}11=A\u{1}10=0\u{1}\n".utf8)
        var bytes: [UInt8] = []
        for _ in 0..<random.below(30) {
            var line = sound
            for _ in 0..<random.below(6) where !line.isEmpty {
                let at = random.below(line.count)
                if random.below(3) == 0 { line.remove(at: at) } else { line[at] = UInt8(random.below(256)) }
            }
            bytes += line
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString).messages").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(filePath: path))
        var read = 0
        #expect(
            FIXMessageLog.read(path) { message in
                read += message.text().isEmpty || message.raw.contains("\n") ? 1_000 : 1
                return true
            })
        #expect(read <= 30)
    }

    @Test("both ways are logged as they went")
    func session() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pair = Pair(), handler = Recorder()
        let seller = try FIXEngine([pair.acceptor { $0.storePath = folder }], handler: handler)
        let buyer = try FIXEngine([pair.initiator { $0.storePath = folder }], handler: Recorder())
        try seller.start()
        try buyer.start()
        defer {
            buyer.stop(graceMilliseconds: 0)
            seller.stop(graceMilliseconds: 0)
        }
        try #require(eventually { buyer.isLoggedOn() })
        var message = order("A-1")
        message.append(.text, "Grüße")
        try buyer.send(message)
        let files = FIXMessageLog.files(in: folder)
        #expect(files.count == 2)
        func messages(_ way: Bool) -> [FIXLoggedMessage] {
            var found: [FIXLoggedMessage] = []
            for file in files {
                _ = FIXMessageLog.read(file) {
                    if $0.isOurs == way { found.append($0) }; return true
                }
            }
            return found.filter { $0.msgType == "D" }
        }
        #expect(eventually { messages(true).count == 1 && messages(false).count == 1 })
        // What left is what came, byte for byte.
        #expect(messages(true).map(\.fields) == messages(false).map(\.fields) && messages(true).first?[58] == "Grüße")
    }
}
