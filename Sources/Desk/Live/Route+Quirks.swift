import FIXRouter
import FIXSessions
import Foundation
import Topology

/// What a session's entry says of its venue's habits.
enum VenueHabits {
    /// Fields of our Logon. `env:NAME` is taken from the environment, so that no password stands in a file.
    static func logonFields(_ name: String, _ session: Settings) throws(DeskRunError) -> [FIXTag: String] {
        var fields: [FIXTag: String] = [:]
        for entry in session.mapIfPresent("logon")?.entries ?? [] {
            guard case .text(let text) = entry.value else { continue }
            let tag = try tag(entry.name, "session \(name): logon")
            guard text.hasPrefix("env:") else {
                fields[tag] = text
                continue
            }
            let variable = String(text.dropFirst(4))
            guard let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty else {
                throw .venue("session \(name): logon.\(entry.name) is \(text), and the environment has no \(variable); set it")
            }
            fields[tag] = value
        }
        return fields
    }

    static func quirks(_ name: String, _ session: Settings) throws(DeskRunError) -> SessionQuirks {
        var quirks = SessionQuirks()
        for group in session.mapIfPresent("tags")?.entries ?? [] {
            guard case .map(let fields) = group.value else { continue }
            let subject = "session \(name): tags.\(group.name)"
            quirks.added[try msgType(group.name, subject)] = try fields.entries.map { entry throws(DeskRunError) in
                guard case .text(let text) = entry.value, let parts = SessionQuirks.parts(text) else {
                    throw .venue("\(subject).\(entry.name): in braces there are {account}, {strategy}, {symbol}, {cl_ord_id}")
                }
                return SessionQuirks.Field(try tag(entry.name, subject), parts)
            }
        }
        for text in session.textsIfPresent("omit") ?? [] { quirks.omitted.insert(try tag(text, "session \(name): omit")) }
        for entry in session.mapIfPresent("symbols")?.entries ?? [] {
            if case .text(let text) = entry.value { quirks.symbols[entry.name] = text }
        }
        quirks.marksResends = session.boolean("poss_resend")
        quirks.namesOrderID = session.boolean("order_id")
        quirks.wholeSeconds = session.text("time") == "seconds"
        return quirks
    }

    /// A tag by its number or its name. Those that make a message or a request what it is are the session's and the router's own.
    private static func tag(_ text: String, _ subject: String) throws(DeskRunError) -> FIXTag {
        let named = FIXDictionary.standard.fields.first { $0.value.name == text }?.key
        guard let number = Int32(text) ?? named.map({ Int32($0) }), number > 0 else {
            throw .venue("\(subject): \(text) is no tag; give its number, or a name like Account")
        }
        guard ![8, 9, 10, 11, 34, 35, 41, 43, 49, 52, 56, 97, 122].contains(number) else {
            throw .venue("\(subject): tag \(text) is the session's own and cannot be changed")
        }
        return FIXTag(rawValue: number)
    }

    /// Nil for `all`.
    private static func msgType(_ text: String, _ subject: String) throws(DeskRunError) -> FIXMsgType? {
        if text == "all" { return nil }
        let types: [FIXMsgType] = [.newOrderSingle, .orderCancelRequest, .orderCancelReplaceRequest, .orderStatusRequest]
        guard let code = FIXDictionary.standard.msgType(named: text), let type = types.first(where: { $0.description == code })
        else { throw .venue("\(subject): there are all, D (NewOrderSingle), F, G and H") }
        return type
    }
}
