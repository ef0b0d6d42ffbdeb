import ArgumentParser
import FIXSessions
import Glibc

struct FIXCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fix", abstract: "FIX sessions: log, the messages of a day in words.", subcommands: [Log.self])

    struct Log: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a day's FIX messages, both ways, with the names of fields and values.",
            discussion: """
                A line a message: time (UTC), → left or ← came, its name and MsgSeqNum, its fields.
                  floor fix log day
                  floor fix log day --order A-1                    # and what replaced and canceled it
                  floor fix log day --type ExecutionReport,9 --from 14:30 --to 14:31
                  floor fix log day --session BROKER --admin --raw
                The log of a running floor can be read.
                """)

        @Argument(help: "The data directory, a folder of session stores, or a .messages file.") var place = "."
        @Option(help: "Only sessions whose name holds this text.") var session: String?
        @Option(help: "Only messages about this ClOrdID and the ids that replaced or canceled it.") var order: String?
        @Option(help: "Only these messages, by MsgType or name, with commas between.") var type: String?
        @Option(help: "From this time on, UTC: 14:30:00.5, or with its date 2026-03-02T14:30.") var from: String?
        @Option(help: "Before this time.") var to: String?
        @Flag(help: "Only what left.") var out = false
        @Flag(name: .customLong("in"), help: "Only what came.") var into = false
        @Flag(help: "The session's own messages too: logons, heartbeats, resends.") var admin = false
        @Option(help: "Only the last so many.") var last: Int?
        @Flag(help: "As tag=value|.") var raw = false
        @Flag(help: "For scripts: an object a line.") var json = false

        func run() throws {
            let filter = try LogFilter(types: type, from: from, to: to, out: out, into: into, admin: admin)
            let files = place.hasSuffix(".messages") ? [place] : FIXMessageLog.files(in: place)
            guard !files.isEmpty else {
                throw Refusal.configuration(
                    "\(place): no message log there; a day has them in fix/*.messages when it has a FIX session and was run with --data"
                )
            }
            let shown = files.filter { session == nil || LogLine.session(of: $0).contains(session ?? "") }
            guard !shown.isEmpty else {
                throw Refusal.configuration(
                    "--session \(session ?? ""): there are \(files.map(LogLine.session).joined(separator: ", "))")
            }
            for path in shown {
                var related: Set<String>?
                if let order {
                    let ids = try chain(of: order, in: path)
                    if ids.isEmpty { continue }
                    related = ids
                }
                let name = shown.count > 1 ? LogLine.session(of: path) : nil
                var kept: [String] = []
                try read(path) { message in
                    guard filter.admits(message), related.map({ !$0.isDisjoint(with: message.orderIDs) }) ?? true else {
                        return true
                    }
                    let line =
                        raw ? LogLine.raw(message) : json ? LogLine.json(message, LogLine.session(of: path)) : message.text()
                    let text = name.map { json ? line : "\($0)  \(line)" } ?? line
                    guard let last else {
                        say(text)
                        return true
                    }
                    kept.append(text)
                    if kept.count > max(64, last * 2) { kept.removeFirst(kept.count - last) }
                    return true
                }
                for line in kept.suffix(last ?? 0) { say(line) }
            }
        }

        /// The order's ids: those that name it and those that it names, until no more are found.
        private func chain(of order: String, in path: String) throws -> Set<String> {
            var ids: Set<String> = [order], before = 0, isThere = false
            while ids.count != before {
                before = ids.count
                try read(path) { message in
                    let own = message.orderIDs
                    if !ids.isDisjoint(with: own) {
                        isThere = true
                        ids.formUnion(own)
                    }
                    return true
                }
            }
            return isThere ? ids : []
        }

        private func read(_ path: String, _ body: (FIXLoggedMessage) -> Bool) throws {
            guard FIXMessageLog.read(path, body) else {
                throw Refusal.configuration("\(path): cannot be read: \(String(cString: strerror(errno)))")
            }
        }
    }
}

/// Which messages are asked for.
private struct LogFilter {
    var types: Set<String>?
    var from: String?, to: String?
    var out: Bool, into: Bool, admin: Bool

    init(types: String?, from: String?, to: String?, out: Bool, into: Bool, admin: Bool) throws {
        (self.out, self.into, self.admin) = (out, into, admin)
        self.types = try types.map { text in
            Set(
                try text.split(separator: ",").map { word in
                    guard let type = FIXDictionary.standard.msgType(named: String(word)) else {
                        throw Refusal.configuration(
                            "--type \(word): no such message; give a MsgType like 8, or a name like ExecutionReport")
                    }
                    return type
                })
        }
        self.from = try from.map { try Self.time($0, "--from") }
        self.to = try to.map { try Self.time($0, "--to") }
    }

    func admits(_ message: FIXLoggedMessage) -> Bool {
        if let types {
            guard types.contains(message.msgType) else { return false }
        } else if message.isAdministrative, !admin {
            return false
        }
        if out != into, message.isOurs != out { return false }
        if let from, Self.compared(message.time, from) < from { return false }
        if let to, Self.compared(message.time, to) >= to { return false }
        return true
    }

    /// As much of the message's time as is asked about: with its date or without.
    private static func compared(_ time: String, _ bound: String) -> Substring {
        bound.contains("T") ? time.dropLast() : time.dropFirst(11).dropLast()
    }

    private static func time(_ text: String, _ option: String) throws -> String {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        let clock = parts.last ?? "", date = parts.count == 2 ? parts[0] : nil
        let isClock =
            (4...18).contains(clock.count) && clock.contains(":")
            && clock.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ":" || $0 == ".") }
        let isDate = date.map { $0.count == 10 && $0.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "-") } } ?? true
        guard parts.count <= 2, isClock, isDate, clock.dropFirst(2).first == ":" else {
            throw Refusal.configuration(
                "\(option) \(text): give a time of the day in UTC like 14:30 or 14:30:00.5, or with its date 2026-03-02T14:30")
        }
        return text
    }
}

/// How a message is shown to scripts.
private enum LogLine {
    /// `FIX.4.4_FLOOR-_BROKER`, as its file says it.
    static func session(of path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(".messages".count) ?? "")
    }
    static func raw(_ message: FIXLoggedMessage) -> String { "\(message.time) \(message.isOurs ? ">" : "<") \(message.raw)" }

    static func json(_ message: FIXLoggedMessage, _ session: String) -> String {
        let dictionary = FIXDictionary.standard
        let fields = message.fields.map { field in
            let meaning = dictionary.meaning(of: field.value, in: field.tag).map { ",\"meaning\":\(quoted($0))" } ?? ""
            return
                "{\"tag\":\(field.tag),\"name\":\(quoted(dictionary.name(of: field.tag))),\"value\":\(quoted(field.value))\(meaning)}"
        }
        return "{\"time\":\(quoted(message.time)),\"session\":\(quoted(session)),\"way\":\"\(message.isOurs ? "out" : "in")\","
            + "\"msg_type\":\(quoted(message.msgType)),\"name\":\(quoted(dictionary.messages[message.msgType] ?? "")),"
            + "\"msg_seq_num\":\(Int(message[34] ?? "") ?? 0),\"fields\":[\(fields.joined(separator: ","))]}"
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
